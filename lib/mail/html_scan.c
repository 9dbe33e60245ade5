#include "mail/html_scan.h"

#include "base/span.h"

#include <stdlib.h>
#include <string.h>

struct tag_row {
	char name[12];
	unsigned char is;
};

enum {
	BLOCK = TAG_IS_BLOCK,
	PARA = TAG_IS_BLOCK | TAG_IS_PARAGRAPH,
	VOIDS = TAG_IS_VOID,
	RAW = TAG_IS_RAW | TAG_IS_HIDDEN,
	GONE = TAG_IS_HIDDEN,
	TABLE = TAG_IS_TABLE,
};

/* clang-format off */
static const struct tag_row tag_rows[TAG_OTHER] = {
	[TAG_A] = {"a", 0}, [TAG_ADDRESS] = {"address", BLOCK}, [TAG_AREA] = {"area", VOIDS},
	[TAG_ARTICLE] = {"article", BLOCK}, [TAG_ASIDE] = {"aside", BLOCK}, [TAG_B] = {"b", 0},
	[TAG_BASE] = {"base", VOIDS}, [TAG_BASEFONT] = {"basefont", VOIDS}, [TAG_BGSOUND] = {"bgsound", VOIDS},
	[TAG_BLOCKQUOTE] = {"blockquote", PARA}, [TAG_BODY] = {"body", BLOCK}, [TAG_BR] = {"br", VOIDS},
	[TAG_BUTTON] = {"button", 0}, [TAG_CAPTION] = {"caption", BLOCK | TABLE}, [TAG_CENTER] = {"center", BLOCK},
	[TAG_COL] = {"col", VOIDS}, [TAG_COLGROUP] = {"colgroup", 0}, [TAG_DATALIST] = {"datalist", GONE},
	[TAG_DD] = {"dd", BLOCK}, [TAG_DETAILS] = {"details", BLOCK}, [TAG_DIR] = {"dir", PARA},
	[TAG_DIV] = {"div", BLOCK}, [TAG_DL] = {"dl", PARA}, [TAG_DT] = {"dt", BLOCK}, [TAG_EM] = {"em", 0},
	[TAG_EMBED] = {"embed", VOIDS}, [TAG_FIELDSET] = {"fieldset", PARA},
	[TAG_FIGCAPTION] = {"figcaption", BLOCK}, [TAG_FIGURE] = {"figure", PARA}, [TAG_FONT] = {"font", 0},
	[TAG_FOOTER] = {"footer", BLOCK}, [TAG_FORM] = {"form", BLOCK}, [TAG_FRAME] = {"frame", VOIDS},
	[TAG_H1] = {"h1", PARA}, [TAG_H2] = {"h2", PARA}, [TAG_H3] = {"h3", PARA}, [TAG_H4] = {"h4", PARA},
	[TAG_H5] = {"h5", PARA}, [TAG_H6] = {"h6", PARA}, [TAG_HEAD] = {"head", BLOCK},
	[TAG_HEADER] = {"header", BLOCK}, [TAG_HR] = {"hr", PARA | VOIDS}, [TAG_HTML] = {"html", BLOCK},
	[TAG_I] = {"i", 0}, [TAG_IFRAME] = {"iframe", RAW}, [TAG_IMG] = {"img", VOIDS},
	[TAG_INPUT] = {"input", VOIDS}, [TAG_KEYGEN] = {"keygen", VOIDS}, [TAG_LEGEND] = {"legend", BLOCK},
	[TAG_LI] = {"li", BLOCK}, [TAG_LINK] = {"link", VOIDS}, [TAG_LISTING] = {"listing", PARA},
	[TAG_MAIN] = {"main", BLOCK}, [TAG_MENU] = {"menu", PARA}, [TAG_META] = {"meta", VOIDS},
	[TAG_NAV] = {"nav", BLOCK}, [TAG_NOEMBED] = {"noembed", RAW}, [TAG_NOFRAMES] = {"noframes", RAW},
	[TAG_OL] = {"ol", PARA}, [TAG_OPTGROUP] = {"optgroup", BLOCK}, [TAG_OPTION] = {"option", BLOCK},
	[TAG_P] = {"p", PARA}, [TAG_PARAM] = {"param", VOIDS}, [TAG_PRE] = {"pre", PARA},
	[TAG_SCRIPT] = {"script", RAW}, [TAG_SECTION] = {"section", BLOCK}, [TAG_SELECT] = {"select", 0},
	[TAG_SOURCE] = {"source", VOIDS}, [TAG_SPAN] = {"span", 0}, [TAG_STRONG] = {"strong", 0},
	[TAG_STYLE] = {"style", RAW}, [TAG_SUMMARY] = {"summary", BLOCK}, [TAG_SVG] = {"svg", GONE},
	[TAG_TABLE] = {"table", BLOCK | TABLE}, [TAG_TBODY] = {"tbody", BLOCK | TABLE},
	[TAG_TD] = {"td", TABLE}, [TAG_TEMPLATE] = {"template", GONE}, [TAG_TEXTAREA] = {"textarea", RAW},
	[TAG_TFOOT] = {"tfoot", BLOCK | TABLE}, [TAG_TH] = {"th", TABLE}, [TAG_THEAD] = {"thead", BLOCK | TABLE},
	[TAG_TITLE] = {"title", RAW}, [TAG_TR] = {"tr", BLOCK | TABLE}, [TAG_TRACK] = {"track", VOIDS},
	[TAG_UL] = {"ul", PARA}, [TAG_WBR] = {"wbr", VOIDS}, [TAG_XML] = {"xml", GONE}, [TAG_XMP] = {"xmp", PARA},
};
/* clang-format on */

