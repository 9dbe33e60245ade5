/* What people type about people: addresses, names and lists of them, checked and brought to the form in which they are kept. */
#ifndef JOB_PEOPLE_H
#define JOB_PEOPLE_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

enum people_change { PEOPLE_ADDED, PEOPLE_RESTORED, PEOPLE_CHANGED, PEOPLE_UNCHANGED, PEOPLE_REMOVED, PEOPLE_CHANGES };
const char *people_change_name(enum people_change change); /* "added", ... */

struct people_words {
	const char **items;
	size_t count;
};

/* One mail address, in the form of comparison, in `a`. INPUT, saying why, when it is none: no "@", a space, "<", a comma, a
 * control character, a domain without a dot or with an empty label, longer than 320 bytes. */
int people_address(struct arena *a, const char *given, const char **address, struct err *e);
/* Every word of them by people_address; doubles are dropped. */
int people_addresses(struct arena *a, const struct people_words *given, struct people_words *addresses, struct err *e);
/* A name: spaces at the ends taken off, runs of them made one. INPUT when it is empty, over 200 bytes, no UTF-8 or holds a control
 * character. */
int people_name(struct arena *a, const char *given, const char **name, struct err *e);
/* Notes: any text, lines and all. INPUT when it is over 10,000 bytes, no UTF-8 or holds a control character that is no line end
 * or tab. */
int people_text(struct arena *a, const char *given, const char **text, struct err *e);
/* The words of a cell that holds several values: separated by ";" or white space. */
struct people_words people_split(struct arena *a, const char *cell);

/* REFUSED, with the reason, when the address is on record for an investor: it cannot be one of our own as well. */
int people_check_not_investor(struct store *s, const char *address, struct err *e);
/* REFUSED when the address is a team member's or a mailbox's (aliases too): it cannot be an investor's as well. */
int people_check_not_own(struct store *s, const char *address, struct err *e);

/* Ends a change: commits, or rolls back where it was only to be tried (dry run) or has failed (rc not 0). Returns rc, or -1. */
int people_end(struct store *s, bool dry_run, int rc, struct err *e);

#endif
