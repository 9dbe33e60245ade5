/* What the forms of a body share; for mail/body*.c alone. */
#ifndef MAIL_BODY_PARTS_H
#define MAIL_BODY_PARTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"
#include "mail/body.h"

#include <stdbool.h>

/* Appends n bytes without control characters but LF and tab, and without what turns the direction of text; bytes of no
 * character become U+FFFD; CR LF and CR become LF. */
void body_put_clean(struct buf *out, const char *s, size_t n);
/* Appends with & < > " ' as references. */
void body_put_escaped(struct buf *out, const char *s, size_t n);
/* A link that a reader may be led to: http, https or mailto, no white space in it. */
bool body_link_is_good(struct span url);
/* The words of a link say where it leads. */
bool body_link_is_said(struct span words, struct span url);
/* Appends the line (no LF in it) and LF, in lines of at most BODY_COLUMNS broken at spaces; `first` stands before the
 * first and `rest` before the others. A line that fits stays as it is but for blanks at its end. */
void body_put_wrapped(struct buf *out, struct span line, struct span first, struct span rest);
/* The string of a buf in the arena; the buf is cleared. */
const char *body_keep(struct arena *a, struct buf *b);

/* Text to HTML: paragraphs, line ends, links that can be followed. */
void body_text_to_html(struct buf *out, const char *text, size_t n);
/* Markdown (clean) to HTML by cmark, and to text. */
void body_markdown(struct arena *a, const char *markdown, size_t n, struct buf *html, struct buf *text);

#endif
