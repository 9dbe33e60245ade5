#include "mail/body.h"

#include "base/utf8.h"
#include "mail/body_parts.h"
#include "mail/html.h"

#include <string.h>

enum { NARROWEST = 20 }; /* columns that a line has at least, however deep it is indented */

void body_put_clean(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t start = i, len;
		char bytes[4];
		uint32_t cp;
		while (i < n && s[i] >= ' ' && s[i] < 0x7f)
			i++;
		buf_append(out, s + start, i - start);
		if (i == n)
			return;
		len = utf8_decode(s + i, n - i, &cp);
		if (cp == '\n' || cp == '\t')
			buf_putc(out, (char)cp);
		else if (cp == '\r' && (i + 1 == n || s[i + 1] != '\n'))
			buf_putc(out, '\n');
		else if (!utf8_steers(cp))
			buf_append(out, bytes, utf8_encode(cp, bytes));
		i += len;
	}
}

static const char *reference_of(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

void body_put_escaped(struct buf *out, const char *s, size_t n)
{
	size_t start = 0;

	for (size_t i = 0; i < n; i++) {
		const char *reference = reference_of(s[i]);
		if (!reference)
			continue;
		buf_append(out, s + start, i - start);
		buf_puts(out, reference);
		start = i + 1;
	}
	buf_append(out, s + start, n - start);
}

bool body_link_is_good(struct span url)
{
	static const char *const schemes[] = {"https://", "http://", "mailto:"};

	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char)url.at[i] <= ' ' || url.at[i] == 0x7f || strchr("<>\"`\\", url.at[i]))
			return false;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (span_starts(url, schemes[i]))
			return url.len > strlen(schemes[i]);
	return false;
}

bool body_link_is_said(struct span words, struct span url)
{
	words = span_trim(words);
	if (span_same(words, url) ||
	    (span_starts(url, "mailto:") && span_same(words, span_skip(url, strlen("mailto:")))))
		return true;
	if (url.len > 0 && url.at[url.len - 1] == '/')
		url.len--;
	return span_same(words, url) || span_same(words, span_skip(url, span_find(url, "://") + strlen("://")));
}

const char *body_keep(struct arena *a, struct buf *b)
{
	const char *s = arena_strndup(a, buf_str(b), b->len);

	buf_clear(b);
	return s;
}

static void end_line(struct buf *out)
{
	while (out->len > 0 && (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '\t'))
		out->len--;
	buf_putc(out, '\n');
}

/* How many bytes of the line stand on the next one: up to the last blank within `columns`, or the first word whole. */
static size_t fitting(struct span line, size_t columns)
{
	size_t end = 0, used = 0;

	for (size_t i = 0; i < line.len;) {
		uint32_t cp;
		size_t n = utf8_decode(line.at + i, line.len - i, &cp);
		if (cp == ' ' && i > 0) {
			if (used > columns)
				return end ? end : i;
			end = i;
		}
		used += utf8_columns(line.at + i, n);
		i += n;
		if (used > columns && end)
			return end;
	}
	return line.len;
}

void body_put_wrapped(struct buf *out, struct span line, struct span first, struct span rest)
{
	size_t indent = utf8_columns(rest.at, rest.len), first_indent = utf8_columns(first.at, first.len), n;

	indent = indent > first_indent ? indent : first_indent;
	indent = indent + NARROWEST < BODY_COLUMNS ? indent : BODY_COLUMNS - NARROWEST;
	do {
		buf_append(out, first.at, first.len);
		n = fitting(line, BODY_COLUMNS - indent);
		buf_append(out, line.at, n);
		end_line(out);
		line = span_skip(line, n);
		while (line.len > 0 && *line.at == ' ')
			line = span_skip(line, 1);
		first = rest;
	} while (line.len > 0);
}

/* The line at *at without its LF; *at moves behind it. */
static struct span next_line(const char **at, const char *end)
{
	const char *nl = memchr(*at, '\n', (size_t)(end - *at));
	struct span line = {*at, (size_t)((nl ? nl : end) - *at)};

	*at = nl ? nl + 1 : end;
	return line;
}

/* "- ", "* ", "[x] ", "[ ] ": bytes of the bullet that the line begins with. */
static size_t bullet(const char *s, size_t n)
{
	if (n >= 2 && (s[0] == '-' || s[0] == '*') && s[1] == ' ')
		return 2;
	return n >= 4 && s[0] == '[' && s[2] == ']' && s[3] == ' ' ? 4 : 0;
}

/* The quote marks and the bullet that a line begins with; the lines that go on begin with `rest`. */
static struct span lead(struct span line, struct buf *rest)
{
	size_t n = 0, marks;

	buf_reset(rest);
	while (n + 1 < line.len && n < BODY_COLUMNS / 2 && line.at[n] == '>' && line.at[n + 1] == ' ') {
		buf_puts(rest, "> ");
		n += 2;
	}
	marks = bullet(line.at + n, line.len - n);
	for (size_t i = 0; i < marks; i++)
		buf_putc(rest, ' ');
	return (struct span){line.at, n + marks};
}

/* Clean text, its lines wrapped; no blank lines at the ends. */
static void put_text(struct buf *out, const char *text, size_t n)
{
	const char *at = text, *end = text + n;
	struct buf rest = {0};

	while (at < end) {
		struct span line = next_line(&at, end), first = lead(line, &rest);
		body_put_wrapped(out, span_skip(line, first.len), first, (struct span){buf_str(&rest), rest.len});
		if (out->len == 1)
			buf_reset(out); /* a blank line at the start */
	}
	while (out->len > 1 && out->data[out->len - 2] == '\n')
		out->len--;
	buf_append(out, "", 0);
	buf_clear(&rest);
}

const char *body_text(struct arena *a, const char *text, size_t n)
{
	struct buf clean = {0}, out = {0};

	body_put_clean(&clean, text, n);
	put_text(&out, buf_str(&clean), clean.len);
	buf_clear(&clean);
	return body_keep(a, &out);
}

/* Both forms of clean bytes: a piece of HTML, and the text. */
static const char *forms(struct arena *a, enum body_kind kind, const struct buf *clean, struct buf *text)
{
	struct buf made = {0};
	const char *html, *seen;

	if (kind == BODY_HTML) {
		html = body_html(a, buf_str(clean), clean->len, &seen);
		put_text(text, seen, strlen(seen));
		return html;
	}
	if (kind == BODY_MARKDOWN) {
		body_markdown(a, buf_str(clean), clean->len, &made, text);
	} else {
		put_text(text, buf_str(clean), clean->len);
		body_text_to_html(&made, buf_str(clean), clean->len);
	}
	html = body_html(a, buf_str(&made), made.len, NULL);
	buf_clear(&made);
	return html;
}

int body_make(struct arena *a, enum body_kind kind, const char *bytes, size_t n, const struct body_page *page,
    struct body *body, struct err *e)
{
	size_t cap = kind == BODY_MARKDOWN ? BODY_MARKDOWN_BYTES : BODY_BYTES;
	struct buf clean = {0}, text = {0};
	const char *html;

	if (n > cap)
		return err_set(e, ERR_INPUT, "the body has %zu bytes, more than %zu", n, cap);
	body_put_clean(&clean, bytes, n);
	html = forms(a, kind, &clean, &text);
	*body = (struct body){body_keep(a, &text), body_page(a, page, html)};
	buf_clear(&clean);
	return 0;
}
