/* Whose days are reckoned, and what was reckoned of them: the roster's side of the study's numbers, daily_snapshots and
 * compliance_monitoring. It reckons nothing. */
#ifndef STORE_SNAPSHOTS_H
#define STORE_SNAPSHOTS_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct snapshot_person {
	int64_t id;
	const char *did, *study_type; /* study_type NULL: none */
};

/* The participants of status active, or with `all` of every status, by id; never those deleted. Valid until the callback returns. */
int snapshots_each_person(
    struct store *s, bool all, void (*each)(const struct snapshot_person *, void *arg), void *arg, struct err *e);
int snapshots_person_is_there(struct store *s, int64_t participant_id, bool *there, struct err *e);

struct snapshot_day {
	const char *study_label;
	int64_t participant_id;
	const char *day;       /* "2026-11-20" */
	const char *breakdown; /* a JSON object */
	uint32_t retrievals, engagements, cumulative_active, cumulative_skip;
	bool is_active;
};

struct snapshot_standing {
	const char *study_label;
	int64_t participant_id;
	const char *day;
	uint32_t active_days, required_active_days, window_days;
	bool on_track;
};

/* Put the row in place of the one of the same study, participant and day; *changed is false when that says the same and so
 * stays, with its computed_at. */
int snapshots_put_day(struct store *s, const struct snapshot_day *d, int64_t now, bool *changed, struct err *e);
int snapshots_put_standing(
    struct store *s, const struct snapshot_standing *d, int64_t now, bool *changed, struct err *e);

#endif
