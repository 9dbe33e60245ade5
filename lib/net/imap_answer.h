/* One FETCH answer of a server: the values of one message. For imap_list.c and imap_fetch.c only. */
#ifndef NET_IMAP_ANSWER_H
#define NET_IMAP_ANSWER_H

#include "net/imap_core.h"

/* Start it with {0} and set cap_bytes, the most that a body may have. */
struct imap_answer {
	struct imap_message message;
	struct buf keywords, body, date;
	bool has_flags, has_size, has_body;
	uint64_t too_large;
	size_t cap_bytes;
};

/* Forgets the last message; keeps storage for the next, but not much. */
void imap_answer_begin(struct imap_answer *a);
void imap_answer_clear(struct imap_answer *a);

/* Reads "(NAME value NAME value)" and the line end (RFC 3501 section 7.4.2), after imap_answer_begin of its own. What was not
 * asked for is read past. A body above the cap leaves `too_large` with its size and no bytes. */
int imap_answer_read(struct imap *m, struct imap_answer *a, struct err *e);

/* "17-Jul-1996 02:44:25 -0700" to seconds since 1970; 0 when it is none. */
int64_t imap_answer_date(const char *s);

#endif
