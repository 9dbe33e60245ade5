#include "mail/compose_body.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LINE_BYTES = 76 };

/* The line at s without its end; *next is where the line behind it starts. */
static size_t line_bytes(const char *s, size_t n, size_t *next)
{
	size_t len = 0;

	while (len < n && s[len] != '\n' && s[len] != '\r')
		len++;
	*next = len;
	if (*next < n)
		*next += s[len] == '\r' && len + 1 < n && s[len + 1] == '\n' ? 2 : 1;
	return len;
}

/* mbox writers put ">" before "From ", and a dot that begins a line has a meaning in SMTP. */
static bool is_touched(const char *line, size_t n)
{
	return n > 0 && (line[0] == '.' || (n >= 5 && memcmp(line, "From ", 5) == 0));
}

static bool is_7bit(const char *s, size_t n)
{
	for (size_t i = 0, next; i < n; i += next) {
		size_t len = line_bytes(s + i, n - i, &next);
		if (len > LINE_BYTES || is_touched(s + i, len) || (len > 0 && s[i + len - 1] <= ' '))
			return false;
		for (size_t k = i; k < i + len; k++)
			if (s[k] != '\t' && (s[k] < 0x20 || s[k] >= 0x7f))
				return false;
	}
	return true;
}

static void put_code(struct buf *out, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char code[] = {'=', digits[c >> 4], digits[c & 15]};

	buf_append(out, code, sizeof code);
}

/* The character of n bytes at s; `rest` bytes of its line are left, itself included. */
static void put_character(struct buf *out, size_t *column, const char *s, size_t n, size_t rest)
{
	bool last = n == rest, escape, begins = *column == 0;
	size_t width;

	escape = n > 1 || s[0] == '=' || s[0] == 0x7f || (s[0] & 0x80) || (s[0] < 0x20 && s[0] != '\t') ||
	         (last && (s[0] == ' ' || s[0] == '\t'));
	/* The last character of a line may fill it; behind others there is a "=" to come. */
	if (*column + (escape ? 3 * n : n) > (last ? LINE_BYTES : LINE_BYTES - 1)) {
		buf_puts(out, "=\r\n");
		*column = 0;
		begins = true;
	}
	escape |= begins && is_touched(s, rest);
	width = escape ? 3 * n : n;
	for (size_t i = 0; i < n; i++) {
		if (escape)
			put_code(out, (unsigned char)s[i]);
		else
			buf_putc(out, s[i]);
	}
	*column += width;
}

static void put_quoted_printable(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0, next; i < n; i += next) {
		size_t len = line_bytes(s + i, n - i, &next), column = 0, k = 0;
		while (k < len) {
			uint32_t cp;
			size_t bytes = utf8_decode(s + i + k, len - k, &cp);
			put_character(out, &column, s + i + k, bytes, len - k);
			k += bytes;
		}
		buf_puts(out, "\r\n");
	}
}

static void put_lines(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0, next; i < n; i += next) {
		size_t len = line_bytes(s + i, n - i, &next);
		buf_append(out, s + i, len);
		buf_puts(out, "\r\n");
	}
}

void compose_body(struct buf *out, const char *subtype, const char *text, size_t n)
{
	bool plain = is_7bit(text, n);

	buf_printf(out, "Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n", subtype,
	    plain ? "7bit" : "quoted-printable");
	if (plain)
		put_lines(out, text, n);
	else
		put_quoted_printable(out, text, n);
}
