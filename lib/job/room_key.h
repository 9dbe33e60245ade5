/* The mailroom's own keys in clear: 32 random bytes a name, made at first use and sealed in the database, so that they outlive
 * a change of the sealing key. */
#ifndef JOB_ROOM_KEY_H
#define JOB_ROOM_KEY_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "base/secret.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROOM_KEY_TOKENS "message-tokens"      /* signs X-Mailroom-Message-ID (mail/message_token.h) */
#define ROOM_KEY_ERASED "erased-participants" /* hashes people who were erased */

enum { ROOM_KEY_BYTES = 32 };

/* The key, made when there is none yet: call it inside the caller's write transaction. The caller wipes it. As keys_open and
 * secret_open fail, naming the key. */
int room_key_make(const struct config *c, struct store *s, const char *name, int64_t now,
    unsigned char key[static ROOM_KEY_BYTES], struct err *e);

/* The key if it is there; *found false: nothing was ever signed with it. */
int room_key_get(const struct config *c, struct store *s, const char *name, unsigned char key[static ROOM_KEY_BYTES],
    bool *found, struct err *e);

/* Every such key under the ring's first key, in the caller's transaction, with `all` those that are so already, too; adds to the
 * counts of those that were sealed anew and of those that were left. */
int room_key_reseal_all(
    struct store *s, const struct secret_ring *r, bool all, size_t *sealed, size_t *unchanged, struct err *e);

#endif
