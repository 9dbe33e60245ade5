/* The words of mail servers: finds all phrases of bounce_phrases.txt in a text at once. */
#ifndef MAIL_BOUNCE_PHRASES_H
#define MAIL_BOUNCE_PHRASES_H

#include "base/arena.h"
#include "base/span.h"
#include "mail/bounce.h"

/* What a phrase tells besides a reason; they share one number space with enum bounce_reason. */
enum phrase_context {
	PHRASE_FAILURE = 40, /* a text that says that mail was not delivered */
	PHRASE_DELAY,        /* ... not yet */
	PHRASE_GIVEN_UP,     /* ... and will not be */
	PHRASE_SUBJECT,      /* a Subject of failures */
	PHRASE_SUBJECT_DELAY,
	PHRASE_AUTO_REPLY, /* a Subject of automatic replies */
	PHRASE_CHALLENGE,
	PHRASE_UNSUBSCRIBE,
	PHRASE_DELIVERED,       /* a text that says that mail was delivered */
	PHRASE_RETURNED,        /* a line before the copy of the returned message */
	PHRASE_SENDER,          /* the name or local part of a mail system */
	PHRASE_TALK,            /* a person writes: how a quotation or a forward begins */
	PHRASE_MDN,             /* a Subject of read receipts */
	PHRASE_RECIPIENT,       /* what stands before the address that failed */
	PHRASE_COMPLAINT,       /* a Subject of complaints that are not in the form of RFC 5965 */
	PHRASE_NOT_RECIPIENT,   /* what stands before another address: a sender, a help desk */
	PHRASE_BEFORE_RCPT,     /* the server refused before any recipient was named */
	PHRASE_PERHAPS_UNKNOWN, /* words of an unknown user, if nothing else is said */
	PHRASE_OTHER_NOTICE,    /* a Subject of notices that tell of other people's reports */
	PHRASE_WITHIN,          /* a reason that is part of a longer phrase */
	PHRASE_COUNT
};

/* A text in two forms of equal length: `plain` as it is, `folded` as the phrases are written. In both, white space is one space, '\n'
 * at the end of a line, '\f' where empty lines follow; curly apostrophes are straight. In `folded` Latin, Greek and Cyrillic letters
 * are in lower case. */
struct phrase_text {
	struct span plain, folded;
	struct phrase_hit *hits; /* by their ends */
	size_t count;
};

struct phrase_hit {
	size_t start, end;
	int category; /* enum bounce_reason or enum phrase_context */
};

/* Folds a text and finds all phrases in it. Linear: each byte is looked at a bounded number of times. */
void phrase_text_init(struct arena *a, struct span utf8, struct phrase_text *t);

/* The index of the first hit that ends behind the offset. */
size_t phrase_first(const struct phrase_text *t, size_t from);

/* The categories of all phrases that lie between the offsets, as bits. */
uint64_t phrase_seen(const struct phrase_text *t, size_t from, size_t to);

static inline bool phrase_has(uint64_t seen, int category)
{
	return (seen >> category) & 1;
}

/* The reason that the phrases speak for: of several the one that says most. */
enum bounce_reason phrase_reason(uint64_t seen);

#endif
