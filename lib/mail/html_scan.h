/* HTML as a flat run of tokens: text, opening tags, closing tags. It knows nothing of nesting or of what is shown. */
#ifndef MAIL_HTML_SCAN_H
#define MAIL_HTML_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* In the alphabetic order of their names: the table of names is searched by halves. */
enum html_tag {
	TAG_A,
	TAG_ADDRESS,
	TAG_AREA,
	TAG_ARTICLE,
	TAG_ASIDE,
	TAG_B,
	TAG_BASE,
	TAG_BASEFONT,
	TAG_BGSOUND,
	TAG_BLOCKQUOTE,
	TAG_BODY,
	TAG_BR,
	TAG_BUTTON,
	TAG_CAPTION,
	TAG_CENTER,
	TAG_COL,
	TAG_COLGROUP,
	TAG_DATALIST,
	TAG_DD,
	TAG_DETAILS,
	TAG_DIR,
	TAG_DIV,
	TAG_DL,
	TAG_DT,
	TAG_EM,
	TAG_EMBED,
	TAG_FIELDSET,
	TAG_FIGCAPTION,
	TAG_FIGURE,
	TAG_FONT,
	TAG_FOOTER,
	TAG_FORM,
	TAG_FRAME,
	TAG_H1,
	TAG_H2,
	TAG_H3,
	TAG_H4,
	TAG_H5,
	TAG_H6,
	TAG_HEAD,
	TAG_HEADER,
	TAG_HR,
	TAG_HTML,
	TAG_I,
	TAG_IFRAME,
	TAG_IMG,
	TAG_INPUT,
	TAG_KEYGEN,
	TAG_LEGEND,
	TAG_LI,
	TAG_LINK,
	TAG_LISTING,
	TAG_MAIN,
	TAG_MENU,
	TAG_META,
	TAG_NAV,
	TAG_NOEMBED,
	TAG_NOFRAMES,
	TAG_OL,
	TAG_OPTGROUP,
	TAG_OPTION,
	TAG_P,
	TAG_PARAM,
	TAG_PRE,
	TAG_SCRIPT,
	TAG_SECTION,
	TAG_SELECT,
	TAG_SOURCE,
	TAG_SPAN,
	TAG_STRONG,
	TAG_STYLE,
	TAG_SUMMARY,
	TAG_SVG,
	TAG_TABLE,
	TAG_TBODY,
	TAG_TD,
	TAG_TEMPLATE,
	TAG_TEXTAREA,
	TAG_TFOOT,
	TAG_TH,
	TAG_THEAD,
	TAG_TITLE,
	TAG_TR,
	TAG_TRACK,
	TAG_UL,
	TAG_WBR,
	TAG_XML,
	TAG_XMP,
	TAG_OTHER, /* every name that is not in the table */
	TAG_COUNT
};

enum html_tag_is {
	TAG_IS_BLOCK = 1,     /* begins and ends a line */
	TAG_IS_PARAGRAPH = 2, /* a block that is set off by a blank line */
	TAG_IS_VOID = 4,      /* has no content and no closing tag */
	TAG_IS_RAW = 8,       /* holds text up to its own closing tag, no tags */
	TAG_IS_HIDDEN = 16,   /* its content is never shown */
	TAG_IS_TABLE = 32,    /* a table or a part of one */
};

/* Bits of enum html_tag_is. */
unsigned html_tag_is(enum html_tag tag);

enum html_token_kind { HTML_END, HTML_TEXT, HTML_OPEN, HTML_CLOSE };

struct html_token {
	enum html_token_kind kind;
	const char *text; /* of HTML_TEXT: as it stands, with character references */
	size_t text_bytes;
	enum html_tag tag;
	const char *style; /* of HTML_OPEN: the value of the first style attribute; NULL when absent */
	size_t style_bytes;
	bool hidden;      /* of HTML_OPEN: the hidden attribute is there */
	bool self_closed; /* of HTML_OPEN: ends in "/>" */
	const char *name; /* of HTML_OPEN and HTML_CLOSE: the tag's name as it is written */
	size_t name_bytes;
	const char *attributes; /* of HTML_OPEN: what stands between the name and the ">" (html_attribute_next) */
	size_t attributes_bytes;
};

struct html_attribute {
	const char *name; /* as it is written */
	size_t name_bytes;
	const char *value; /* without its quotes, with character references; NULL when there is none */
	size_t value_bytes;
};

/* The next attribute from *at on; *at moves behind it. False when there is no further one before `end`. */
bool html_attribute_next(const char **at, const char *end, struct html_attribute *attribute);

/* Start it with {.at = html, .end = html + n, .raw = TAG_OTHER}. */
struct html_scan {
	const char *at, *end;
	enum html_tag raw; /* the raw element whose text comes next */
};

/* The next token, as the HTML standard's tokenizer would see it (comments, doctypes and processing instructions are
 * passed over; what is left open at the end is dropped). Pointers lead into the HTML. Linear over all calls. */
void html_scan_next(struct html_scan *s, struct html_token *t);

#endif
