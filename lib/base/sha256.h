/* SHA-256 (FIPS 180-4) by OpenSSL's EVP: one-shot and streaming. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>

enum { SHA256_BYTES = 32, SHA256_HEX_BYTES = 65 };

struct sha256;

/* One object serves any number of digests, one after the other. */
struct sha256 *sha256_new(void);
void sha256_free(struct sha256 *s);
void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t n);
void sha256_finish(struct sha256 *s, unsigned char digest[static SHA256_BYTES]);

void sha256_of(const void *bytes, size_t n, unsigned char digest[static SHA256_BYTES]);
/* Lower-case hexadecimal with a NUL. */
void sha256_hex(const unsigned char digest[static SHA256_BYTES], char hex[static SHA256_HEX_BYTES]);

#endif
