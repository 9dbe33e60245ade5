/* One text part of an outgoing message: line ends and transfer encoding (RFC 2045 section 6). */
#ifndef MAIL_COMPOSE_BODY_H
#define MAIL_COMPOSE_BODY_H

#include "base/buf.h"

#include <stddef.h>

/* Appends Content-Type ("text/<subtype>; charset=utf-8"), Content-Transfer-Encoding, an empty line and the body. The body
 * is 7bit when it is ASCII in lines of at most 76 bytes that no relay would touch, else quoted-printable, whose lines are
 * cut between characters. Line ends (LF, CRLF, CR) become CRLF; the last line gets one where it has none. */
void compose_body(struct buf *out, const char *subtype, const char *text, size_t n);

#endif