unsigned html_tag_is(enum html_tag tag)
{
	return tag < TAG_OTHER ? tag_rows[tag].is : 0;
}

static int tag_order(const void *name, const void *row)
{
	return strcmp(name, ((const struct tag_row *)row)->name);
}

static enum html_tag tag_of(const char *name, size_t n)
{
	char lower[sizeof tag_rows->name] = {0};
	const struct tag_row *row;

	if (n >= sizeof lower)
		return TAG_OTHER;
	for (size_t i = 0; i < n; i++)
		lower[i] = ascii_lower(name[i]);
	row = bsearch(lower, tag_rows, TAG_OTHER, sizeof *tag_rows, tag_order);
	return row ? (enum html_tag)(row - tag_rows) : TAG_OTHER;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* True when s begins with the lower-case word, whatever the case of its own letters. */
static bool begins(const char *s, const char *end, const char *word)
{
	return span_starts((struct span){s, (size_t)(end - s)}, word);
}

static const char *find(const char *at, const char *end, char c)
{
	const char *hit = memchr(at, c, (size_t)(end - at));

	return hit ? hit : end;
}

/* From behind "<!--" to behind the end of the comment. */
static const char *comment_end(const char *at, const char *end)
{
	if (at < end && *at == '>')
		return at + 1;
	if (end - at >= 2 && at[0] == '-' && at[1] == '>')
		return at + 2;
	for (;;) {
		at = memmem(at, (size_t)(end - at), "--", 2);
		if (!at)
			return end;
		if (end - at >= 3 && at[2] == '>')
			return at + 3;
		if (end - at >= 4 && at[2] == '!' && at[3] == '>')
			return at + 4;
		at++;
	}
}

/* From an unquoted or quoted value to behind it; *value and *n get what it is. */
static const char *attribute_value(const char *at, const char *end, const char **value, size_t *n)
{
	const char *stop;

	while (at < end && ascii_is_space(*at))
		at++;
	if (at < end && (*at == '"' || *at == '\'')) {
		stop = find(at + 1, end, *at);
		*value = at + 1;
		*n = (size_t)(stop - *value);
		return stop < end ? stop + 1 : end;
	}
	for (stop = at; stop < end && !ascii_is_space(*stop) && *stop != '>';)
		stop++;
	*value = at;
	*n = (size_t)(stop - at);
	return stop;
}

bool html_attribute_next(const char **at, const char *end, struct html_attribute *attribute)
{
	const char *name = *at, *stop, *behind;

	while (name < end && (ascii_is_space(*name) || *name == '/'))
		name++;
	*at = name;
	if (name == end || *name == '>')
		return false;
	stop = name + 1; /* a "=" in the first place belongs to the name */
	while (stop < end && !ascii_is_space(*stop) && *stop != '/' && *stop != '>' && *stop != '=')
		stop++;
	*attribute = (struct html_attribute){.name = name, .name_bytes = (size_t)(stop - name)};
	for (behind = stop; behind < end && ascii_is_space(*behind);)
		behind++;
	if (behind < end && *behind == '=')
		stop = attribute_value(behind + 1, end, &attribute->value, &attribute->value_bytes);
	*at = stop;
	return true;
}

/* From behind the name to behind the ">"; NULL when the HTML ends in the tag. */
static const char *attributes(const char *at, const char *end, struct html_token *t)
{
	struct html_attribute a;

	t->attributes = at;
	while (html_attribute_next(&at, end, &a)) {
		if (a.value && !t->style && a.name_bytes == 5 && begins(a.name, end, "style")) {
			t->style = a.value;
			t->style_bytes = a.value_bytes;
		} else if (a.name_bytes == 6 && begins(a.name, end, "hidden")) {
			t->hidden = true;
		}
	}
	if (at == end)
		return NULL;
	t->attributes_bytes = (size_t)(at - t->attributes);
	t->self_closed = at[-1] == '/';
	return at + 1;
}

/* A tag at "<" or "</" and a letter. False when the HTML ends in it. */
static bool tag(struct html_scan *s, struct html_token *t)
{
	const char *name = s->at + 1, *stop, *behind;

	*t = (struct html_token){.kind = HTML_OPEN};
	if (*name == '/') {
		t->kind = HTML_CLOSE;
		name++;
	}
	for (stop = name; stop < s->end && !ascii_is_space(*stop) && *stop != '/' && *stop != '>';)
		stop++;
	t->tag = tag_of(name, (size_t)(stop - name));
	t->name = name;
	t->name_bytes = (size_t)(stop - name);
	behind = attributes(stop, s->end, t);
	s->at = behind ? behind : s->end;
	if (behind && t->kind == HTML_OPEN && (html_tag_is(t->tag) & TAG_IS_RAW))
		s->raw = t->tag;
	return behind;
}

/* The text of script, style and their like goes up to their own closing tag, whatever stands in it. */
static void pass_raw_text(struct html_scan *s)
{
	const char *name = tag_rows[s->raw].name;
	size_t n = strlen(name);
	const char *at = s->at;

	s->raw = TAG_OTHER;
	while ((at = memmem(at, (size_t)(s->end - at), "</", 2))) {
		const char *behind = at + 2 + n;
		if (begins(at + 2, s->end, name) &&
		    (behind == s->end || ascii_is_space(*behind) || *behind == '/' || *behind == '>')) {
			s->at = at;
			return;
		}
		at += 2;
	}
	s->at = s->end;
}

/* What "<" at s->at begins. */
enum markup { MARKUP_NONE, MARKUP_TAG, MARKUP_COMMENT, MARKUP_BOGUS };

static enum markup markup_at(const char *at, const char *end)
{
	char c = at + 1 < end ? at[1] : '\0';

