/* Settings of the connection for a run that writes much. */
#ifndef STORE_BULK_H
#define STORE_BULK_H

#include "base/err.h"
#include "store/store.h"

/* A larger page cache, rarer checkpoints, and commits that are whole but not on disk yet: a power cut may take the last ones
 * back, which is good where a cursor goes back with what it covers. */
int bulk_tune(struct store *s, struct err *e);

/* From the next commit on all that was committed is on disk (that one included). */
int bulk_settle(struct store *s, struct err *e);

#endif
