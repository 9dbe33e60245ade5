#include "base/utf8.h"
#include "mail/body_parts.h"
#include "mail/html.h"
#include "mail/html_entity.h"
#include "mail/html_scan.h"

#include <stdlib.h>
#include <string.h>

enum {
	MOST_OPEN = 100, /* elements within each other; what is deeper loses its tags */
	NAME_BYTES = 16,
	TEXT_BYTES = 4 << 20, /* more than any page that body_make takes can give */
};

/* In alphabetic order. */
static const char *const elements[] = {"a", "abbr", "address", "article", "aside", "b", "big", "blockquote", "br",
    "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "div", "dl", "dt", "em",
    "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins",
    "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul",
    "var", "wbr"};

static const char *const attributes[] = {"abbr", "align", "alt", "aria-hidden", "aria-label", "bgcolor", "border",
    "cellpadding", "cellspacing", "class", "color", "colspan", "dir", "face", "height", "href", "lang", "role",
    "rowspan", "scope", "size", "src", "start", "style", "title", "type", "valign", "width"};

/* An element that is open in what is written. */
struct open_element {
	unsigned char index; /* in `elements` */
	enum html_tag tag;
};

struct cleaner {
	struct arena *arena;
	struct buf html;
	struct buf *text; /* HTML too, links told; NULL when it is not wanted */
	struct open_element open[MOST_OPEN];
	size_t depth;
	enum html_tag gone; /* the hidden element that is passed over; TAG_OTHER: none */
	size_t gone_depth;
	const char *link; /* where the open link leads; NULL: none */
	struct buf words; /* of it */
};

static int order(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

/* The lower-case form of n bytes in the table: its index, -1 when it is not there. */
static int find(const char *const *table, size_t count, const char *s, size_t n)
{
	char name[NAME_BYTES] = "";
	const char *const *hit;

	if (n >= sizeof name)
		return -1;
	for (size_t i = 0; i < n; i++)
		name[i] = ascii_lower(s[i]);
	hit = bsearch(name, table, count, sizeof *table, order);
	return hit ? (int)(hit - table) : -1;
}

static void put(struct cleaner *c, const char *s)
{
	buf_puts(&c->html, s);
	if (c->text)
		buf_puts(c->text, s);
}

/* The reference at s as one character, or "" for a control; returns its bytes, 0 when it is none. */
static size_t decode(const char *s, size_t n, char out[static 5])
{
	uint32_t cp;
	size_t used = html_entity(s, n, &cp);

	out[0] = '\0';
	if (used > 0 && (!utf8_steers(cp) || cp == '\n' || cp == '\t'))
		out[utf8_encode(cp, out)] = '\0';
	return used;
}

/* Text with its references read, so that nothing hides in them. */
static void put_decoded(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		const char *amp = memchr(s + i, '&', n - i);
		size_t plain = amp ? (size_t)(amp - s) - i : n - i, used;
		char c[5];
		buf_append(out, s + i, plain);
		i += plain;
		if (i == n)
			return;
		used = decode(s + i, n - i, c);
		buf_puts(out, used ? c : "&");
		i += used ? used : 1;
	}
}

static bool is_special(char c)
{
	return c == '&' || c == '<' || c == '>' || c == '\0';
}

/* References stay as they are where they can: a reader of the source sees "&nbsp;". */
static void put_text(struct cleaner *c, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t plain = 0, used = 0;
		char read[5];
		while (i + plain < n && !is_special(s[i + plain]))
			plain++;
		buf_append(&c->html, s + i, plain);
		if (c->text)
			buf_append(c->text, s + i, plain);
		i += plain;
		if (i == n)
			break;
		if (s[i] == '&')
			used = decode(s + i, n - i, read);
		if (used > 0 && *read) {
			buf_append(&c->html, s + i, used);
			if (c->text)
				buf_append(c->text, s + i, used);
			/* What comes next may be a tag that goes: nothing may grow onto the name. */
			if (s[i + used - 1] != ';')
				put(c, ";");
		} else if (used == 0 && s[i]) {
			put(c, s[i] == '&' ? "&amp;" : s[i] == '<' ? "&lt;" : "&gt;");
		}
		i += used ? used : 1;
	}
	if (c->link)
		put_decoded(&c->words, s, n);
}

