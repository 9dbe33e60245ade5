/* The outbox: messages that wait to be sent, one row each; their bytes are files (job/outbox.h). */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sha256.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As sql/migrations/0009_delivery.sql tells them. */
enum outbox_state {
	OUTBOX_HELD,
	OUTBOX_READY,
	OUTBOX_SENDING,
	OUTBOX_SENT,
	OUTBOX_DEFERRED,
	OUTBOX_FAILED,
	OUTBOX_UNKNOWN,
	OUTBOX_SIMULATED,
	OUTBOX_DISCARDED,
	OUTBOX_EXPIRED,
};

/* What became of the message for one recipient. */
enum recipient_state {
	RECIPIENT_WAITING,
	RECIPIENT_SENDING,
	RECIPIENT_SENT,
	RECIPIENT_DEFERRED,
	RECIPIENT_FAILED,
	RECIPIENT_UNKNOWN,
	RECIPIENT_SIMULATED,
};

struct outbox_recipient {
	const char *address;
	int64_t user_id, participant_id; /* 0: none */
	enum recipient_state state;
};

struct outbox_message {
	int64_t id;
	const char *kind, *dedupe_key;
	enum outbox_state state;
	const char *subject, *from_address, *message_id;
	const char *token; /* X-Mailroom-Message-ID; NULL: frozen before there were tokens */
	int64_t period_start, period_end;
	int64_t expires_at; /* stale from then on; 0: when the next of its kind is due (outbox_stale_at) */
	unsigned char sha256[SHA256_BYTES];
	size_t size_bytes;
	int attempts;
	int64_t next_try_at; /* of OUTBOX_DEFERRED; of OUTBOX_UNKNOWN the next look; 0: none */
	int64_t created_at, updated_at;
	struct outbox_recipient *recipients; /* by address */
	size_t recipient_count;
};

const char *outbox_state_name(enum outbox_state state);
/* False when there is no such state. */
bool outbox_state_parse(const char *name, enum outbox_state *state);
const char *recipient_state_name(enum recipient_state state);

/* Inserts the row and its recipients within the caller's transaction (store_begin); m->id is set (or kept, when it
 * is not 0), times are m->created_at. INPUT when another live message has the same dedupe_key. */
int outbox_insert(struct store *s, struct outbox_message *m, struct err *e);

/* The message with its recipients in `a`; NULL when there is none. */
int outbox_get(struct store *s, struct arena *a, int64_t id, struct outbox_message **m, struct err *e);
/* The one message about `dedupe_key` that is not discarded; NULL when there is none. */
int outbox_find_live(
    struct store *s, struct arena *a, const char *dedupe_key, struct outbox_message **m, struct err *e);

struct outbox_messages {
	struct outbox_message *items;
	size_t count;
};

/* All messages of one state (`state` NULL: of all), oldest first, with their recipients. */
int outbox_list(
    struct store *s, struct arena *a, const enum outbox_state *state, struct outbox_messages *l, struct err *e);

/* Moves a message from state `was` to `state`; *changed is false when it was not in `was` (any more). */
int outbox_set_state(struct store *s, int64_t id, enum outbox_state was, enum outbox_state state, int64_t now,
    bool *changed, struct err *e);

/* The message goes from `was` to sending, with the number of this attempt; *changed as above. */
int outbox_begin_attempt(
    struct store *s, int64_t id, enum outbox_state was, int attempt, int64_t now, bool *changed, struct err *e);
/* What the recipients' states make of the message, which is not expired: sending, ready, deferred (until
 * next_try_at), unknown, failed, simulated or sent, in this order of what remains to be done. Within the caller's
 * transaction. */
int outbox_settle(struct store *s, int64_t id, int64_t next_try_at, int64_t now, struct err *e);
/* When a message that is unknown is looked up again. */
int outbox_set_next_look(struct store *s, int64_t id, int64_t at, struct err *e);
int outbox_set_recipient(struct store *s, int64_t id, const char *address, enum recipient_state state, struct err *e);

/* The ids of the messages that are due at `now`, oldest first, in `a`: ready, or deferred until then; of one kind or
 * (NULL) of all. */
int outbox_due(
    struct store *s, struct arena *a, const char *kind, int64_t now, int64_t **ids, size_t *n, struct err *e);
/* The same for all messages of a state. */
int outbox_ids(struct store *s, struct arena *a, enum outbox_state state, int64_t **ids, size_t *n, struct err *e);

/* The id of the newest message, 0 when there was never one. */
int outbox_last_id(struct store *s, int64_t *id, struct err *e);

#endif
