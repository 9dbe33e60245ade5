/* Text from outside, made fit for people: one clean line, cut at a word, wrapped, or escaped for HTML. */
#ifndef JOB_DISPLAY_H
#define JOB_DISPLAY_H

#include "base/arena.h"
#include "base/buf.h"

#include <stddef.h>

/* One line of valid UTF-8 of what a subject or a name shows: white space and control characters become single spaces, none
 * at the ends; what is invisible or turns the direction of text around (bidi controls, zero-width and tag characters) is
 * dropped; bad bytes are U+FFFD; of a pile of combining marks three stay. NULL is "". */
const char *display_clean(struct arena *a, const char *s);

/* `s` when it has at most `columns` columns; else its beginning, ended at a word where one ends in the second half, and "…". */
const char *display_cut(struct arena *a, const char *s, size_t columns);

/* Appends `text` in lines of at most `width` columns, broken at spaces: before the first line stands `first`, before the
 * others `rest`. A word that is longer than a line stays whole up to `width` * 2 and is broken there. */
void display_wrap(struct buf *b, const char *text, const char *first, const char *rest, size_t width);

/* Appends `s` and spaces up to `columns` columns; `s` is cut to fit. */
void display_pad(struct buf *b, struct arena *a, const char *s, size_t columns);

/* Appends `s` with & < > " ' as references: safe as text and within a quoted attribute. `s` is clean (display_clean). */
void display_html(struct buf *b, const char *s);

/* "A", "A and B", "A, B and C"; when there are more than max + 1: the first `max`, then "and 3 others". */
const char *display_list(struct arena *a, const char *const *names, size_t count, size_t max);

/* "1 message", "2 messages": the plural takes an s. */
const char *display_count(struct arena *a, size_t n, const char *noun);

#endif
