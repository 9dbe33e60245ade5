/* Outgoing messages as bytes (RFC 5322, 2045-2047): the same value gives the same bytes, ready to be kept and sent. */
#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "mail/address.h"

#include <stddef.h>
#include <stdint.h>

/* A header that compose_message does not write by itself. */
struct compose_header {
	const char *name, *value;
};

/* Strings are UTF-8. Required are from, message_id and at least one of text and html. */
struct compose {
	struct address from;
	struct address_list to, cc, reply_to; /* an empty list writes no header */
	const char *subject;                  /* NULL writes no header */
	int64_t date;                         /* seconds UTC */
	int zone_minutes;                     /* in which zone the date is written: minutes east of UTC */
	const char *message_id;               /* without <> */
	const struct compose_header *headers; /* Auto-Submitted, List-Id, In-Reply-To and so on, in this order */
	size_t header_count;
	const char *text; /* text/plain; line ends LF or CRLF; one is added where the last is missing */
	const char *html; /* text/html; with both, multipart/alternative */
};

/* Appends the message to *out: lines of at most 78 bytes (998 where a word of a header is longer), all ended by CRLF,
 * all bytes ASCII. What a header cannot hold as it is goes into encoded words, bodies into quoted-printable unless
 * they are short lines of ASCII; domains of addresses become A-labels. Fails, with *out as it was, with INPUT: a
 * control character in a header or an address, text that is not UTF-8, an address that cannot be
 * written or needs SMTPUTF8, a header name that is none or that belongs to compose_message, a missing field. */
int compose_message(const struct compose *c, struct buf *out, struct err *e);

/* A Message-ID without <>: "<seconds>.<unique bytes in hex>@<domain>". The caller gives `n` bytes that no other message
 * of the same second has. NULL when `domain` is no host name. */
const char *compose_message_id(struct arena *a, int64_t now, const unsigned char *unique, size_t n, const char *domain);

#endif
