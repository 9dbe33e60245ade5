/* People who were erased: known again by keyed hashes of their did, addresses and Prolific id, from which nothing can be read. */
#ifndef JOB_ROSTER_ERASED_H
#define JOB_ROSTER_ERASED_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "job/room_key.h"
#include "store/participants.h"
#include "store/store.h"

#include <stdbool.h>

enum roster_erased_kind { ROSTER_ERASED_DID, ROSTER_ERASED_EMAIL, ROSTER_ERASED_PROLIFIC_ID };

/* Start it with {0}. */
struct roster_erased {
	bool any; /* false: nobody was ever erased, and the key was not read */
	unsigned char key[ROOM_KEY_BYTES];
};

/* Reads the key where it is needed, in the caller's transaction. Fails when somebody was erased and the key is not there: nobody
 * could be known again. Wipe it with roster_erased_close. */
int roster_erased_open(struct roster_erased *x, const struct config *c, struct store *s, struct err *e);
void roster_erased_close(struct roster_erased *x);

/* HMAC-SHA-256 of the value, letter case and the form of the domain put aside. */
void roster_erased_hash(const unsigned char key[static ROOM_KEY_BYTES], struct arena *a, enum roster_erased_kind kind,
    const char *value, unsigned char hash[static PARTICIPANT_HASH_BYTES]);

/* Whether the value (NULL: none) is that of somebody who was erased. */
int roster_erased_has(const struct roster_erased *x, struct store *s, struct arena *a, enum roster_erased_kind kind,
    const char *value, bool *has, struct err *e);

#endif
