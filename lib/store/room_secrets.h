/* The mailroom's own keys, as they lie in the database: sealed. Opening and sealing them is the job's (job/room_key.h). */
#ifndef STORE_ROOM_SECRETS_H
#define STORE_ROOM_SECRETS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct room_secret {
	const char *name;
	const void *sealed;
	size_t sealed_len;
	const char *key_id; /* of the key that sealed it */
};

/* What *out points to lives in `a`. */
int room_secrets_get(
    struct store *s, struct arena *a, const char *name, struct room_secret *out, bool *found, struct err *e);
/* All of them by name, in `a`. */
int room_secrets_all(struct store *s, struct arena *a, struct room_secret **list, size_t *n, struct err *e);
int room_secrets_insert(struct store *s, const struct room_secret *r, int64_t now, struct err *e);
/* The same key, sealed anew. */
int room_secrets_reseal(struct store *s, const struct room_secret *r, struct err *e);

#endif
