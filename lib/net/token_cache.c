#include "net/token_cache.h"

#include "base/file.h"
#include "base/keyfile.h"
#include "base/mem.h"
#include "base/sha256.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SPARE_S = 60, NAME_DIGITS = 32 };

/* What the token is sealed to; its hash is the file's name, so that no address is ever a path. */
static char *place_of(const char *account, const char *scope)
{
	return mem_printf("access token:%s:%s", account, scope);
}

static char *path_of(const struct token_cache *c, const char *place)
{
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];

	sha256_of(place, strlen(place), digest);
	sha256_hex(digest, hex);
	return mem_printf("%s/%.*s", c->dir, NAME_DIGITS, hex);
}

static bool can_keep(const struct token_cache *c)
{
	return c->ring && secret_ring_id(c->ring);
}

/* "SECONDS TOKEN". */
static bool read_token(const struct buf *plain, int64_t now, struct buf *token, int64_t *expires_at)
{
	char *end;
	long long at;

	if (plain->len == 0 || strlen(plain->data) != plain->len)
		return false;
	at = strtoll(plain->data, &end, 10);
	if (end == plain->data || *end != ' ' || !end[1] || at - SPARE_S <= now)
		return false;
	buf_puts(token, end + 1);
	*expires_at = at;
	return true;
}

bool token_cache_get(const struct token_cache *c, const char *account, const char *scope, int64_t now,
    struct buf *token, int64_t *expires_at)
{
	struct buf sealed = {0}, plain = {0};
	char *place, *path;
	struct err e = {0}; /* nobody wants to know why there is none */
	bool found;

	if (!can_keep(c))
		return false;
	place = place_of(account, scope);
	path = path_of(c, place);
	found = keyfile_read(path, SECRET_MAX_BYTES + SECRET_OVERHEAD_BYTES, &sealed, &e) == 0 &&
	        secret_open(c->ring, sealed.data, sealed.len, place, &plain, &e) == 0 &&
	        read_token(&plain, now, token, expires_at);
	buf_clear(&sealed);
	buf_wipe(&plain);
	free(path);
	free(place);
	return found;
}

int token_cache_put(const struct token_cache *c, const char *account, const char *scope, const char *token,
    int64_t expires_at, struct err *e)
{
	struct buf sealed = {0};
	char *place, *path, *plain;
	int rc = -1;

	if (!can_keep(c))
		return 0;
	place = place_of(account, scope);
	path = path_of(c, place);
	plain = mem_printf("%" PRId64 " %s", expires_at, token);
	if (file_make_dirs(c->dir, e) == 0 && secret_seal(c->ring, plain, strlen(plain), place, &sealed, e) == 0)
		rc = file_write_atomic(path, sealed.data, sealed.len, 0600, e);
	buf_clear(&sealed);
	mem_free_secret(plain);
	free(path);
	free(place);
	return rc;
}

void token_cache_drop(const struct token_cache *c, const char *account, const char *scope)
{
	char *place = place_of(account, scope), *path = path_of(c, place);

	unlink(path);
	free(path);
	free(place);
}
