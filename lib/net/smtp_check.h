/* Looks at a message before any of it is sent: may these bytes and these addresses go over SMTP, and what do they ask of the
 * server? */
#ifndef NET_SMTP_CHECK_H
#define NET_SMTP_CHECK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { SMTP_TEXT_LINE_MAX = 998, SMTP_ADDRESS_MAX = 254 };

struct smtp_needs {
	bool eightbit;    /* the bytes hold some above 127 */
	bool utf8_header; /* so does the header (RFC 6532) */
};

/* INPUT, with the line's number, unless all lines end with CRLF and have at most 998 bytes before it, and there is no bare CR or
 * LF and no NUL (RFC 5321 sections 2.3.8 and 4.5.3.1.6, RFC 5322 section 2.3). Linear. */
int smtp_check_bytes(const char *bytes, size_t n, struct smtp_needs *needs, struct err *e);

/* *wire becomes the address with its domain in lower-case A-labels (RFC 5890), in the arena. INPUT for what could end or change a
 * command (controls, spaces, angle brackets), bytes that are no UTF-8, no local part or domain, or too much of it. "" is good where
 * `may_be_empty`. */
int smtp_check_address(struct arena *a, const char *address, bool may_be_empty, const char **wire, struct err *e);
bool smtp_is_ascii(const char *s);

/* INPUT unless it is at most 100 printable ASCII characters (RFC 3461 section 4.4). */
int smtp_check_envelope_id(const char *id, struct err *e);

/* Appends s, printable ASCII, as xtext (RFC 3461 section 4). */
void smtp_put_xtext(struct buf *b, const char *s);

#endif
