#include "base/base64.h"

#include <stdint.h>

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

bool base64_decode(const char *text, size_t n, struct buf *out)
{
	unsigned char *to;
	size_t len = 0;
	uint32_t bits = 0;
	int held = 0;

	if (n > 0 && n % 4 == 0 && text[n - 1] == '=')
		n -= text[n - 2] == '=' ? 2 : 1;
	if (n % 4 == 1)
		return false;
	to = (unsigned char *)buf_reserve(out, n / 4 * 3 + 2);
	for (size_t i = 0; i < n; i++) {
		int v = value_of(text[i]);
		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		held += 6;
		if (held >= 8) {
			held -= 8;
			to[len++] = (unsigned char)(bits >> held);
		}
	}
	if (bits & ((1U << held) - 1))
		return false;
	to[len] = '\0';
	out->len += len;
	return true;
}
