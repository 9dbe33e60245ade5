#include "net/imap_utf7.h"

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/* Bits that wait to become base64 digits. */
struct bits {
	uint32_t value;
	int count;
};

static void put_unit(struct buf *out, struct bits *b, uint32_t unit)
{
	b->value = (b->value << 16 | unit) & 0x3fffff;
	for (b->count += 16; b->count >= 6; b->count -= 6)
		buf_putc(out, alphabet[b->value >> (b->count - 6) & 63]);
}

static void put_end(struct buf *out, struct bits *b)
{
	if (b->count > 0)
		buf_putc(out, alphabet[b->value << (6 - b->count) & 63]);
	buf_putc(out, '-');
	*b = (struct bits){0, 0};
}

bool imap_utf7_encode(const char *s, struct buf *out)
{
	size_t n = strlen(s);
	struct bits b = {0, 0};
	bool shifted = false;
	uint32_t cp;

	if (!utf8_is_valid(s, n))
		return false;
	for (size_t i = 0; i < n; i += utf8_decode(s + i, n - i, &cp)) {
		char c = s[i];
		if (c < 0x20 || c > 0x7e) {
			if (!shifted)
				buf_putc(out, '&');
			shifted = true;
			utf8_decode(s + i, n - i, &cp);
			if (cp > 0xffff)
				put_unit(out, &b, 0xd800 | (cp - 0x10000) >> 10);
			put_unit(out, &b, cp > 0xffff ? 0xdc00 | (cp & 0x3ff) : cp);
			continue;
		}
		if (shifted)
			put_end(out, &b);
		shifted = false;
		buf_putc(out, c);
		if (c == '&')
			buf_putc(out, '-');
	}
	if (shifted)
		put_end(out, &b);
	return true;
}

/* Takes one UTF-16 unit in; appends a character when it is whole. *high is a waiting high surrogate or 0. */
static void take_unit(struct buf *out, uint32_t unit, uint32_t *high)
{
	char utf8[4];
	uint32_t cp = unit;

	if (unit >> 10 == 0x36) {
		*high = unit;
		return;
	}
	if (*high && unit >> 10 == 0x37)
		cp = 0x10000 + ((*high & 0x3ff) << 10) + (unit & 0x3ff);
	*high = 0;
	buf_append(out, utf8, utf8_encode(cp, utf8));
}

/* Reads behind "&" to the "-"; NULL when that is wrong. */
static const char *take_shifted(const char *s, struct buf *out)
{
	uint32_t value = 0, high = 0;
	int count = 0;

	if (*s == '-')
		buf_putc(out, '&');
	for (; *s && *s != '-'; s++) {
		const char *digit = strchr(alphabet, *s);
		if (!digit)
			return NULL;
		value = (value << 6 | (uint32_t)(digit - alphabet)) & 0x3fffff;
		count += 6;
		if (count >= 16) {
			count -= 16;
			take_unit(out, value >> count & 0xffff, &high);
		}
	}
	return *s == '-' ? s + 1 : NULL;
}

bool imap_utf7_decode(const char *s, struct buf *out)
{
	struct buf text = {0}, again = {0};
	const char *p = s;
	bool good;

	while (p && *p) {
		if (*p == '&')
			p = take_shifted(p + 1, &text);
		else
			buf_putc(&text, *p++);
	}
	/* Lone surrogates, bits left over, raw 8-bit: whatever is not the one way to write the name. */
	good = p && imap_utf7_encode(buf_str(&text), &again) && strcmp(buf_str(&again), s) == 0;
	if (good)
		buf_append(out, text.data, text.len);
	buf_clear(&text);
	buf_clear(&again);
	return good;
}
