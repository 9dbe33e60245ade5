/* How things stand in the mailroom: what is in the database and what happened last. Changes nothing. */
#ifndef JOB_STATUS_H
#define JOB_STATUS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/stats.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct status_outbox {
	const char *state;
	int64_t count;
};

/* A sending address with a mail server of its own. */
struct status_sender {
	const char *address, *server;
	bool is_enabled;
	const char *disabled_why, *last_error; /* NULL: none */
	int64_t last_ok_at;                    /* 0: never */
};

struct status {
	const char *database;
	int64_t database_bytes; /* with its write-ahead log */
	int schema_version;
	struct stats_counts counts;
	struct stats_account *accounts;
	size_t account_count;
	struct stats_run *runs; /* the last ten, newest first */
	size_t run_count;
	struct status_sender *senders;
	size_t sender_count;
	struct status_outbox *outbox;
	size_t outbox_count;
	int64_t bounces_unmatched;  /* reports that wait for a person */
	int64_t bounces_scanned_at; /* 0: never */
};

/* Everything in *out lives in `a`. */
int status_gather(struct store *s, struct arena *a, struct status *out, struct err *e);

/* Bytes of the database file and of the write-ahead log beside it; 0 when there is no file. */
int64_t status_database_bytes(const char *path);

#endif
