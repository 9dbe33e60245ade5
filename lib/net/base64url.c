#include "net/base64url.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum { X = 0xff };

/* Both alphabets. X is no sum of bits of a code, so that the codes of a group may be OR-ed and looked at once. */
/* clang-format off */
static const uint8_t codes[256] = {
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, 62, X, 62, X, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X, X, X, X, X, X,
    X, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X, X, X, X, 63,
    X, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X
};
/* clang-format on */

/* Takes up to two "=" off; *good says whether as many stand there as belong there, or none. */
static size_t without_padding(const char *s, size_t n, bool *good)
{
	size_t pad = 0;

	while (pad < 2 && pad < n && s[n - 1 - pad] == '=')
		pad++;
	*good = (n - pad) % 4 != 1 && (pad == 0 || n % 4 == 0);
	return n - pad;
}

bool base64url_decode(const char *s, size_t n, struct buf *out)
{
	const uint8_t *in = (const uint8_t *)s, *end;
	uint8_t *to, *start;
	uint32_t bad = 0, v;
	bool good;

	n = without_padding(s, n, &good);
	if (!good)
		return false;
	to = start = (uint8_t *)buf_reserve(out, n / 4 * 3 + 3);
	for (end = in + n / 4 * 4; in < end; in += 4, to += 3) {
		uint32_t a = codes[in[0]], b = codes[in[1]], c = codes[in[2]], d = codes[in[3]];
		bad |= a | b | c | d;
		v = a << 18 | b << 12 | c << 6 | d;
		to[0] = (uint8_t)(v >> 16);
		to[1] = (uint8_t)(v >> 8);
		to[2] = (uint8_t)v;
	}
	if (n % 4) {
		uint32_t a = codes[in[0]], b = codes[in[1]], c = n % 4 == 3 ? codes[in[2]] : 0;
		bad |= a | b | c;
		v = a << 18 | b << 12 | c << 6;
		*to++ = (uint8_t)(v >> 16);
		if (n % 4 == 3)
			*to++ = (uint8_t)(v >> 8);
	}
	if (bad & 0xc0) {
		*start = '\0';
		return false;
	}
	*to = '\0';
	out->len += (size_t)(to - start);
	return true;
}

void base64url_encode(const void *bytes, size_t n, struct buf *out)
{
	const uint8_t *in = bytes;
	char *to = buf_reserve(out, n / 3 * 4 + 4), *start = to;

	for (; n >= 3; n -= 3, in += 3) {
		uint32_t v = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
		*to++ = alphabet[v >> 18];
		*to++ = alphabet[v >> 12 & 63];
		*to++ = alphabet[v >> 6 & 63];
		*to++ = alphabet[v & 63];
	}
	if (n > 0) {
		uint32_t v = (uint32_t)in[0] << 16 | (n > 1 ? (uint32_t)in[1] << 8 : 0);
		*to++ = alphabet[v >> 18];
		*to++ = alphabet[v >> 12 & 63];
		if (n > 1)
			*to++ = alphabet[v >> 6 & 63];
	}
	*to = '\0';
	out->len += (size_t)(to - start);
}
