#include "mail/html_out.h"

#include "base/utf8.h"
#include "mail/html_entity.h"

#include <string.h>

enum {
	QUOTE_MARKS = 20, /* at most so many "> " before a line */
	TAB_COLUMNS = 8,
};

void html_out_init(struct html_out *o, struct arena *a, size_t expected, size_t limit)
{
	*o = (struct html_out){
	    .arena = a, .limit = limit, .cap = (expected < limit ? expected : limit) + 1, .breaks = HTML_BREAK_LINE};
	o->text = arena_alloc(a, o->cap);
}

static void put(struct html_out *o, const char *s, size_t n)
{
	if (n > o->limit - o->len) {
		o->cut = true;
		n = utf8_cut(s, o->limit - o->len);
	}
	if (n >= o->cap - o->len) {
		size_t cap = (o->len + n) * 2 + 1;
		o->text = arena_grow(o->arena, o->text, o->cap, cap);
		o->cap = cap;
	}
	memcpy(o->text + o->len, s, n);
	o->len += n;
	if (o->cut)
		o->limit = o->len; /* nothing shorter may follow what was cut off */
}

void html_out_break(struct html_out *o, enum html_break breaks)
{
	if (breaks == HTML_BREAK_NONE)
		return;
	if (o->breaks < breaks)
		o->breaks = breaks;
	o->spaces = 0;
	o->joiner = 0;
}

/* The line ends that are owed, with the quote marks of the lines that they open. */
static void put_breaks(struct html_out *o)
{
	size_t marks = o->quote_depth < QUOTE_MARKS ? o->quote_depth : QUOTE_MARKS;
	size_t blank_marks = marks < o->quote_marks ? marks : o->quote_marks;

	if (o->len > 0) {
		put(o, "\n", 1);
		for (size_t i = 0; o->breaks > HTML_BREAK_LINE && i < blank_marks; i++)
			put(o, i ? " >" : ">", i ? 2 : 1);
		if (o->breaks > HTML_BREAK_LINE)
			put(o, "\n", 1);
	}
	for (size_t i = 0; i < marks; i++)
		put(o, "> ", 2);
	o->line_start = o->len;
	o->quote_marks = marks;
	o->breaks = HTML_BREAK_NONE;
}

static void put_spaces(struct html_out *o)
{
	static const char blanks[] = "                ";

	while (o->spaces > 0 && !o->cut) {
		size_t n = o->spaces < sizeof blanks - 1 ? o->spaces : sizeof blanks - 1;
		put(o, blanks, n);
		o->spaces -= n;
	}
	o->spaces = 0;
}

/* n bytes that a reader sees. */
static void put_visible(struct html_out *o, const char *s, size_t n)
{
	if (o->breaks)
		put_breaks(o);
	if (o->bullet) {
		put(o, "- ", 2);
		o->bullet = false;
	}
	if (o->spaces)
		put_spaces(o);
	if (o->joiner && (unsigned char)*s >= 0x80) {
		char joiner[4];
		put(o, joiner, utf8_encode(o->joiner, joiner));
	}
	o->joiner = 0;
	put(o, s, n);
}

void html_out_space(struct html_out *o)
{
	o->joiner = 0;
	if (o->pre)
		o->spaces++;
	else if (!o->breaks)
		o->spaces = 1;
}

void html_out_line_end(struct html_out *o)
{
	o->breaks = o->breaks == HTML_BREAK_NONE ? HTML_BREAK_LINE : HTML_BREAK_PARAGRAPH;
	o->spaces = 0;
	o->joiner = 0;
}

enum looks { LOOKS_VISIBLE, LOOKS_SPACE, LOOKS_LINE_END, LOOKS_NOTHING, LOOKS_JOINER };

static enum looks looks_of(uint32_t cp)
{
	if (cp == '\n')
		return LOOKS_LINE_END;
	if (cp == ' ' || cp == '\t' || cp == '\r' || cp == '\f' || cp == 0xa0 || cp == 0x1680 ||
	    (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f ||
	    cp == 0x2800 || cp == 0x3000 || cp == 0x3164 || cp == 0xffa0)
		return LOOKS_SPACE;
	if (cp == 0x200c || cp == 0x200d)
		return LOOKS_JOINER;
	/* Controls, soft hyphen, the characters without width that pad preheaders, and those (tags, supplementary
	 * variation selectors) in which text can be hidden from people and shown to machines. */
	if (cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0xad || cp == 0x34f || cp == 0x61c || cp == 0x180e ||
	    cp == 0x200b || cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) ||
	    (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || (cp >= 0xe0000 && cp <= 0xe0fff))
		return LOOKS_NOTHING;
	return LOOKS_VISIBLE;
}

/* One character; its bytes are at s, as they go out. */
static void character(struct html_out *o, uint32_t cp, const char *s, size_t n)
{
	switch (looks_of(cp)) {
	case LOOKS_VISIBLE: put_visible(o, s, n); break;
	case LOOKS_LINE_END:
		if (o->pre)
			html_out_line_end(o);
		else
			html_out_space(o);
		break;
	case LOOKS_SPACE: html_out_space(o); break;
	case LOOKS_NOTHING: break;
	case LOOKS_JOINER:
		/* Between letters and in emoji it has a meaning; after a space it is padding. */
		if (!o->breaks && !o->spaces && o->len > 0)
			o->joiner = cp;
		break;
	}
}

static bool is_plain(char c)
{
	return c > 0x20 && c < 0x7f && c != '&';
}

/* Spaces up to the next tab stop of <pre>. */
static void tab(struct html_out *o)
{
	size_t column = (o->breaks ? 0 : o->len - o->line_start) + o->spaces;

	o->joiner = 0;
	o->spaces += TAB_COLUMNS - column % TAB_COLUMNS;
}

/* What stands at s and is no plain run: a reference, white space or a character beyond ASCII. Returns its bytes. */
static size_t special(struct html_out *o, const char *s, size_t n)
{
	char bytes[4];
	uint32_t cp;
	size_t used;

	if (*s == '&') {
		used = html_entity(s, n, &cp);
		if (used == 0) {
			put_visible(o, s, 1);
			return 1;
		}
		character(o, cp, bytes, utf8_encode(cp, bytes));
		return used;
	}
	if (*s == ' ') {
		html_out_space(o);
		return 1;
	}
	if (*s == '\t' && o->pre) {
		tab(o);
		return 1;
	}
	used = utf8_decode(s, n, &cp);
	character(o, cp, bytes, utf8_encode(cp, bytes));
	return used;
}

void html_out_text(struct html_out *o, const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && !o->cut) {
		size_t start = i;
		while (i < n && is_plain(s[i]))
			i++;
		if (i > start)
			put_visible(o, s + start, i - start);
		if (i < n)
			i += special(o, s + i, n - i);
	}
}

char *html_out_finish(struct html_out *o, size_t *bytes)
{
	o->text[o->len] = '\0';
	arena_shrink(o->arena, o->text, o->cap, o->len + 1);
	*bytes = o->len;
	return o->text;
}
