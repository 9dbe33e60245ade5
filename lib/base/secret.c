#include "base/secret.h"

#include "base/mem.h"
#include "base/secret_ring.h"
#include "base/sha256.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

enum {
	VERSION = 1,
	ID_BYTES = 8,
	PLACE_BYTES = 8,
	NONCE_BYTES = 12,
	TAG_BYTES = 16,
	HEAD_BYTES = 1 + ID_BYTES + PLACE_BYTES,
};
_Static_assert(HEAD_BYTES + NONCE_BYTES + TAG_BYTES == SECRET_OVERHEAD_BYTES, "the blob's layout");

struct key {
	unsigned char bytes[SECRET_KEY_BYTES];
	unsigned char id[ID_BYTES];
	char id_hex[SECRET_KEY_ID_HEX_BYTES];
};

struct secret_ring {
	struct key *keys;
	size_t count;
};

static void id_to_hex(const unsigned char id[static ID_BYTES], char hex[static SECRET_KEY_ID_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < ID_BYTES; i++) {
		hex[2 * i] = digits[id[i] >> 4];
		hex[2 * i + 1] = digits[id[i] & 15];
	}
	hex[2 * ID_BYTES] = '\0';
}

struct secret_ring *secret_ring_new(void)
{
	return mem_alloc(sizeof(struct secret_ring));
}

void secret_ring_free(struct secret_ring *r)
{
	if (!r)
		return;
	if (r->keys)
		explicit_bzero(r->keys, r->count * sizeof *r->keys);
	free(r->keys);
	free(r);
}

static const struct key *find_key(const struct secret_ring *r, const unsigned char *id)
{
	for (size_t i = 0; i < r->count; i++)
		if (memcmp(r->keys[i].id, id, ID_BYTES) == 0)
			return &r->keys[i];
	return NULL;
}

/* realloc would leave the old keys behind in memory. */
void secret_ring_put(struct secret_ring *r, const unsigned char bytes[static SECRET_KEY_BYTES])
{
	unsigned char digest[SHA256_BYTES];
	struct key *keys;

	sha256_of(bytes, SECRET_KEY_BYTES, digest);
	if (find_key(r, digest))
		return;
	keys = mem_alloc((r->count + 1) * sizeof *keys);
	if (r->count > 0) {
		memcpy(keys, r->keys, r->count * sizeof *keys);
		explicit_bzero(r->keys, r->count * sizeof *keys);
		free(r->keys);
	}
	memcpy(keys[r->count].bytes, bytes, SECRET_KEY_BYTES);
	memcpy(keys[r->count].id, digest, ID_BYTES);
	id_to_hex(digest, keys[r->count].id_hex);
	r->keys = keys;
	r->count++;
}

const char *secret_ring_id(const struct secret_ring *r)
{
	return r->count > 0 ? r->keys[0].id_hex : NULL;
}

static void put_head(unsigned char *head, const struct key *key, const char *place)
{
	unsigned char digest[SHA256_BYTES];

	sha256_of(place, strlen(place), digest);
	head[0] = VERSION;
	memcpy(head + 1, key->id, ID_BYTES);
	memcpy(head + 1 + ID_BYTES, digest, PLACE_BYTES);
}

/* The cipher set up for one blob, its head and place authenticated; NULL when OpenSSL fails. */
static EVP_CIPHER_CTX *start(const struct key *key, const unsigned char *blob, const char *place, int encrypt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	/* 12 bytes are GCM's own nonce length. */
	if (ctx && EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->bytes, blob + HEAD_BYTES, encrypt) == 1 &&
	    EVP_CipherUpdate(ctx, NULL, &n, blob, HEAD_BYTES) == 1 &&
	    EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *)place, (int)strlen(place)) == 1)
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

