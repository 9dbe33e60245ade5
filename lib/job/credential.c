#include "job/credential.h"

#include "job/keys.h"

#include <string.h>

int credential_open(const struct secret_ring *r, const struct credential *c, struct buf *plain, struct err *e)
{
	struct arena a = {0};
	const char *place = credentials_place(&a, c->account_id, c->address, c->kind);
	int rc = secret_open(r, c->sealed, c->sealed_len, place, plain, e);

	if (rc != 0)
		err_prefix(e, "%s: the %s secret", c->address, c->kind);
	arena_clear(&a);
	return rc;
}

int credential_read(struct store *s, struct arena *a, const struct secret_ring *r, const struct account *account,
    const char *kind, struct credential *c, struct buf *plain, bool *found, struct err *e)
{
	if (credentials_get(s, a, account->id, kind, c, found, e) != 0)
		return -1;
	return *found ? credential_open(r, c, plain, e) : 0;
}

int credential_password(const struct config *config, struct store *s, const struct account *account, const char *kind,
    struct buf *plain, struct err *e)
{
	struct secret_ring *ring = NULL;
	struct credential c;
	struct arena a = {0};
	bool found = false;
	int rc = keys_open(config, &ring, e);

	if (rc == 0)
		rc = credential_read(s, &a, ring, account, kind, &c, plain, &found, e);
	if (rc == 0 && !found)
		rc = err_set(e, ERR_CONFIG, "there is no password: `account %s %s --password-stdin` takes one",
		    strcmp(kind, CREDENTIALS_IMAP) == 0 ? "imap" : "smtp", account->address);
	secret_ring_free(ring);
	arena_clear(&a);
	return rc;
}

int credential_write(
    const struct config *config, struct store *s, struct credential *c, const char *plain, int64_t now, struct err *e)
{
	struct secret_ring *r = NULL;
	struct arena a = {0};
	struct buf sealed = {0};
	int rc = -1;

	if (keys_open(config, &r, e) != 0)
		return -1;
	if (secret_seal(
	        r, plain, strlen(plain), credentials_place(&a, c->account_id, c->address, c->kind), &sealed, e) == 0) {
		c->sealed = sealed.data;
		c->sealed_len = sealed.len;
		c->key_id = secret_ring_id(r);
		rc = credentials_put(s, c, now, e);
	}
	c->sealed = NULL;
	c->key_id = NULL;
	buf_clear(&sealed);
	secret_ring_free(r);
	arena_clear(&a);
	return rc;
}

int credential_reseal(
    struct store *s, struct arena *a, const struct secret_ring *r, const struct credential *c, struct err *e)
{
	struct credential again = *c;
	struct buf plain = {0}, sealed = {0};
	int rc = -1;

	if (credential_open(r, c, &plain, e) == 0 &&
	    secret_seal(
	        r, plain.data, plain.len, credentials_place(a, c->account_id, c->address, c->kind), &sealed, e) == 0) {
		again.sealed = sealed.data;
		again.sealed_len = sealed.len;
		again.key_id = secret_ring_id(r);
		rc = credentials_reseal(s, &again, e);
	}
	buf_wipe(&plain);
	buf_clear(&sealed);
	return rc;
}
