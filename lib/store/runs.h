/* Runs of the capture: a row each, from the first moment to whatever became of it. */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

struct run_counts {
	int64_t seen, stored, known, matched, failed;
	int64_t attachments;     /* files written */
	int64_t skipped;         /* left out by the settings: drafts, spam, trash */
	int64_t requests, units; /* to the mailbox's server; of Gmail's quota */
};

struct run {
	int64_t id;
	const char *address, *kind, *source, *status, *error; /* NULL: none */
	struct run_counts counts;
	int64_t started_at, finished_at; /* finished_at 0: not yet */
};

/* A run begins ('running'). account_id 0: of all accounts; source NULL: none. */
int runs_begin(
    struct store *s, int64_t account_id, const char *kind, const char *source, int64_t now, int64_t *id, struct err *e);
/* finished_at 0: it goes on. `error` may be NULL. */
int runs_update(struct store *s, int64_t id, const char *status, const struct run_counts *c, const char *error,
    int64_t finished_at, struct err *e);
/* Runs of the account (0: of all accounts) that are 'running' become 'interrupted': the caller holds the lock, so they are not. */
int runs_interrupt(struct store *s, int64_t account_id, int64_t now, struct err *e);
/* Removes the account's increments that found nothing and began before then. */
int runs_prune(struct store *s, int64_t account_id, int64_t before, struct err *e);
/* Calls back for the last runs, newest first; limit < 0: all. */
int runs_each(struct store *s, int64_t limit, int (*each)(const struct run *, void *arg), void *arg, struct err *e);

#endif
