/* Small secrets at rest: sealed with AES-256-GCM (NIST SP 800-38D) under a key that lives in a file outside the database. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	SECRET_KEY_BYTES = 32,
	SECRET_KEY_ID_HEX_BYTES = 17, /* the first 8 bytes of the key's SHA-256, as hexadecimal with a NUL */
	SECRET_MAX_BYTES = 64 * 1024, /* of one plain text */
	SECRET_OVERHEAD_BYTES = 45,   /* a sealed blob is this much longer than its plain text */
};

/* The keys at hand. The first one seals; each opens what it sealed. */
struct secret_ring;
struct secret_ring *secret_ring_new(void);
void secret_ring_free(struct secret_ring *r); /* wipes the keys */

/* Reads a key file (keyfile_read: nobody else's to read) and puts its key behind those at hand. It holds 32 bytes, or as text 64
 * hexadecimal digits or base64 of 32 bytes, with or without a line end. A key that is there already is good. INPUT when the
 * file is none of these. */
int secret_ring_add(struct secret_ring *r, const char *path, struct err *e);
/* The name of the key that seals; NULL while the ring is empty. */
const char *secret_ring_id(const struct secret_ring *r);

/* Makes a key file of 32 random bytes (as hexadecimal text, 0600, all there or not at all) unless one is there; *made says which.
 * Two at once make one. CANNOT_CREATE when the folder does not take it. */
int secret_key_create(const char *path, bool *made, struct err *e);

/* Seals n bytes and binds them to their place: `place` (such as "table:row:column") must be the same when they are opened. Appends to
 * out: version 1, key id (8), place id (8: of its SHA-256), nonce (12), cipher text, tag (16). CONFIG while the ring is empty,
 * INPUT above SECRET_MAX_BYTES. */
int secret_seal(
    const struct secret_ring *r, const void *bytes, size_t n, const char *place, struct buf *out, struct err *e);

/* Puts the plain text in `out` (empty before, NUL-terminated; wipe it with buf_wipe). CONFIG when the key is not at hand (its id
 * is named), REFUSED when the blob belongs to another place or was changed, INPUT when it is none. Nothing that was not
 * authenticated is handed out. */
int secret_open(
    const struct secret_ring *r, const void *blob, size_t n, const char *place, struct buf *out, struct err *e);

/* The name of the key that sealed the blob; INPUT when it is no blob of this version. */
int secret_blob_id(const void *blob, size_t n, char id[static SECRET_KEY_ID_HEX_BYTES], struct err *e);

/* n random bytes from OpenSSL's generator, good for keys and tokens. */
int secret_random(void *bytes, size_t n, struct err *e);

#endif
