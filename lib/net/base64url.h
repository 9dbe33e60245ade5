/* base64url (RFC 4648 section 5), as JSON APIs, JWT and PKCE write it. Reads the other alphabet too. */
#ifndef NET_BASE64URL_H
#define NET_BASE64URL_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends the decoded bytes of s. Padded or not; "+/" are read as "-_". False, with `out` as it was, for a byte outside the
 * alphabet, wrong padding or a length that no encoder makes. */
bool base64url_decode(const char *s, size_t n, struct buf *out);

/* Appends the encoded bytes, without padding. */
void base64url_encode(const void *bytes, size_t n, struct buf *out);

#endif
