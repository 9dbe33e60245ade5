/* Keeps the study's numbers in the database, day by day, and fills a reckoning from the roster. Prints nothing. */
#ifndef JOB_SNAPSHOT_H
#define JOB_SNAPSHOT_H

#include "job/reckoning.h"
#include "store/store.h"

/* Adds the roster's participants of status active (`all`: of every status) to the reckoning, each under the study of its
 * study_type; `only` not NULL: those of this study alone. *without_study counts those that belong to none. */
int snapshot_add_roster(struct store *s, struct reckoning *r, const struct studies *studies, const struct study *only,
    bool all, size_t *without_study, struct err *e);

struct snapshot_ask {
	const struct study *study;
	const char *compliance_db;
	int64_t first, last; /* study days */
	int64_t now;
	bool dry_run; /* everything is done and taken back */
};

struct snapshot_result {
	size_t participants, without_request;          /* without_request: no row, for want of any feed request */
	size_t days_changed, days_unchanged;           /* rows of daily_snapshots; changed: new ones too */
	size_t standings_changed, standings_unchanged; /* of compliance_monitoring */
	struct reckoning_report report;                /* of the last pass; lives in the reckoning */
};

/* Reckons each of the days for each participant in `r` and puts a row of daily_snapshots and one of compliance_monitoring for
 * it: what the last day of the window that ends on that day says. A participant has no rows of days before the first
 * feed request; what was stored of such days is left. One transaction: all rows or none; rows that say the same already stay. */
int snapshot_make(
    struct store *s, struct reckoning *r, const struct snapshot_ask *ask, struct snapshot_result *out, struct err *e);

#endif
