#include "job/display.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MAX_MARKS = 3 };

struct range {
	uint32_t first, last;
};

static bool in_ranges(uint32_t c, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].first && c <= r[i].last)
			return true;
	return false;
}

/* C0, C1, and the spaces of Unicode 15 (Zs, Zl, Zp): each ends a word. */
static bool is_space(uint32_t c)
{
	static const struct range r[] = {{0x00, 0x20}, {0x7f, 0xa0}, {0x1680, 0x1680}, {0x2000, 0x200a},
	    {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};

	return in_ranges(c, r, sizeof r / sizeof *r);
}

/* Default_Ignorable_Code_Point of Unicode 15 (DerivedCoreProperties.txt) but the variation selectors that emoji use, and
 * the interlinear annotations: bidi controls, joiners, fillers, tags. */
static bool is_invisible(uint32_t c)
{
	static const struct range r[] = {{0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x115f, 0x1160},
	    {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x206f}, {0x2800, 0x2800},
	    {0x3164, 0x3164}, {0xfe00, 0xfe0d}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
	    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};

	return c >= 0xad && in_ranges(c, r, sizeof r / sizeof *r);
}

static bool is_mark(uint32_t c)
{
	static const struct range r[] = {{0x300, 0x36f}, {0x483, 0x489}, {0x591, 0x5bd}, {0x610, 0x61a}, {0x64b, 0x65f},
	    {0x6d6, 0x6dc}, {0xe31, 0xe31}, {0xe34, 0xe3a}, {0xe47, 0xe4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
	    {0x20d0, 0x20ff}, {0xfe0e, 0xfe0f}, {0xfe20, 0xfe2f}};

	return c >= 0x300 && in_ranges(c, r, sizeof r / sizeof *r);
}

const char *display_clean(struct arena *a, const char *s)
{
	size_t n = s ? strlen(s) : 0, len = 0, marks = 0;
	bool space = false;
	/* A bad byte grows to the three of U+FFFD. */
	char *out = arena_array(a, n + 1, 3);

	for (size_t i = 0; i < n;) {
		uint32_t c;
		i += utf8_decode(s + i, n - i, &c);
		if (is_space(c)) {
			space = len > 0;
			continue;
		}
		if (is_invisible(c))
			continue;
		marks = is_mark(c) ? marks + 1 : 0;
		if (marks > MAX_MARKS || (marks > 0 && (len == 0 || space)))
			continue;
		if (space)
			out[len++] = ' ';
		space = false;
		len += utf8_encode(c, out + len);
	}
	out[len] = '\0';
	arena_shrink(a, out, (n + 1) * 3, len + 1);
	return out;
}

/* The bytes of the longest beginning of n bytes that has at most `columns` columns, marks behind the last one included. */
static size_t prefix_of_columns(const char *s, size_t n, size_t columns)
{
	size_t i = 0, used = 0;

	while (i < n) {
		uint32_t c;
		size_t len = utf8_decode(s + i, n - i, &c), wide = utf8_columns(s + i, len);
		if (used + wide > columns)
			break;
		used += wide;
		i += len;
	}
	return i;
}

/* Where the last word ends at or before `end`, 0 when a word fills all of it. */
static size_t word_end(const char *s, size_t end)
{
	if (s[end] == ' ' || s[end] == '\0')
		return end;
	while (end > 0 && s[end - 1] != ' ')
		end--;
	return end > 0 ? end - 1 : 0;
}

const char *display_cut(struct arena *a, const char *s, size_t columns)
{
	size_t n = strlen(s), end, word;

	if (utf8_columns(s, n) <= columns)
		return s;
	if (columns == 0)
		return "";
	end = prefix_of_columns(s, n, columns - 1);
	word = word_end(s, end);
	if (word * 2 >= end)
		end = word;
	while (end > 0 && strchr(" ,;:-", s[end - 1]))
		end--;
	return arena_printf(a, "%.*s…", (int)end, s);
}

void display_wrap(struct buf *b, const char *text, const char *first, const char *rest, size_t width)
{
	const char *indent = first;
	size_t used = 0;
	bool fresh = true;

	while (*text) {
		size_t n = strcspn(text, " "), cols;
		if (utf8_columns(text, n) > width * 2)
			n = prefix_of_columns(text, n, width * 2);
		cols = utf8_columns(text, n);
		if (!fresh && used + 1 + cols > width) {
			buf_putc(b, '\n');
			fresh = true;
		}
		if (fresh) {
			buf_puts(b, indent);
			used = utf8_columns(indent, strlen(indent));
			indent = rest;
		} else {
			buf_putc(b, ' ');
			used++;
		}
		buf_append(b, text, n);
		used += cols;
		fresh = false;
		text += n;
		text += strspn(text, " ");
	}
	buf_putc(b, '\n');
}

void display_pad(struct buf *b, struct arena *a, const char *s, size_t columns)
{
	const char *cut = display_cut(a, s, columns);
	size_t used = utf8_columns(cut, strlen(cut));

	buf_puts(b, cut);
	for (; used < columns; used++)
		buf_putc(b, ' ');
}

void display_html(struct buf *b, const char *s)
{
	for (;;) {
		size_t n = strcspn(s, "&<>\"'");
		buf_append(b, s, n);
		s += n;
		if (*s == '\0')
			return;
		switch (*s++) {
		case '&': buf_puts(b, "&amp;"); break;
		case '<': buf_puts(b, "&lt;"); break;
		case '>': buf_puts(b, "&gt;"); break;
		case '"': buf_puts(b, "&quot;"); break;
		default: buf_puts(b, "&#39;"); break;
		}
	}
}

const char *display_list(struct arena *a, const char *const *names, size_t count, size_t max)
{
	size_t shown = count <= max + 1 ? count : max;
	const char *s = "";

	for (size_t i = 0; i < shown; i++)
		s = arena_printf(a, "%s%s%s", s, i == 0 ? "" : i + 1 == count ? " and " : ", ", names[i]);
	if (shown < count)
		s = arena_printf(a, "%s and %zu others", s, count - shown);
	return s;
}

const char *display_count(struct arena *a, size_t n, const char *noun)
{
	return arena_printf(a, "%zu %s%s", n, noun, n == 1 ? "" : "s");
}
