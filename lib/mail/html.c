#include "mail/html.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "mail/html_entity.h"
#include "mail/html_scan.h"
#include "mail/html_style.h"

#include <stdint.h>
#include <string.h>

enum {
	FIND_DEPTH = 128, /* a closing tag looks no further up for its element: keeps hostile nesting linear */
	QUOTE_MARKS = 20, /* at most so many "> " before a line */
};

enum breaks { BREAK_NONE, BREAK_LINE, BREAK_PARAGRAPH };

struct writer {
	struct arena *arena;
	char *out;
	size_t len, cap, limit;
	bool cut;
	/* Open elements, outermost first: tags and states side by side, so that searching tags is quick. */
	struct buf tags, states;
	size_t open[TAG_COUNT]; /* how many of each */
	unsigned state;         /* of the innermost */
	/* What is owed before the next visible character. */
	unsigned breaks; /* enum breaks */
	size_t spaces;
	bool bullet;
	uint32_t joiner;    /* U+200C or U+200D behind a visible character, 0 for none */
	size_t quote_marks; /* of the line that was written last */
};

static void put(struct writer *w, const char *s, size_t n)
{
	if (n > w->limit - w->len) {
		w->cut = true;
		n = utf8_cut(s, w->limit - w->len);
	}
	if (n >= w->cap - w->len) {
		size_t cap = (w->len + n) * 2 + 1;
		w->out = arena_grow(w->arena, w->out, w->cap, cap);
		w->cap = cap;
	}
	memcpy(w->out + w->len, s, n);
	w->len += n;
	if (w->cut)
		w->limit = w->len; /* nothing shorter may follow what was cut off */
}

static void owe_break(struct writer *w, unsigned breaks)
{
	if (breaks == BREAK_NONE || w->state & HTML_STATE_UNSEEN)
		return;
	if (w->breaks < breaks)
		w->breaks = breaks;
	w->spaces = 0;
	w->joiner = 0;
}

/* The line ends that are owed, with the quote marks of the lines that they open. */
static void put_breaks(struct writer *w)
{
	size_t marks = w->open[TAG_BLOCKQUOTE] < QUOTE_MARKS ? w->open[TAG_BLOCKQUOTE] : QUOTE_MARKS;
	size_t blank_marks = marks < w->quote_marks ? marks : w->quote_marks;

	if (w->len > 0) {
		put(w, "\n", 1);
		for (size_t i = 0; w->breaks > BREAK_LINE && i < blank_marks; i++)
			put(w, i ? " >" : ">", i ? 2 : 1);
		if (w->breaks > BREAK_LINE)
			put(w, "\n", 1);
	}
	for (size_t i = 0; i < marks; i++)
		put(w, "> ", 2);
	w->quote_marks = marks;
	w->breaks = BREAK_NONE;
}

static void put_spaces(struct writer *w)
{
	static const char blanks[] = "                ";

	while (w->spaces > 0 && !w->cut) {
		size_t n = w->spaces < sizeof blanks - 1 ? w->spaces : sizeof blanks - 1;
		put(w, blanks, n);
		w->spaces -= n;
	}
	w->spaces = 0;
}

/* n bytes that a reader sees. */
static void put_visible(struct writer *w, const char *s, size_t n)
{
	if (w->breaks)
		put_breaks(w);
	if (w->bullet) {
		put(w, "- ", 2);
		w->bullet = false;
	}
	if (w->spaces)
		put_spaces(w);
	if (w->joiner && (unsigned char)*s >= 0x80) {
		char joiner[4];
		put(w, joiner, utf8_encode(w->joiner, joiner));
	}
	w->joiner = 0;
	put(w, s, n);
}

static void space(struct writer *w)
{
	w->joiner = 0;
	if (w->state & HTML_STATE_PRE)
		w->spaces++;
	else if (!w->breaks)
		w->spaces = 1;
}

static void line_end(struct writer *w)
{
	w->breaks = w->breaks < BREAK_PARAGRAPH ? w->breaks + 1 : w->breaks;
	w->spaces = 0;
	w->joiner = 0;
}

enum looks { LOOKS_VISIBLE, LOOKS_SPACE, LOOKS_LINE_END, LOOKS_NOTHING, LOOKS_JOINER };

