/* The text side of HTML: visible characters go out, white space, line ends and quote marks are owed until one comes. It
 * knows nothing of elements. */
#ifndef MAIL_HTML_OUT_H
#define MAIL_HTML_OUT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum html_break { HTML_BREAK_NONE, HTML_BREAK_LINE, HTML_BREAK_PARAGRAPH };

struct html_out {
	struct arena *arena;
	char *text;
	size_t len, cap, limit, line_start;
	bool cut;           /* there was more than `limit` bytes; all that follows is left out */
	size_t quote_depth; /* set by the caller: how many "> " stand before a line */
	bool pre;           /* set by the caller: white space counts */
	bool bullet;        /* set by the caller: "- " is owed */
	/* What is owed before the next visible character. */
	enum html_break breaks;
	size_t spaces;
	uint32_t joiner;    /* U+200C or U+200D behind a visible character, 0 for none */
	size_t quote_marks; /* of the line that was written last */
};

/* At most `limit` bytes will be written, to the arena; `expected` is a guess at how many. Until html_out_finish nothing
 * else may be allocated in the arena for this to stay cheap. */
void html_out_init(struct html_out *o, struct arena *a, size_t expected, size_t limit);

/* n bytes of HTML text, character references among them. What has no width is dropped. */
void html_out_text(struct html_out *o, const char *s, size_t n);
/* A block begins or ends: at least this break is due before the next character. */
void html_out_break(struct html_out *o, enum html_break breaks);
/* One line end more is due, up to a blank line (<br>). */
void html_out_line_end(struct html_out *o);
/* A space is due, unless a line begins. */
void html_out_space(struct html_out *o);

/* The text, NUL-terminated, in the arena; no white space at its end. */
char *html_out_finish(struct html_out *o, size_t *bytes);

#endif
