/* How the capture of each mailbox stands, for the person who asks. Reads only. */
#ifndef STORE_SYNC_STATS_H
#define STORE_SYNC_STATS_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Times are 0 and texts NULL where there is none; valid until the callback returns. */
struct sync_stats {
	const char *address, *provider;
	bool enabled;
	int64_t last_error_at; /* the mailbox did not let us in, and not again since */
	const char *last_error;
	const char *phase;     /* as email_cursors has it; NULL: never captured from a server */
	int64_t listed, total; /* of the listing; total -1 unknown */
	int64_t begun_at, finished_at, in_step_at, failures, next_at;
	int64_t messages, unmatched, failed; /* in the mailbox; of those unmatched; waiting for a retry */
	int64_t units_day;                   /* of Gmail's quota, in the last 24 hours */
	struct {
		int64_t id; /* 0: there was none */
		const char *kind, *status, *error;
		int64_t started_at, finished_at, units;
	} last_run;
};

/* Every mailbox by address. Walks over all their messages. */
int sync_stats_each(
    struct store *s, int64_t now, void (*row)(const struct sync_stats *, void *), void *arg, struct err *e);

/* When the listing under way will end if it goes on as it went; 0: none is, or nobody can tell. */
int64_t sync_stats_end_at(const struct sync_stats *s, int64_t now);

#endif
