#include "base/sha256.h"

#include "base/mem.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct sha256 {
	EVP_MD_CTX *ctx;
	EVP_MD *md; /* fetched once: a fetch a digest would cost more than a short digest */
};

struct sha256 *sha256_new(void)
{
	struct sha256 *s = mem_alloc(sizeof *s);

	s->ctx = EVP_MD_CTX_new();
	s->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!s->ctx || !s->md)
		mem_out_of_memory();
	return s;
}

void sha256_free(struct sha256 *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->ctx);
	EVP_MD_free(s->md);
	free(s);
}

/* With a fetched SHA-256 and valid arguments these calls fail for want of memory only. */
void sha256_start(struct sha256 *s)
{
	if (EVP_DigestInit_ex2(s->ctx, s->md, NULL) != 1)
		mem_out_of_memory();
}

void sha256_add(struct sha256 *s, const void *bytes, size_t n)
{
	if (EVP_DigestUpdate(s->ctx, bytes, n) != 1)
		mem_out_of_memory();
}

void sha256_finish(struct sha256 *s, unsigned char digest[static SHA256_BYTES])
{
	if (EVP_DigestFinal_ex(s->ctx, digest, NULL) != 1)
		mem_out_of_memory();
}

void sha256_of(const void *bytes, size_t n, unsigned char digest[static SHA256_BYTES])
{
	struct sha256 *s = sha256_new();

	sha256_start(s);
	sha256_add(s, bytes, n);
	sha256_finish(s, digest);
	sha256_free(s);
}

void sha256_hex(const unsigned char digest[static SHA256_BYTES], char hex[static SHA256_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_BYTES; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[2 * SHA256_BYTES] = '\0';
}
