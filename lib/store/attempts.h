/* Attempts to send: one row a message, attempt and recipient, written before anything goes out and closed with what
 * the other side said. No function here begins a transaction: the caller joins them into one. */
#ifndef STORE_ATTEMPTS_H
#define STORE_ATTEMPTS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sha256.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum attempt_status {
	ATTEMPT_SENDING,
	ATTEMPT_SENT,
	ATTEMPT_DEFERRED,
	ATTEMPT_FAILED,
	ATTEMPT_UNKNOWN,
	ATTEMPT_SIMULATED,
	ATTEMPT_ACCOUNT, /* the account was at fault, the message waits */
};

const char *attempt_status_name(enum attempt_status status);

/* A row of send_attempts; NULL and 0 where the schema allows NULL. */
struct attempt {
	int64_t id, outbox_id;
	int attempt;
	const char *recipient, *transport;
	int64_t account_id;
	const char *server, *message_id;
	unsigned char sha256[SHA256_BYTES];
	size_t size_bytes;
	int64_t rendered_at, started_at, finished_at;
	enum attempt_status status;
	int code;
	const char *enhanced, *words, *remote_id;
	const char *delivery; /* what reports told since (store/bounces.h); NULL: nothing */
	int64_t delivery_at;
};

/* The row of an attempt that begins, or (status not "sending") of one that ended at once. */
int attempts_insert(struct store *s, const struct attempt *a, struct err *e);
/* Closes the row of outbox_id, attempt and recipient: finished_at, status, code and words, and the Message-ID as
 * sent. */
int attempts_finish(struct store *s, const struct attempt *a, struct err *e);
/* What the last attempt at each recipient of a message came to, for those whose attempt ended (or not) as `was`:
 * changed to `status`, with these words behind those it has (NULL: none) and the service's id (NULL: as it is). */
int attempts_change(struct store *s, int64_t outbox_id, enum attempt_status was, enum attempt_status status,
    const char *words, const char *remote_id, int64_t now, struct err *e);

/* Calls back for the rows of a message by number and recipient; what is given lives until the call returns. */
int attempts_each_of(
    struct store *s, int64_t outbox_id, void (*row)(const struct attempt *, void *), void *arg, struct err *e);
/* The same for the newest `limit` rows, newest first, of one recipient or (NULL) of all. */
int attempts_each_recent(struct store *s, const char *recipient, int64_t limit,
    void (*row)(const struct attempt *, void *), void *arg, struct err *e);

/* The newest attempt at a message that is open ("unknown" or "sending"), in `a`; NULL when there is none. */
int attempts_open_of(struct store *s, struct arena *a, int64_t outbox_id, struct attempt **out, struct err *e);

/* How many recipients' mail has gone out, or may have, since `since`. */
int attempts_count_since(struct store *s, int64_t since, int64_t *n, struct err *e);

/* Whose SMTP settings are at fault: switched off, with the reason; false in *stopped when there are no settings, or
 * they were off. */
int attempts_stop_account(
    struct store *s, int64_t account_id, const char *why, int64_t now, bool *stopped, struct err *e);

/* A participant as sending needs it; *found false when there is no such row. */
struct attempt_participant {
	const char *address;      /* as given, in the arena */
	bool is_active;           /* status active, and not deleted */
	const char *unsubscribed; /* did of somebody who has unsubscribed and has this address; NULL: nobody */
};
int attempts_participant(
    struct store *s, struct arena *a, int64_t id, struct attempt_participant *out, bool *found, struct err *e);

#endif
