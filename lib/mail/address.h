/* Address headers (RFC 5322 section 3.4, RFC 6532): lists of mailboxes and groups as plain values. */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include "base/arena.h"
#include "base/span.h"
#include "mail/charset.h"

#include <stdbool.h>
#include <stddef.h>

/* One mailbox. Strings are valid UTF-8 and live in the arena of the parse. */
struct address {
	const char *name;    /* display name, decoded (RFC 2047); NULL when absent */
	const char *address; /* addr-spec as given, without comments and folding; NULL in what could not be read */
};

struct address_list {
	struct address *items;
	size_t count;
};

struct address_limits {
	size_t addresses; /* in the whole list */
	size_t depth;     /* of comments, and of groups in groups */
};

/* Appends the mailboxes of one header value to *list: groups flattened, routes dropped, comments used as names where
 * nothing better stands, encoded words decoded. Broken lists are read as far as they make sense. Returns false when
 * something was over a limit and left out. No recursion; linear in the value's length. */
bool address_parse(struct charset_cache *c, struct arena *a, struct span value, const struct address_limits *limits,
    struct address_list *list);

/* The form in which addresses are compared and stored: domain in lower-case IDNA A-label form (RFC 5891, where
 * it converts; else lower-cased as it is), local part lower-cased (no mailbox that Mailroom meets tells letter
 * case apart). Returns an arena string, NULL when `address` has no "@" with something on both sides. */
const char *address_normalise(struct arena *a, const char *address);

#endif
