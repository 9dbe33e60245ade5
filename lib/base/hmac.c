#include "base/hmac.h"

#include "base/mem.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

/* With these arguments it fails for want of memory only. */
void hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t n, unsigned char mac[static HMAC_BYTES])
{
	unsigned len = 0;

	if (!HMAC(EVP_sha256(), key, (int)key_len, bytes, n, mac, &len) || len != HMAC_BYTES)
		mem_out_of_memory();
}

bool hmac_equal(const void *x, const void *y, size_t n)
{
	return CRYPTO_memcmp(x, y, n) == 0;
}
