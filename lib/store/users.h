/* The team: the people who use Mailroom, with their addresses. Addresses come and go in the form of comparison. */
#ifndef STORE_USERS_H
#define STORE_USERS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct user {
	int64_t id;
	const char *name;
	bool is_admin, is_active, is_removed;
	int64_t created_at;
	const char *address;  /* the primary one; NULL when another member took it while this one was removed */
	const char **aliases; /* in alphabetical order */
	size_t alias_count;
};

/* The member who has the address, primary or alias, removed ones included. What *out points to lives in `a`. */
int users_get(struct store *s, struct arena *a, const char *address, struct user *out, bool *found, struct err *e);
/* Calls back for every member by name, removed ones only with `removed`; *user lives until the call returns. A callback that
 * returns not 0 ends the loop, and that is the result. */
int users_each(struct store *s, bool removed, int (*each)(const struct user *, void *arg), void *arg, struct err *e);

/* A new member without addresses; of *u name, is_admin and is_active count. */
int users_insert(struct store *s, const struct user *u, int64_t now, int64_t *id, struct err *e);
/* Writes name, is_admin and is_active of the member u->id. */
int users_update(struct store *s, const struct user *u, struct err *e);
/* deleted_at 0: restored. */
int users_set_deleted(struct store *s, int64_t id, int64_t deleted_at, struct err *e);

/* Gives the address to the member, from whomever it is now; as the primary one it makes the one before an alias. */
int users_set_address(struct store *s, int64_t id, const char *address, bool is_primary, struct err *e);
/* Takes an alias away; *found is false when the member has no such alias. */
int users_remove_alias(struct store *s, int64_t id, const char *alias, bool *found, struct err *e);

/* Active admins who are not removed: the recipients of the team digest. */
int users_count_admins(struct store *s, int64_t *n, struct err *e);

#endif