/* Style that fetches nothing, runs nothing and leaves the place that it has. A backslash or a comment could hide the
 * words. */
static bool style_is_good(struct span style)
{
	static const char *const bad[] = {"url(", "image(", "image-set(", "expression", "import", "javascript",
	    "behavior", "binding", "position", "\\", "/*", "<"};

	for (size_t i = 0; i < style.len; i++) {
		if (!strchr("uiejbp\\/<", ascii_lower(style.at[i])))
			continue;
		for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
			if (span_starts(span_skip(style, i), bad[k]))
				return false;
	}
	return true;
}

static bool value_is_good(const char *name, struct span value)
{
	if (strcmp(name, "href") == 0)
		return body_link_is_good(value);
	if (strcmp(name, "src") == 0)
		return span_starts(value, "cid:");
	return strcmp(name, "style") != 0 || style_is_good(value);
}

static void put_attribute(struct cleaner *c, const char *name, const struct buf *value)
{
	buf_printf(&c->html, " %s=\"", name);
	body_put_escaped(&c->html, buf_str(value), value->len);
	buf_putc(&c->html, '"');
	/* The text keeps what hides: style. */
	if (c->text && strcmp(name, "style") == 0) {
		buf_puts(c->text, " style=\"");
		body_put_escaped(c->text, buf_str(value), value->len);
		buf_putc(c->text, '"');
	}
}

/* The attributes that stay, each once: a second one of the same name is none (WHATWG HTML 13.2.5.33). The hidden
 * attribute becomes style, which both forms know. */
static void put_attributes(struct cleaner *c, const struct html_token *t, bool is_link)
{
	const char *at = t->attributes, *end = at + t->attributes_bytes;
	bool seen[sizeof attributes / sizeof *attributes] = {false};
	struct html_attribute attribute;
	struct buf value = {0};

	if (t->hidden) {
		seen[find(attributes, sizeof attributes / sizeof *attributes, "style", 5)] = true;
		put(c, " style=\"display:none\"");
	}
	while (html_attribute_next(&at, end, &attribute)) {
		int i = find(attributes, sizeof attributes / sizeof *attributes, attribute.name, attribute.name_bytes);
		if (i < 0 || seen[i] || !attribute.value)
			continue;
		seen[i] = true;
		buf_reset(&value);
		put_decoded(&value, attribute.value, attribute.value_bytes);
		if (!value_is_good(attributes[i], span_trim((struct span){buf_str(&value), value.len})))
			continue;
		if (strcmp(attributes[i], "href") == 0) {
			if (!is_link)
				continue;
			struct span url = span_trim((struct span){buf_str(&value), value.len});
			c->link = arena_strndup(c->arena, url.at, url.len);
		}
		put_attribute(c, attributes[i], &value);
	}
	buf_clear(&value);
}

/* "words <url>" in the text. */
static void end_link(struct cleaner *c)
{
	struct span url;

	if (!c->link)
		return;
	url = span_of(c->link);
	if (c->text && !body_link_is_said((struct span){buf_str(&c->words), c->words.len}, url)) {
		buf_puts(c->text, " &lt;");
		body_put_escaped(c->text, url.at, url.len);
		buf_puts(c->text, "&gt;");
	}
	c->link = NULL;
	buf_reset(&c->words);
}

static void pop(struct cleaner *c)
{
	const struct open_element *o = &c->open[--c->depth];

	if (o->tag == TAG_A)
		end_link(c);
	put(c, "</");
	put(c, elements[o->index]);
	put(c, ">");
}

/* Whether an opening tag ends the innermost element: the closing tags that HTML lets people leave out. */
static bool ends(enum html_tag tag, enum html_tag inner)
{
	switch (inner) {
	case TAG_P: return html_tag_is(tag) & TAG_IS_BLOCK;
	case TAG_LI: return tag == TAG_LI;
	case TAG_DD:
	case TAG_DT: return tag == TAG_DD || tag == TAG_DT;
	case TAG_A: return tag == TAG_A;
	case TAG_TD:
	case TAG_TH: return tag == TAG_TD || tag == TAG_TH || tag == TAG_TR;
	case TAG_TR: return tag == TAG_TR;
	default: return false;
	}
}

