/* Access tokens between runs: one sealed file (0600) for each account and scope, in a folder. A cache: whatever is wrong with
 * a file, there is just no token. */
#ifndef NET_TOKEN_CACHE_H
#define NET_TOKEN_CACHE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stdint.h>

/* Borrows both strings. Start it as {dir, ring}; a NULL ring or an empty one: nothing is kept. */
struct token_cache {
	const char *dir; /* made when the first token is put */
	const struct secret_ring *ring;
};

/* Finds a token that is good for another minute at least: true, with the token in `token` (empty before; wipe it) and its
 * end in *expires_at. A file that is missing, damaged, moved, sealed with another key or readable by others counts as none. */
bool token_cache_get(const struct token_cache *c, const char *account, const char *scope, int64_t now,
    struct buf *token, int64_t *expires_at);

/* Keeps a token, over the one before; at every instant there is the old file or the new one. */
int token_cache_put(const struct token_cache *c, const char *account, const char *scope, const char *token,
    int64_t expires_at, struct err *e);

/* Forgets it; none there is good. */
void token_cache_drop(const struct token_cache *c, const char *account, const char *scope);

#endif
