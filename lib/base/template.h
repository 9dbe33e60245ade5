/* Templates: a small language of values, conditions and loops, compiled once and rendered many times
 * (mailroom-template(5)). It reads no files and knows nothing of mail. */
#ifndef BASE_TEMPLATE_H
#define BASE_TEMPLATE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How values are written, so that what is in them cannot become markup; the template's own text stays as it is. */
enum template_escape {
	TEMPLATE_TEXT,     /* as they are */
	TEMPLATE_HTML,     /* & < > " ' as references */
	TEMPLATE_MARKDOWN, /* ASCII punctuation behind a backslash, white space as single spaces */
	TEMPLATE_HEADER,   /* one line */
};

enum template_kind { TEMPLATE_STRING, TEMPLATE_NUMBER, TEMPLATE_FLAG, TEMPLATE_LIST };

/* A name that a template may use. Tables of them end in a NULL name. */
struct template_name {
	const char *name;
	enum template_kind kind;
	const struct template_name *fields; /* of a list: the names in each of its rows */
};

/* The value of the name at the same place in the table; its kind says which member counts. */
union template_value {
	const char *string; /* UTF-8; NULL is "" */
	int64_t number;
	bool flag;
	/* `count` rows one behind the other, each as long as the table of the list's fields. */
	struct {
		const union template_value *rows;
		size_t count;
	} list;
};

enum {
	TEMPLATE_SOURCE_BYTES = 256 << 10,
	TEMPLATE_OUTPUT_BYTES = 1 << 20,
	TEMPLATE_DEPTH = 16, /* blocks within blocks */
	TEMPLATE_STEPS = 1 << 20,
};

struct template;

/* Compiles n bytes. `file` names them in errors; `names` must live as long as the result. CONFIG, with file and line,
 * for a name that is not in the table or not of the kind that is needed there, a block that is not closed or closed by
 * another's end, a tag that is none, and (HTML) a value in a tag outside of quotes. Linear in n. Free with
 * template_free. */
int template_parse(const char *file, const char *bytes, size_t n, enum template_escape escape,
    const struct template_name *names, struct template **t, struct err *e);
void template_free(struct template *t);

/* Appends the result; values[i] belongs to names[i]. Fails, with *out as it was, only where the result would have more
 * than TEMPLATE_OUTPUT_BYTES or take more than TEMPLATE_STEPS steps (INPUT). Control characters in values but line
 * ends, and what turns the direction of text around, are left out; bytes of no character become U+FFFD. */
int template_render(const struct template *t, const union template_value *values, struct buf *out, struct err *e);

#endif
