#include "mail/body_parts.h"

#include <string.h>

/* Bytes of the link at s, 0 when there is none. What ends a sentence is no part of it, nor a bracket that it does not
 * open. */
static size_t link_bytes(const char *s, size_t n)
{
	struct span at = {s, n};
	size_t len = 0, open = 0, shut = 0;

	if (!span_starts(at, "https://") && !span_starts(at, "http://"))
		return 0;
	while (len < n && (unsigned char)s[len] > ' ' && !strchr("<>\"`\\", s[len])) {
		open += s[len] == '(';
		shut += s[len] == ')';
		len++;
	}
	while (len > 0 && (strchr(".,;:!?'*_", s[len - 1]) || (s[len - 1] == ')' && shut > open))) {
		shut -= s[len - 1] == ')';
		len--;
	}
	return body_link_is_good((struct span){s, len}) ? len : 0;
}

static void put_link(struct buf *out, const char *s, size_t n)
{
	buf_puts(out, "<a href=\"");
	body_put_escaped(out, s, n);
	buf_puts(out, "\">");
	body_put_escaped(out, s, n);
	buf_puts(out, "</a>");
}

/* Blanks beyond the first, and at the start, are kept: people align text by them. */
static void put_line(struct buf *out, const char *s, size_t n)
{
	bool blank = true;

	for (size_t i = 0; i < n;) {
		size_t len = (s[i] == 'h' || s[i] == 'H') && (i == 0 || strchr(" \t(<[\"'", s[i - 1]))
		                 ? link_bytes(s + i, n - i)
		                 : 0;
		if (len > 0) {
			put_link(out, s + i, len);
		} else if (s[i] == ' ' && (blank || (i + 1 < n && s[i + 1] == ' '))) {
			buf_puts(out, "&nbsp;");
			len = 1;
		} else {
			body_put_escaped(out, s + i, 1);
			len = 1;
		}
		blank = s[i + len - 1] == ' ' && blank;
		i += len;
	}
}

void body_text_to_html(struct buf *out, const char *text, size_t n)
{
	bool open = false;

	for (size_t i = 0; i < n;) {
		const char *nl = memchr(text + i, '\n', n - i);
		size_t len = nl ? (size_t)(nl - text) - i : n - i;
		if (len == 0) {
			if (open)
				buf_puts(out, "</p>\n");
			open = false;
		} else {
			buf_puts(out, open ? "<br>\n" : "<p>");
			open = true;
			put_line(out, text + i, len);
		}
		i += len + 1;
	}
	if (open)
		buf_puts(out, "</p>\n");
}
