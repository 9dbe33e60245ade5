/* Counts for the person who asks how things stand. Reads only. */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct stats_counts {
	int64_t messages, matched, kept, threads; /* kept: with their text */
	int64_t attachment_files, attachment_bytes, attachments_skipped;
	int64_t failed_open; /* items that no retry has read yet */
	int64_t people, investors;
};

struct stats_account {
	const char *address;
	bool enabled;
	int64_t messages;
	int64_t last_run_at; /* 0: never */
};

struct stats_run {
	int64_t id;
	const char *account, *kind, *source, *status, *error; /* NULL where there is none */
	int64_t seen, stored, known, matched, failed, attachments;
	int64_t started_at, finished_at; /* 0: not finished */
};

/* Walks all messages once: about 0.1 s for a million. */
int stats_counts_get(struct store *s, struct stats_counts *c, struct err *e);

/* The callbacks get what is valid until they return. Accounts by address; runs newest first, at most `limit`; states
 * by name. */
int stats_accounts_each(struct store *s, void (*row)(const struct stats_account *, void *), void *arg, struct err *e);
int stats_runs_each(
    struct store *s, int limit, void (*row)(const struct stats_run *, void *), void *arg, struct err *e);
int stats_outbox_each(struct store *s, void (*row)(const char *state, int64_t count, void *), void *arg, struct err *e);

/* The states that need a person or wait for a server (unknown, deferred, sending; failed and expired since `since`),
 * by name, with the number of messages and the oldest one. */
int stats_outbox_trouble_each(struct store *s, int64_t since,
    void (*row)(const char *state, int64_t count, int64_t first_id, void *), void *arg, struct err *e);

#endif
