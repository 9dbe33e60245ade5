/* Erasing one person: what the database holds about a participant goes, and what counts mails stays without a name. Files are
 * job/roster_erase.h's. */
#ifndef STORE_PARTICIPANTS_ERASE_H
#define STORE_PARTICIPANTS_ERASE_H

#include "base/arena.h"
#include "base/err.h"
#include "store/participants.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message to the person. */
struct participant_message {
	int64_t outbox_id;
	const char *address; /* as it was addressed */
	bool is_alone;       /* nobody else is among its recipients */
	bool is_sending;     /* an attempt is under way */
};

/* Every message to the participant, and every one to nobody else on record that went to one of the two forms of the address
 * (`normal`: that of comparison), in `a`. */
int participants_messages(struct store *s, struct arena *a, const struct participant *p, const char *normal,
    struct participant_message **list, size_t *n, struct err *e);

/* What is gone, in rows. */
struct participants_erased {
	size_t history, snapshots, quarantine, answers, messages;
};

/* The message stays as a row of counts: no address, no subject, no key, no words of a server; one that waits is discarded. */
int participants_erase_message(
    struct store *s, const struct participant *p, const struct participant_message *m, int64_t now, struct err *e);

/* What delivery reports say of the person, by any of n addresses: what happened stays, not to whom. */
int participants_erase_bounces(
    struct store *s, const struct participant *p, const char *const *addresses, size_t n, struct err *e);

/* Everything else about the participant, and the row itself. In the caller's transaction; `out` is added to. */
int participants_erase(struct store *s, const struct participant *p, struct participants_erased *out, struct err *e);

/* Remembers a hash of somebody who was erased (job/roster_erased.h). */
int participants_remember_erased(
    struct store *s, const unsigned char hash[static PARTICIPANT_HASH_BYTES], int64_t now, struct err *e);

/* Before the transaction: what is deleted is overwritten in the file. Behind it: the write-ahead log is emptied; *emptied is false
 * when a reader held it, and then the next writer's checkpoint does it. */
int participants_erase_prepare(struct store *s, struct err *e);
int participants_erase_settle(struct store *s, bool *emptied, struct err *e);

#endif