static void close_implied(struct cleaner *c, enum html_tag tag)
{
	while (c->depth > 0 && ends(tag, c->open[c->depth - 1].tag))
		pop(c);
}

/* A picture that the message does not bring is its alt text. */
static bool put_alt(struct cleaner *c, const struct html_token *t)
{
	const char *at = t->attributes, *end = at + t->attributes_bytes;
	struct span alt = {0}, src = {0};
	struct html_attribute a;

	while (html_attribute_next(&at, end, &a)) {
		struct span name = {a.name, a.name_bytes};
		if (a.value && span_is(name, "alt") && !alt.at)
			alt = (struct span){a.value, a.value_bytes};
		else if (a.value && span_is(name, "src") && !src.at)
			src = (struct span){a.value, a.value_bytes};
	}
	if (span_starts(src, "cid:")) {
		if (c->text)
			body_put_escaped(c->text, alt.at, alt.len);
		return false;
	}
	if (alt.len > 0)
		put_text(c, alt.at, alt.len);
	return true;
}

static void open_tag(struct cleaner *c, const struct html_token *t)
{
	bool is_void = html_tag_is(t->tag) & TAG_IS_VOID;
	int i = find(elements, sizeof elements / sizeof *elements, t->name, t->name_bytes);

	if (html_tag_is(t->tag) & TAG_IS_HIDDEN) {
		/* A raw element has no tags inside; what comes next is its end. */
		c->gone = t->tag;
		c->gone_depth = 1;
		return;
	}
	close_implied(c, t->tag);
	if (i < 0 || (t->tag == TAG_IMG && put_alt(c, t)) || (!is_void && c->depth == MOST_OPEN) ||
	    (t->tag == TAG_A && c->link))
		return;
	if (!is_void)
		c->open[c->depth++] = (struct open_element){(unsigned char)i, t->tag};
	put(c, "<");
	put(c, elements[i]);
	put_attributes(c, t, t->tag == TAG_A);
	put(c, ">");
}

static void close_tag(struct cleaner *c, const struct html_token *t)
{
	int i = find(elements, sizeof elements / sizeof *elements, t->name, t->name_bytes);
	size_t at = c->depth;

	if (i < 0 || (html_tag_is(t->tag) & TAG_IS_VOID))
		return;
	/* A table is not closed by what began around it. */
	while (at > 0 && c->open[at - 1].index != i && (c->open[at - 1].tag != TAG_TABLE || t->tag == TAG_TABLE))
		at--;
	if (at == 0 || c->open[at - 1].index != i)
		return;
	while (c->depth >= at)
		pop(c);
}

/* Within a hidden element: up to its own end. */
static void pass_gone(struct cleaner *c, const struct html_token *t)
{
	if (t->tag != c->gone)
		return;
	if (t->kind == HTML_OPEN)
		c->gone_depth++;
	else if (t->kind == HTML_CLOSE && --c->gone_depth == 0)
		c->gone = TAG_OTHER;
}

const char *body_html(struct arena *a, const char *html, size_t n, const char **text)
{
	struct buf clean = {0}, seen = {0};
	struct cleaner c = {.arena = a, .text = text ? &seen : NULL, .gone = TAG_OTHER};
	struct html_scan scan = {.raw = TAG_OTHER};
	struct html_token t;
	size_t bytes;
	bool cut;

	body_put_clean(&clean, html, n);
	scan.at = buf_str(&clean);
	scan.end = scan.at + clean.len;
	for (html_scan_next(&scan, &t); t.kind != HTML_END; html_scan_next(&scan, &t)) {
		if (c.gone != TAG_OTHER)
			pass_gone(&c, &t);
		else if (t.kind == HTML_OPEN)
			open_tag(&c, &t);
		else if (t.kind == HTML_CLOSE)
			close_tag(&c, &t);
		else
			put_text(&c, t.text, t.text_bytes);
	}
	while (c.depth > 0)
		pop(&c);
	buf_clear(&c.words);
	buf_clear(&clean);
	if (text)
		*text = html_to_text(a, buf_str(&seen), seen.len, TEXT_BYTES, &bytes, &cut);
	buf_clear(&seen);
	return body_keep(a, &c.html);
}
