/* Content transfer encodings (RFC 2045 section 6, uuencode): encoded bytes to bytes. They never fail: what is no code is
 * left out or kept as it is, as mail readers do. The output is never longer than the room that is asked for. */
#ifndef MAIL_DECODE_H
#define MAIL_DECODE_H

#include "base/span.h"

/* Needs n / 4 * 3 + 3 bytes at out. Stops at padding; bytes outside the alphabet are skipped; *junk (may be NULL)
 * counts those that are no white space. Returns the number of bytes written. */
size_t decode_base64(const char *s, size_t n, char *out, size_t *junk);

/* Needs n bytes at out. White space before line ends stays (the other readers keep it), so does "=" that starts no code. */
size_t decode_quoted_printable(const char *s, size_t n, char *out);

/* The "Q" encoding of encoded words (RFC 2047 section 4.2): needs n bytes at out. */
size_t decode_q(const char *s, size_t n, char *out);

/* %XX of RFC 2231: needs n bytes at out. */
size_t decode_percent(const char *s, size_t n, char *out);

/* uuencode: the lines behind "begin", which may be missing, to "end". Needs n + 3 bytes at out. */
size_t decode_uu(const char *s, size_t n, char *out);

#endif
