/* Header lines of an outgoing message: folding (RFC 5322 section 2.2.3), encoded words (RFC 2047), mailboxes. It does not
 * know which headers a message needs. */
#ifndef MAIL_COMPOSE_HEADER_H
#define MAIL_COMPOSE_HEADER_H

#include "base/buf.h"
#include "base/err.h"
#include "mail/address.h"

/* Each appends one header with its CRLF, folded at 78 bytes. They fail with INPUT, and then leave a part of the line in
 * *out, on a control character, on text that is not UTF-8, and on a name that is no header name. */

/* Free text. Words beyond ASCII, and what would be read as an encoded word, go into encoded words of at most 75 bytes that
 * split no character. */
int compose_header_text(struct buf *out, const char *name, const char *value, struct err *e);

/* A list of mailboxes; also fails on an address that cannot be written in ASCII. */
int compose_header_addresses(struct buf *out, const char *name, const struct address_list *list, struct err *e);

#endif
