#include "mail/decode.h"

#include <stdint.h>
#include <string.h>

/* Classes of base64 bytes above the 64 values; all have the high bit, so that one test finds them. */
enum { NO = 0x80, WS = 0x81, PAD = 0x82 };

/* clang-format off */
static const unsigned char base64_value[256] = {
    NO, NO, NO, NO, NO, NO, NO, NO, NO, WS, WS, WS, WS, WS, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    WS, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO, NO, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, PAD, NO, NO,
    NO, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, NO,
    NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
};
/* clang-format on */

static char *put_triple(char *out, uint32_t v)
{
	out[0] = (char)(v >> 16);
	out[1] = (char)(v >> 8);
	out[2] = (char)v;
	return out + 3;
}

/* Whole groups without anything between them: the common case, a line at a time. */
static const unsigned char *base64_run(const unsigned char *s, const unsigned char *end, char **out)
{
	char *o = *out;

	while (end - s >= 4) {
		uint32_t a = base64_value[s[0]], b = base64_value[s[1]], c = base64_value[s[2]], d = base64_value[s[3]];
		if ((a | b | c | d) & 0x80)
			break;
		o = put_triple(o, a << 18 | b << 12 | c << 6 | d);
		s += 4;
	}
	*out = o;
	return s;
}

size_t decode_base64(const char *in, size_t n, char *out, size_t *junk)
{
	const unsigned char *s = (const unsigned char *)in, *end = s + n;
	char *o = out;
	uint32_t v = 0;
	size_t have = 0, bad = 0;

	while (s < end) {
		if (have == 0) {
			s = base64_run(s, end, &o);
			if (s == end)
				break;
		}
		unsigned char c = base64_value[*s++];
		if (c < 64) {
			v = v << 6 | c;
			if (++have == 4) {
				o = put_triple(o, v);
				have = 0;
			}
		} else if (c == PAD && have >= 2) {
			break;
		} else if (c != WS) {
			bad++;
		}
	}
	if (have >= 2)
		*o++ = (char)(v >> (have == 3 ? 10 : 4));
	if (have == 3)
		*o++ = (char)(v >> 2);
	if (junk)
		*junk = bad;
	return (size_t)(o - out);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that two hexadecimal digits at s stand for, -1 when they are none. */
static int hex_pair(const char *s, const char *end)
{
	if (end - s < 2)
		return -1;
	int hi = hex_digit(s[0]), lo = hex_digit(s[1]);
	return hi < 0 || lo < 0 ? -1 : hi << 4 | lo;
}

/* Length of a soft line break's rest behind "=": optional white space and a line end; 0 when there is none. */
static size_t soft_break(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p < end && *p == '\r')
		p++;
	if (p < end && *p == '\n')
		p++;
	else if (p < end || p == s)
		return 0;
	return (size_t)(p - s);
}

size_t decode_quoted_printable(const char *s, size_t n, char *out)
{
	const char *end = s + n;
	char *o = out;

	while (s < end) {
		const char *eq = memchr(s, '=', (size_t)(end - s)), *stop = eq ? eq : end;
		memcpy(o, s, (size_t)(stop - s));
		o += stop - s;
		if (!eq)
			break;
		s = eq + 1;
		int byte = hex_pair(s, end);
		size_t soft = byte < 0 ? soft_break(s, end) : 0;
		if (byte >= 0) {
			*o++ = (char)byte;
			s += 2;
		} else if (soft) {
			s += soft;
		} else if (s < end) {
			*o++ = '=';
		}
	}
	return (size_t)(o - out);
}

size_t decode_q(const char *s, size_t n, char *out)
{
	const char *end = s + n;
	char *o = out;

	while (s < end) {
		int byte = *s == '=' ? hex_pair(s + 1, end) : -1;
		if (byte >= 0) {
			*o++ = (char)byte;
			s += 3;
		} else {
			*o++ = *s == '_' ? ' ' : *s;
			s++;
		}
	}
	return (size_t)(o - out);
}

size_t decode_percent(const char *s, size_t n, char *out)
{
	const char *end = s + n;
	char *o = out;

	while (s < end) {
		int byte = *s == '%' ? hex_pair(s + 1, end) : -1;
		*o++ = byte >= 0 ? (char)byte : *s;
		s += byte >= 0 ? 3 : 1;
	}
	return (size_t)(o - out);
}

static size_t next_line(struct span s, size_t pos)
{
	const char *lf = pos < s.len ? memchr(s.at + pos, '\n', s.len - pos) : NULL;

	return lf ? (size_t)(lf - s.at) + 1 : s.len;
}

static unsigned uu_value(char c)
{
	return ((unsigned char)c - 0x20u) & 0x3f;
}

/* A line of uuencoded data is as long as its first byte says; short ones lost their trailing blanks. */
static bool is_uu_line(const char *s, size_t len)
{
	while (len && (s[len - 1] == '\n' || s[len - 1] == '\r'))
		len--;
	if (len == 0 || s[0] < 0x20 || s[0] > 0x60)
		return false;
	size_t need = (uu_value(s[0]) + 2) / 3 * 4 + 1;
	return len <= need + 2 && (len == need || len + 4 > need);
}

/* One line: its first byte tells how many bytes it holds; missing blanks at its end are zeros. */
static char *uu_line(char *o, const char *s, size_t len)
{
	unsigned count = uu_value(s[0]);

	for (size_t i = 1; count; i += 4) {
		uint32_t v = 0;
		for (size_t k = 0; k < 4; k++)
			v = v << 6 | (i + k < len ? uu_value(s[i + k]) : 0);
		for (unsigned k = 0; k < 3 && count; k++, count--)
			*o++ = (char)(v >> (16 - 8 * k));
		if (i + 4 > len)
			break;
	}
	return o;
}

size_t decode_uu(const char *s, size_t n, char *out)
{
	struct span all = {s, n};
	char *o = out;
	bool begun = false;

	for (size_t pos = 0; pos < n;) {
		size_t next = next_line(all, pos), len = next - pos;
		while (len && (s[pos + len - 1] == '\n' || s[pos + len - 1] == '\r'))
			len--;
		struct span line = {s + pos, len};
		if (span_is(line, "end"))
			break;
		if (!begun && span_starts(line, "begin "))
			begun = true;
		else if (len && is_uu_line(line.at, len))
			o = uu_line(o, line.at, len);
		pos = next;
	}
	return (size_t)(o - out);
}
