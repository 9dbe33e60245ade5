/* The words of an IMAP server's answer (RFC 3501 section 9, RFC 9051), read from the stream one by one and never as a whole
 * line: every token, every answer and every nesting has a cap, and nothing recurses. Knows no command. */
#ifndef NET_IMAP_READER_H
#define NET_IMAP_READER_H

#include "base/buf.h"
#include "base/err.h"
#include "net/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IMAP_ANSWER_MAX = 64 * 1024,      /* bytes of one answer without its literals */
	IMAP_LIST_MAX = 32 * 1024 * 1024, /* the same, of an answer that lists UIDs */
	IMAP_TOKEN_MAX = 16 * 1024,       /* an atom or a short string */
	IMAP_NESTING_MAX = 100,
};
/* A literal that is not wanted is read past up to here; a server that announces more is given up. */
#define IMAP_SKIP_MAX ((uint64_t)1 << 30)

struct imap_reader {
	struct stream *stream; /* borrowed */
	size_t left;           /* what the answer may still have in bytes */
};

/* To be called before each answer. */
void imap_reader_begin(struct imap_reader *r);
/* This answer may be as long as IMAP_LIST_MAX. */
void imap_reader_allow_list(struct imap_reader *r);

/* All of these return -1 with `e` filled (TEMPORARY from the stream, UNAVAILABLE for what is not IMAP). */

/* The next byte, taken or not; line ends are CR and LF as they come. */
int imap_reader_getc(struct imap_reader *r, struct err *e);
int imap_reader_peekc(struct imap_reader *r, struct err *e);
/* Takes c, or fails. */
int imap_reader_expect(struct imap_reader *r, char c, struct err *e);
/* Takes spaces, if any. */
int imap_reader_spaces(struct imap_reader *r, struct err *e);
/* Replaces `out` by the bytes up to a space, bracket, quote or line end; may be empty. */
int imap_reader_atom(struct imap_reader *r, struct buf *out, struct err *e);
int imap_reader_number(struct imap_reader *r, uint64_t *n, struct err *e);
/* Replaces `out` by a quoted string, a literal, or an atom; *nil is true for NIL. A string above cap fails, a literal above
 * cap is read past, *too_large becomes its size, and `out` is empty. NULL too_large makes that a failure too. */
int imap_reader_string(
    struct imap_reader *r, struct buf *out, size_t cap, bool *nil, uint64_t *too_large, struct err *e);
/* Reads past one value of any kind: atom, string, literal, list of values. */
int imap_reader_skip_value(struct imap_reader *r, struct err *e);
/* Replaces `out` by the words up to the line end (cut after 500 bytes) and takes the line end. NULL: forgets them. */
int imap_reader_text(struct imap_reader *r, struct buf *out, struct err *e);
/* Makes the bytes fit for a person: valid UTF-8 without control characters; what is not becomes "?". */
void imap_reader_clean(struct buf *b);
/* Takes the line end, which must come now (spaces before it are forgiven). */
int imap_reader_end(struct imap_reader *r, struct err *e);
/* Reads past the rest of the answer, literals too. */
int imap_reader_skip_rest(struct imap_reader *r, struct err *e);

/* What is not IMAP: fills `e`. */
int imap_reader_bad(const struct imap_reader *r, const char *what, struct err *e);

#endif
