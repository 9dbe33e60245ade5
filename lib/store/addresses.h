/* Addresses as numbers: each one that was ever in a header is kept once. */
#ifndef STORE_ADDRESSES_H
#define STORE_ADDRESSES_H

#include "base/err.h"
#include "store/store.h"

#include <stdint.h>

/* Remembers addresses met lately. One per connection that writes. */
struct addresses;
struct addresses *addresses_new(struct store *s);
void addresses_free(struct addresses *a);
/* After a rollback: what was remembered may not be there. */
void addresses_forget(struct addresses *a);

/* The number of an address (in the form of comparison), added with its display name (may be NULL) when it is new. */
int addresses_id(struct addresses *a, const char *address, const char *name, int64_t *id, struct err *e);

#endif