static enum looks looks_of(uint32_t cp)
{
	if (cp == '\n')
		return LOOKS_LINE_END;
	if (cp == ' ' || cp == '\t' || cp == '\r' || cp == '\f' || cp == 0xa0 || cp == 0x1680 ||
	    (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f ||
	    cp == 0x3000)
		return LOOKS_SPACE;
	if (cp == 0x200c || cp == 0x200d)
		return LOOKS_JOINER;
	/* Controls, soft hyphen, and the characters without width that pad preheaders. */
	if (cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0xad || cp == 0x34f || cp == 0x61c || cp == 0x180e ||
	    cp == 0x200b || cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) ||
	    (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff)
		return LOOKS_NOTHING;
	return LOOKS_VISIBLE;
}

/* One character; its bytes are at s, as they go out. */
static void character(struct writer *w, uint32_t cp, const char *s, size_t n)
{
	switch (looks_of(cp)) {
	case LOOKS_VISIBLE: put_visible(w, s, n); break;
	case LOOKS_LINE_END:
		if (w->state & HTML_STATE_PRE)
			line_end(w);
		else
			space(w);
		break;
	case LOOKS_SPACE: space(w); break;
	case LOOKS_NOTHING: break;
	case LOOKS_JOINER:
		/* Between letters and in emoji it has a meaning; after a space it is padding. */
		if (!w->breaks && !w->spaces && w->len > 0)
			w->joiner = cp;
		break;
	}
}

static bool is_plain(char c)
{
	return c > 0x20 && c < 0x7f && c != '&';
}

/* What stands at s and is no plain run: a reference, white space or a character beyond ASCII. Returns its bytes. */
static size_t special(struct writer *w, const char *s, size_t n)
{
	char bytes[4];
	uint32_t cp;
	size_t used;

	if (*s == '&') {
		used = html_entity(s, n, &cp);
		if (used == 0) {
			put_visible(w, s, 1);
			return 1;
		}
		character(w, cp, bytes, utf8_encode(cp, bytes));
		return used;
	}
	if (*s == ' ') {
		space(w);
		return 1;
	}
	used = utf8_decode(s, n, &cp);
	character(w, cp, bytes, utf8_encode(cp, bytes));
	return used;
}

static void text(struct writer *w, const char *s, size_t n)
{
	size_t i = 0;

	if (w->state & HTML_STATE_UNSEEN)
		return;
	while (i < n && !w->cut) {
		size_t start = i;
		while (i < n && is_plain(s[i]))
			i++;
		if (i > start)
			put_visible(w, s + start, i - start);
		if (i < n)
			i += special(w, s + i, n - i);
	}
}

static unsigned breaks_around(const struct writer *w, enum html_tag tag)
{
	unsigned is = html_tag_is(tag);

	if (!(is & TAG_IS_PARAGRAPH) || ((tag == TAG_UL || tag == TAG_OL) && w->open[TAG_LI]))
		return is & TAG_IS_BLOCK ? BREAK_LINE : BREAK_NONE;
	return BREAK_PARAGRAPH;
}

static void push(struct writer *w, enum html_tag tag, unsigned state)
{
	buf_putc(&w->tags, (char)tag);
	buf_putc(&w->states, (char)w->state);
	w->open[tag]++;
	w->state = state;
}

static void pop(struct writer *w)
{
	enum html_tag tag = (enum html_tag)w->tags.data[--w->tags.len];

	w->open[tag]--;
	owe_break(w, breaks_around(w, tag));
	w->state = (unsigned char)w->states.data[--w->states.len];
}

/* True when the search for an open `tag` may not look beyond an open `other`. */
static bool bars(enum html_tag other, enum html_tag tag)
{
	if (html_tag_is(tag) & TAG_IS_TABLE)
		return other == TAG_TABLE && tag != TAG_TABLE;
	if (tag == TAG_LI && (other == TAG_UL || other == TAG_OL))
		return true;
	return other == TAG_TD || other == TAG_TH || other == TAG_TABLE;
}

/* Closes the innermost open `tag` and all that is open inside it; nothing when there is none in reach. */
static bool close_open(struct writer *w, enum html_tag tag)
{
	size_t floor = w->tags.len > FIND_DEPTH ? w->tags.len - FIND_DEPTH : 0, at;

	if (w->open[tag] == 0)
		return false;
	for (at = w->tags.len; at > floor; at--) {
		enum html_tag other = (enum html_tag)w->tags.data[at - 1];
		if (other == tag)
			break;
		if (bars(other, tag))
			return false;
	}
	if (at == floor)
		return false;
	while (w->tags.len >= at)
		pop(w);
	return true;
}

/* Closing tags that HTML lets people leave out. */
static void close_implied(struct writer *w, enum html_tag tag)
{
	switch (tag) {
	case TAG_LI:
	case TAG_OPTION: close_open(w, tag); break;
	case TAG_DD:
	case TAG_DT:
		close_open(w, TAG_DD);
		close_open(w, TAG_DT);
		break;
	case TAG_TR:
	case TAG_TD:
	case TAG_TH:
	case TAG_TBODY:
	case TAG_TFOOT:
		close_open(w, TAG_TD);
		close_open(w, TAG_TH);
		if (tag != TAG_TD && tag != TAG_TH)
			close_open(w, TAG_TR);
		break;
	default: break;
	}
	if (html_tag_is(tag) & TAG_IS_BLOCK)
		close_open(w, TAG_P);
}

static unsigned state_inside(const struct writer *w, const struct html_token *t)
{
	unsigned state = w->state;

	if (html_tag_is(t->tag) & TAG_IS_HIDDEN || t->hidden)
		state |= HTML_STATE_GONE;
	if (t->tag == TAG_PRE || t->tag == TAG_LISTING || t->tag == TAG_XMP)
		state |= HTML_STATE_PRE;
	/* A table starts afresh in white space, as browsers have it. */
	else if (t->tag == TAG_TABLE)
		state &= ~(unsigned)HTML_STATE_PRE;
	return t->style ? html_style_state(state, t->style, t->style_bytes) : state;
}

static void open_void(struct writer *w, enum html_tag tag)
{
	if (w->state & HTML_STATE_UNSEEN)
		return;
	if (tag == TAG_BR)
		line_end(w);
	else if (tag == TAG_HR)
		owe_break(w, BREAK_PARAGRAPH);
	else if (tag == TAG_INPUT)
		space(w);
}

/* An element that can be seen begins where w stands. */
static void begin_seen(struct writer *w, enum html_tag tag)
{
	owe_break(w, breaks_around(w, tag));
	if (tag == TAG_TD || tag == TAG_TH)
		space(w);
	else if (tag == TAG_LI)
		w->bullet = true;
}

static void open_element(struct writer *w, const struct html_token *t)
{
	unsigned is = html_tag_is(t->tag), state;

	close_implied(w, t->tag);
	if (is & TAG_IS_VOID) {
		open_void(w, t->tag);
		return;
	}
	if (t->tag == TAG_HTML || t->tag == TAG_HEAD || (t->tag == TAG_OTHER && t->self_closed))
		return;
	state = state_inside(w, t);
	if (!(state & HTML_STATE_UNSEEN))
		begin_seen(w, t->tag);
	push(w, t->tag, state);
}

static void close_element(struct writer *w, enum html_tag tag)
{
	/* What comes behind </body> is shown as if it stood before it. */
	if (tag == TAG_BODY || tag == TAG_HTML || tag == TAG_HEAD) {
		owe_break(w, BREAK_LINE);
		return;
	}
	if (tag == TAG_BR)
		open_void(w, tag);
	else if (!close_open(w, tag) && tag == TAG_P)
		owe_break(w, BREAK_PARAGRAPH);
	if (tag == TAG_LI)
		w->bullet = false;
}

char *html_to_text(struct arena *a, const char *html, size_t n, size_t limit, size_t *text_bytes, bool *cut)
{
	struct html_scan scan = {.at = html, .end = html + n, .raw = TAG_OTHER};
	struct writer w = {.arena = a, .limit = limit, .cap = (n < limit ? n : limit) + 1, .breaks = BREAK_LINE};
	struct html_token t;

	w.out = arena_alloc(a, w.cap);
	for (html_scan_next(&scan, &t); t.kind != HTML_END && !w.cut; html_scan_next(&scan, &t)) {
		if (t.kind == HTML_TEXT)
			text(&w, t.text, t.text_bytes);
		else if (t.kind == HTML_OPEN)
			open_element(&w, &t);
		else
			close_element(&w, t.tag);
	}
	buf_clear(&w.tags);
	buf_clear(&w.states);
	w.out[w.len] = '\0';
	arena_shrink(a, w.out, w.cap, w.len + 1);
	*text_bytes = w.len;
	*cut = w.cut;
	return w.out;
}
