/* The key ring of this mailroom: from the settings to keys in memory. */
#ifndef JOB_KEYS_H
#define JOB_KEYS_H

#include "base/config.h"
#include "base/err.h"
#include "base/secret.h"

/* Reads MAILROOM_SECRET_KEY_FILE, and before it the key that a `rekey` cut off half-way has left beside it (".new"). Whoever seals
 * something for the database opens the ring inside the transaction, so that no rekey comes between. NO_INPUT, with what to do, when
 * there is no key. Free it with secret_ring_free. */
int keys_open(const struct config *c, struct secret_ring **out, struct err *e);

#endif
