/* The mailboxes that are captured, and their aliases. Addresses come and go in the form of comparison (address_normalise). */
#ifndef STORE_ACCOUNTS_H
#define STORE_ACCOUNTS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account {
	int64_t id;
	const char *address;
	bool sync_enabled;
	bool is_removed;
	int64_t created_at;
	const char **aliases; /* in alphabetical order */
	size_t alias_count;
};

enum accounts_change { ACCOUNTS_ADDED, ACCOUNTS_RESTORED, ACCOUNTS_CHANGED, ACCOUNTS_UNCHANGED };

/* The mailbox of this address, or with this alias; removed ones are not found. What *out points to lives in `a`. */
int accounts_get(
    struct store *s, struct arena *a, const char *address, struct account *out, bool *found, struct err *e);

/* Calls back for every mailbox by address, removed ones only with `removed`; *out lives until the call returns. A callback that
 * returns not 0 ends the loop, and that is the result. */
int accounts_each(
    struct store *s, bool removed, int (*each)(const struct account *, void *arg), void *arg, struct err *e);

/* Adds the mailbox, or restores it when it was removed, and adds the aliases to those it has. REFUSED when the address or an
 * alias is another mailbox's address or alias; an alias of a removed mailbox moves over. */
int accounts_add(struct store *s, const char *address, const char *const *aliases, size_t n, int64_t now,
    enum accounts_change *change, struct err *e);

/* REFUSED when another mailbox has the address; *added is false when it was this one's alias already. */
int accounts_add_alias(struct store *s, int64_t id, const char *alias, bool *added, struct err *e);
int accounts_remove_alias(struct store *s, int64_t id, const char *alias, bool *found, struct err *e);

/* Soft: the row stays, and so does the mail. *found: there was such a mailbox (by its own address, not an alias). */
int accounts_remove(struct store *s, const char *address, int64_t now, bool *found, struct err *e);
/* REFUSED when another mailbox has taken the address as an alias meanwhile. */
int accounts_restore(struct store *s, const char *address, bool *found, struct err *e);

#endif
