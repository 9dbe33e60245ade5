/* base64 and base64url (RFC 4648) of short texts: keys, tokens, JWT parts. Mail bodies have a decoder of their own. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends base64url without padding (RFC 4648 section 5, as RFC 7515 wants it). */
void base64url_encode(const void *bytes, size_t n, struct buf *out);

/* Appends what the text stands for: either alphabet, padded or not, no white space. False, with nothing appended, when it is no
 * base64 (a wrong character or length, bits left over that are not 0). */
bool base64_decode(const char *text, size_t n, struct buf *out);

#endif
