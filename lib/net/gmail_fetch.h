/* Many raw messages of one mailbox, fetched in batches of which several are under way at once. They come one by one, in no
 * order, each exactly once; memory is bounded by what waits to be taken, not by the number or size of batches. */
#ifndef NET_GMAIL_FETCH_H
#define NET_GMAIL_FETCH_H

#include "net/gmail.h"

enum gmail_outcome {
	GMAIL_GOT,
	GMAIL_GONE,   /* the mailbox no longer has it */
	GMAIL_FAILED, /* `why` tells; TEMPORARY: may work another day; else it will not (too large: INPUT) */
};

/* Borrowed until the next gmail_fetch_next or gmail_fetch_close. */
struct gmail_item {
	enum gmail_outcome outcome;
	size_t index; /* in the ids that were asked for */
	const char *id;
	struct gmail_message message; /* GMAIL_GOT: with raw, labels, historyId; empty else */
	struct err why;
};

struct gmail_fetch;
/* `ids` is borrowed until gmail_fetch_close. Nothing is sent yet. */
struct gmail_fetch *gmail_fetch_open(struct gmail *g, const char *const *ids, size_t n);
/* The next message; *item is NULL when each id has had its turn. -1 when the account, the service or the line fails for all of
 * them; what had arrived before is handed out first, and the ids not handed out are still to be fetched. */
int gmail_fetch_next(struct gmail_fetch *f, const struct gmail_item **item, struct err *e);
/* Gives up what is under way. NULL is good. */
void gmail_fetch_close(struct gmail_fetch *f);

#endif
