/* How far each remote mailbox is captured: its cursor, the listing that is under way, when to come again. */
#ifndef STORE_CURSORS_H
#define STORE_CURSORS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdint.h>

#define CURSORS_PEOPLE "people"
#define CURSORS_BACKFILL "backfill"
#define CURSORS_RECONCILE "reconcile"
#define CURSORS_INCREMENT "increment"

/* A row of email_cursors; NULL and 0 where the schema allows NULL, but for `since` and `total`: INT64_MIN and -1. */
struct cursor {
	int64_t source_id; /* 0: the mailbox was never captured */
	const char *phase, *cursor;
	int64_t cursor_at, listing, since;
	const char *people_after, *page_token;
	int64_t listed, total, begun_at, finished_at, in_step_at;
};

/* Strings live in `a`. */
int cursors_get(struct store *s, struct arena *a, int64_t account_id, struct cursor *out, struct err *e);
int cursors_put(struct store *s, int64_t account_id, const struct cursor *c, struct err *e);
/* Runs in a row that did not get through, and when the clockwork may come again (0: any time): kept in the mailbox's own row, since
 * it may fail before there is a cursor. */
int cursors_get_delay(struct store *s, int64_t account_id, int64_t *failures, int64_t *next_at, struct err *e);
int cursors_delay(struct store *s, int64_t account_id, int64_t failures, int64_t next_at, struct err *e);

#endif
