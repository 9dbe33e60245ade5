/* The answers of an SMTP server (RFC 5321 section 4.2, RFC 2034): read with a cap on everything, made fit for a person. Knows no
 * command. */
#ifndef NET_SMTP_REPLY_H
#define NET_SMTP_REPLY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "net/stream.h"

enum {
	SMTP_LINE_MAX = 4096,  /* bytes of a line; the RFC has 512 */
	SMTP_LINES_MAX = 200,  /* lines of an answer */
	SMTP_WORDS_MAX = 500,  /* bytes of words that are kept */
	SMTP_ENHANCED_MAX = 12 /* "5.123.123" */
};

/* Start it with {0}; smtp_reply_clear at the end. */
struct smtp_reply {
	int code;                         /* 200-599 */
	char enhanced[SMTP_ENHANCED_MAX]; /* "5.1.1", of the code's own class, or "" */
	struct buf words; /* of all lines, by spaces, without the codes; valid UTF-8 that steers nothing */
	struct buf line;  /* the last line as it came */
};

/* Reads one answer. `each` (may be NULL) gets the text behind the code of every line, as it came, and the line's number from 0.
 * TEMPORARY from the stream, UNAVAILABLE for what is no SMTP: another shape, codes that differ between the lines, no end. */
int smtp_reply_read(struct smtp_reply *r, struct stream *s, void (*each)(struct span text, size_t line, void *arg),
    void *arg, struct err *e);
void smtp_reply_clear(struct smtp_reply *r);

/* 2 to 5. */
int smtp_reply_class(const struct smtp_reply *r);

#endif
