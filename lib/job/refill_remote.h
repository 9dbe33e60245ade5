/* Text of stored messages, fetched from the mailbox's server: they have come to match. */
#ifndef JOB_REFILL_REMOTE_H
#define JOB_REFILL_REMOTE_H

#include "base/err.h"
#include "job/mailbox.h"
#include "job/remote.h"
#include "store/accounts.h"

#include <stdbool.h>
#include <stdint.h>

/* Fetches and keeps the text of every message that the mailbox still has and that matches (`all`: of every one) without having its
 * text. *filled and *files are added to. In transactions of its own. */
int refill_remote(struct mailbox *mb, const struct account *account, struct remote *remote, bool all, int64_t *filled,
    int64_t *files, struct err *e);

/* The same for every mailbox that has a server and misses some. What one server refuses is *e of the first; the others
 * have their turn all the same. */
int refill_remotes(struct mailbox *mb, int64_t *filled, int64_t *files, struct err *e);

#endif
