/* The study's numbers: on which days participants were active, and whether they are on track. Reads the compliance database;
 * stores and prints nothing.
 *
 * The window of a participant on day D is the last window_days study days, D included, from the study day of the first
 * feed request ever on; who has made none by then has no window. Rows later than `now` do not count. A day is active with at
 * least min_retrievals feed requests and min_engagement engagements of whatever type. On the n-th day of the window (n from 1) a
 * participant is on track when
 *     active days so far + the days of a full window still to come (window_days - n) + 1 if the n-th day is not active (yet)
 * is at least min_active_days. It is said of each day as of that day, so that a day that passed without activity once counted as
 * one that might become active. */
#ifndef JOB_RECKONING_H
#define JOB_RECKONING_H

#include "base/span.h"
#include "base/study.h"

#include <stdbool.h>
#include <stdint.h>

struct reckoned_type {
	struct span name; /* "unknown" where the table has none */
	uint32_t count;
};

struct reckoned_day {
	int64_t day; /* its date, days since 1970-01-01 */
	uint32_t retrievals, engagements;
	const struct reckoned_type *types; /* those that occur, by name */
	size_t type_count;
	bool is_active, on_track;
	uint32_t cumulative_active; /* active days of the window so far, this one included */
	uint32_t cumulative_skip;   /* days without activity in a row, this one included */
};

/* A participant as of the last day of the window. */
struct reckoned {
	int64_t participant_id;
	const char *did;
	const struct study *study;
	uint32_t active_days, required_active_days;
	uint32_t window_days; /* how many days the window has so far: fewer than the study's for who began within it */
	bool on_track;
	const struct reckoned_day *days; /* window_days of them, oldest first; the last one is the day asked for */
};

/* What was read; rows of people who are not reckoned are counted in `rows` alone. */
struct reckoning_rows {
	uint64_t rows, unreadable; /* unreadable: a timestamp that is none; the row does not count */
	uint64_t later;            /* than now: not counted either */
	const char *example;       /* the first unreadable one, as "\"yesterday\", of did:plc:..."; NULL: none */
};

#define RECKONING_NO_ROW INT64_MIN

struct reckoning_report {
	struct reckoning_rows requests, engagements;
	int64_t newest; /* of all rows, whoever's, that are not later than now; RECKONING_NO_ROW */
};

struct reckoning;

/* `zone` (MAILROOM_TZ) is what the process's zone is again after each call. */
struct reckoning *reckoning_new(int64_t now, const char *zone);
void reckoning_free(struct reckoning *r);
/* They are numbered from 0 in this order; each did once. did is copied, the study borrowed. */
void reckoning_add(struct reckoning *r, int64_t participant_id, const char *did, const struct study *study);
size_t reckoning_count(const struct reckoning *r);

/* The study day that `now` is in. */
int reckoning_today(const struct reckoning *r, const struct study *s, int64_t *day, struct err *e);

enum { RECKONING_TODAY = -1000000000 };

/* Reads the compliance database at `path` once, for all participants added, so that the windows that end on the days from `first` to
 * `last` can be had (RECKONING_TODAY for both: each study's own day). Of one participant alone SQLite may use an index. Memory
 * goes with last - first. Fails as compliance_open does; TEMPORARY when the file kept changing under a read. */
int reckoning_load(
    struct reckoning *r, const char *path, int64_t first, int64_t last, struct reckoning_report *report, struct err *e);

/* The window of the index-th participant that ends on `day` (RECKONING_TODAY, or one of the days loaded) into *out, valid until the
 * next call; false when there is none, for want of a feed request by then. */
bool reckoning_get(struct reckoning *r, size_t index, int64_t day, struct reckoned *out);
/* The study day of the index-th participant's first feed request, if it is among the days loaded or after them; of an earlier
 * one the first day loaded. False when there is no request at all. */
bool reckoning_first_day(const struct reckoning *r, size_t index, int64_t *day);

#endif
