/* The header block of a message or part: split into fields that the reader knows, left folded and undecoded. */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include "base/arena.h"
#include "base/span.h"

enum header_id {
	HEADER_OTHER,
	HEADER_AUTHENTICATION_RESULTS,
	HEADER_AUTO_SUBMITTED,
	HEADER_BCC,
	HEADER_CC,
	HEADER_CONTENT_DISPOSITION,
	HEADER_CONTENT_ID,
	HEADER_CONTENT_TRANSFER_ENCODING,
	HEADER_CONTENT_TYPE,
	HEADER_DATE,
	HEADER_FEEDBACK_ID,
	HEADER_FROM,
	HEADER_IN_REPLY_TO,
	HEADER_LIST_ID,
	HEADER_LIST_UNSUBSCRIBE,
	HEADER_MESSAGE_ID,
	HEADER_PRECEDENCE,
	HEADER_REFERENCES,
	HEADER_REPLY_TO,
	HEADER_SENDER,
	HEADER_SUBJECT,
	HEADER_TO,
	HEADER_X_GM_THRID,
	HEADER_X_GMAIL_LABELS,
};

struct header {
	enum header_id id;
	struct span value; /* behind the colon, trimmed, still folded */
};

struct header_block {
	struct header *items; /* known headers in their order */
	size_t count;
	size_t body;       /* offset of the body */
	size_t fields;     /* header fields seen, known or not */
	bool over_limit;   /* fields beyond the limit were left out */
	bool no_separator; /* the body began without an empty line */
	bool junk;         /* lines between fields that are no fields were skipped */
};

/* Splits the block at the start of s[0..n): lines up to and with the empty line, any line ends; leading mbox
 * lines ("From ", ">From "), a byte order mark and folds of nothing are skipped. Fields that end beyond `limit` bytes
 * are left out. A line that is no field is skipped where usual fields follow it, else the body starts there. Linear. */
void header_block_parse(struct arena *a, const char *s, size_t n, size_t limit, struct header_block *b);

/* The first header of that kind, NULL when there is none. */
const struct header *header_find(const struct header_block *b, enum header_id id);

#endif
