/* HTML to text: what a reader would see of an HTML body, as plain lines. A scanner of our own, linear and
 * without a tree: libxml2's is quadratic in the attributes of a tag and in unclosed elements. */
#ifndef MAIL_HTML_H
#define MAIL_HTML_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Turns n bytes of HTML (valid UTF-8) into text with LF line ends: blocks and <br> end lines, list items get "- ",
 * table cells are parted by a space, <blockquote> lines get "> ", links keep their text, hidden elements (script,
 * style, head, display:none, the hidden attribute) and comments give nothing, runs of white space are folded outside
 * <pre>. At most `limit` bytes come back; *cut says that there was more. The result lives in `a`, is valid UTF-8 and
 * NUL-terminated; *text_bytes is its length. It cannot fail: any bytes are some HTML. Linear in n. */
char *html_to_text(struct arena *a, const char *html, size_t n, size_t limit, size_t *text_bytes, bool *cut);

#endif
