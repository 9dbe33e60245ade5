/* Settings of the connection for a run that writes much: a larger page cache, rarer checkpoints. */
#ifndef STORE_BULK_H
#define STORE_BULK_H

#include "base/err.h"
#include "store/store.h"

int bulk_tune(struct store *s, struct err *e);

#endif