int secret_seal(
    const struct secret_ring *r, const void *bytes, size_t n, const char *place, struct buf *out, struct err *e)
{
	unsigned char *blob;
	EVP_CIPHER_CTX *ctx;
	int len = 0, end = 0, rc = -1;

	if (r->count == 0)
		return err_set(e, ERR_CONFIG, "there is no key to seal a secret with");
	if (n > SECRET_MAX_BYTES)
		return err_set(e, ERR_INPUT, "a secret of %zu bytes is too long", n);
	blob = (unsigned char *)buf_reserve(out, n + SECRET_OVERHEAD_BYTES);
	put_head(blob, &r->keys[0], place);
	if (secret_random(blob + HEAD_BYTES, NONCE_BYTES, e) != 0)
		return -1;
	ctx = start(&r->keys[0], blob, place, 1);
	unsigned char *text = blob + HEAD_BYTES + NONCE_BYTES;
	if (ctx && EVP_CipherUpdate(ctx, text, &len, bytes, (int)n) == 1 &&
	    EVP_CipherFinal_ex(ctx, text + len, &end) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, text + n) == 1) {
		out->len += n + SECRET_OVERHEAD_BYTES;
		rc = 0;
	} else {
		err_set(e, ERR_BUG, "AES-256-GCM does not work here (OpenSSL)");
	}
	out->data[out->len] = '\0';
	EVP_CIPHER_CTX_free(ctx);
	return rc;
}

static int check_blob(const unsigned char *blob, size_t n, struct err *e)
{
	if (n < SECRET_OVERHEAD_BYTES || n > SECRET_OVERHEAD_BYTES + SECRET_MAX_BYTES)
		return err_set(e, ERR_INPUT, "is no sealed secret: %zu bytes", n);
	if (blob[0] != VERSION)
		return err_set(e, ERR_INPUT,
		    "is sealed in form %d, this program knows form %d: damaged, or a newer Mailroom's", blob[0],
		    VERSION);
	return 0;
}

int secret_blob_id(const void *blob, size_t n, char id[static SECRET_KEY_ID_HEX_BYTES], struct err *e)
{
	const unsigned char *p = blob;

	if (check_blob(p, n, e) != 0)
		return -1;
	id_to_hex(p + 1, id);
	return 0;
}

/* Finds the key and sees to it that the blob is at its place, before the tag says yes or no to the whole. */
static int check_head(const struct secret_ring *r, const unsigned char *blob, size_t n, const char *place,
    const struct key **key, struct err *e)
{
	unsigned char wanted[HEAD_BYTES];
	char id[SECRET_KEY_ID_HEX_BYTES];

	if (secret_blob_id(blob, n, id, e) != 0)
		return -1;
	*key = find_key(r, blob + 1);
	if (!*key)
		return err_set(e, ERR_CONFIG,
		    "is sealed with the key %s, and %s%s: bring back the key file of that time (account rekey "
		    "--old-key), or log in again",
		    id, r->count > 0 ? "the one at hand is " : "no key is at hand",
		    r->count > 0 ? r->keys[0].id_hex : "");
	put_head(wanted, *key, place);
	if (memcmp(blob, wanted, HEAD_BYTES) != 0)
		return err_set(e, ERR_REFUSED, "was sealed for another row: somebody has moved it");
	return 0;
}

int secret_open(
    const struct secret_ring *r, const void *bytes, size_t n, const char *place, struct buf *out, struct err *e)
{
	const unsigned char *blob = bytes, *text = blob + HEAD_BYTES + NONCE_BYTES;
	unsigned char *plain, tag[TAG_BYTES];
	const struct key *key;
	EVP_CIPHER_CTX *ctx;
	int len = 0, end = 0, rc = -1;

	if (check_head(r, blob, n, place, &key, e) != 0)
		return -1;
	n -= SECRET_OVERHEAD_BYTES;
	memcpy(tag, text + n, TAG_BYTES);
	plain = (unsigned char *)buf_reserve(out, n);
	ctx = start(key, blob, place, 0);
	if (ctx && EVP_CipherUpdate(ctx, plain, &len, text, (int)n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
	    EVP_CipherFinal_ex(ctx, plain + len, &end) == 1) {
		plain[n] = '\0';
		out->len += n;
		rc = 0;
	} else {
		buf_wipe(out);
		err_set(e, ERR_REFUSED, "was changed or damaged: its seal is broken");
	}
	EVP_CIPHER_CTX_free(ctx);
	return rc;
}

int secret_random(void *bytes, size_t n, struct err *e)
{
	if (RAND_bytes(bytes, (int)n) != 1)
		return err_set(e, ERR_SYSTEM, "OpenSSL has no random bytes");
	return 0;
}
