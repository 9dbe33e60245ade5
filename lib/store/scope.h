/* A store function's transaction: its own, or a part of the one that its caller has begun. */
#ifndef STORE_SCOPE_H
#define STORE_SCOPE_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>

/* Begins a transaction unless one is under way; *mine says whether it did. */
int scope_enter(struct store *s, bool *mine, struct err *e);

/* Ends what scope_enter began: commits when rc is 0, rolls back otherwise. Inside a caller's transaction it leaves both to the
 * caller. Returns -1 when rc was not 0 or the commit failed. */
int scope_leave(struct store *s, bool mine, int rc, struct err *e);

#endif
