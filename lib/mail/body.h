/* The body of an outgoing message: written once, as HTML, Markdown or text, it becomes HTML and text that say the same.
 * Who writes the bytes of the message is mail/compose. */
#ifndef MAIL_BODY_H
#define MAIL_BODY_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>

enum body_kind { BODY_TEXT, BODY_MARKDOWN, BODY_HTML };

enum {
	BODY_BYTES = 1 << 20,
	/* cmark 0.30 is quadratic in places ("![[]()" again and again): 0.4 s for this much. */
	BODY_MARKDOWN_BYTES = 128 << 10,
	BODY_COLUMNS = 76, /* of the text: what quoted-printable keeps on one line */
};

/* What the page around the body says. */
struct body_page {
	const char *lang;      /* BCP 47: "en"; NULL: not known */
	const char *title;     /* NULL: none */
	const char *preheader; /* shown behind the subject in lists of messages; NULL: none */
};

struct body {
	const char *text; /* lines of at most BODY_COLUMNS but for longer words, ended by LF */
	const char *html; /* a whole page */
};

/* Makes both forms of n bytes; they live in `a`, are valid UTF-8 and hold no control characters. Bytes of no character
 * become U+FFFD. INPUT when the body is longer than BODY_BYTES or BODY_MARKDOWN_BYTES. Linear in n but for what cmark
 * is not. Markdown is CommonMark; HTML in it is left out. Of HTML stays what body_html keeps. */
int body_make(struct arena *a, enum body_kind kind, const char *bytes, size_t n, const struct body_page *page,
    struct body *body, struct err *e);

/* The text alone, cleaned, its lines wrapped. */
const char *body_text(struct arena *a, const char *text, size_t n);

/* Takes from a piece of HTML, or the body of a page, what has a place in mail: elements of text and tables with their
 * style; links to http, https and mailto; pictures that the message itself brings (cid:), of others their alt text.
 * Forms, scripts, frames, style elements and event handlers go. Elements are closed, and no closing tag stands alone,
 * so that nothing reaches beyond it. With `text` also what a reader of text sees of it, links as "words <url>". */
const char *body_html(struct arena *a, const char *html, size_t n, const char **text);

/* The page around what body_html made: language, charset, colours for light and dark, one column of at most 600 px, no
 * picture or font from elsewhere. Classes that follow the dark colours: t text, m muted, l border, c card, g ground; ok
 * and no good and bad. */
const char *body_page(struct arena *a, const struct body_page *page, const char *content);

#endif
