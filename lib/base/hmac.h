/* HMAC-SHA-256 (RFC 2104, FIPS 198-1) by OpenSSL, and a comparison that tells nothing by its time. */
#ifndef BASE_HMAC_H
#define BASE_HMAC_H

#include <stdbool.h>
#include <stddef.h>

enum { HMAC_BYTES = 32 };

void hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t n, unsigned char mac[static HMAC_BYTES]);

/* Whether n bytes are equal, in a time that depends on n alone. */
bool hmac_equal(const void *x, const void *y, size_t n);

#endif
