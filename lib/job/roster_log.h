/* The audit log: a CSV file that only grows, one row for each participant, appended once. Its readers and other writers may be
 * anybody; the database remembers who is in it. */
#ifndef JOB_ROSTER_LOG_H
#define JOB_ROSTER_LOG_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roster_log {
	const char *path;
	const char *lock_path; /* one run at a time, and none while somebody is erased */
	int64_t now;           /* audit_timestamp of the new rows */
	bool dry_run;
};

struct roster_log_result {
	size_t appended;
	size_t
	    found; /* stood in the file already, though the database did not know: a run was killed, or an older database is back */
	size_t elsewhere; /* of a new file: how many are in the log that was before */
	bool is_new;
	size_t cut_bytes; /* the half-written end of a run that was killed, taken off */
};

/* Appends everybody who is not in the log yet, in one write that is on disk before the database says so. The header stays as it is,
 * and rows follow its order of columns and its line ends; columns that are not ours stay empty. A new file (0600) gets a header. A run
 * that is killed anywhere is made good by the next: nobody stands there twice, no row is half. A write that fails is taken back.
 * INPUT when the file is no such log, TEMPORARY when another run is at work. */
int roster_log_append(struct store *s, const struct roster_log *log, struct roster_log_result *out, struct err *e);

#endif
