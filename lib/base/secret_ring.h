/* Between secret.c and secret_key.c alone: how a key that was read gets into the ring. */
#ifndef BASE_SECRET_RING_H
#define BASE_SECRET_RING_H

#include "base/secret.h"

/* Copies the key behind those at hand, unless it is one of them. */
void secret_ring_put(struct secret_ring *r, const unsigned char key[static SECRET_KEY_BYTES]);

#endif
