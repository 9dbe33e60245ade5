/* The text of a template as literals and tags, and a tag as words; for template_parse alone. */
#ifndef BASE_TEMPLATE_SCAN_H
#define BASE_TEMPLATE_SCAN_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum template_word_kind {
	TEMPLATE_WORD_END, /* of the tag */
	TEMPLATE_WORD_NAME,
	TEMPLATE_WORD_STRING, /* without its quotes */
	TEMPLATE_WORD_NUMBER,
	TEMPLATE_WORD_SIGN, /* . == != # / */
};

struct template_word {
	enum template_word_kind kind;
	struct span text;
	int64_t number;
};

/* Start it with {.file, .start = bytes, .at = bytes, .end = bytes + n, .line = 1}. */
struct template_scan {
	const char *file, *start, *at, *end;
	size_t line;      /* of `at` */
	const char *bol;  /* where the line begins that the newest tag began on */
	const char *open; /* the newest tag's "{{" */
	size_t tag_line;  /* its line */
};

/* The text up to the next tag or the end; the scan stands behind the "{{" then. *tag says whether there is one.
 * Comments ("{{! ... }}") are passed over by template_scan_comment. */
struct span template_scan_literal(struct template_scan *s, bool *tag);
/* The next word of the tag. CONFIG for what is none, a string or a tag that is not closed. Behind END the scan stands
 * behind "}}". */
int template_scan_word(struct template_scan *s, struct template_word *w, struct err *e);
/* True at the "!" of a comment, which is passed over then up to "}}". */
int template_scan_comment(struct template_scan *s, bool *is_comment, struct err *e);
/* The tag that has just ended is alone on its line: then the rest of that line is passed over, its end too. The caller
 * takes the blanks before it off the literal (s->bol, s->open). */
bool template_scan_alone(struct template_scan *s);

/* Fills *e with "FILE:LINE: ..." of the newest tag; returns -1. */
int template_scan_error(const struct template_scan *s, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