	if (is_letter(c))
		return MARKUP_TAG;
	if (c == '/' && at + 2 < end)
		return is_letter(at[2]) ? MARKUP_TAG : MARKUP_BOGUS;
	if (c == '!')
		return end - at >= 4 && at[2] == '-' && at[3] == '-' ? MARKUP_COMMENT : MARKUP_BOGUS;
	return c == '?' ? MARKUP_BOGUS : MARKUP_NONE;
}

static void text(struct html_scan *s, struct html_token *t)
{
	const char *stop = find(s->at + 1, s->end, '<');

	*t = (struct html_token){.kind = HTML_TEXT, .text = s->at, .text_bytes = (size_t)(stop - s->at)};
	s->at = stop;
}

void html_scan_next(struct html_scan *s, struct html_token *t)
{
	if (s->raw != TAG_OTHER)
		pass_raw_text(s);
	while (s->at < s->end) {
		switch (*s->at == '<' ? markup_at(s->at, s->end) : MARKUP_NONE) {
		case MARKUP_NONE: text(s, t); return;
		case MARKUP_TAG:
			if (tag(s, t))
				return;
			break;
		case MARKUP_COMMENT: s->at = comment_end(s->at + 4, s->end); break;
		case MARKUP_BOGUS:
			s->at = find(s->at, s->end, '>');
			s->at += s->at < s->end;
			break;
		}
	}
	*t = (struct html_token){.kind = HTML_END};
}
