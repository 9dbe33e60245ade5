/* What a template is compiled to; for template_parse and template_render alone. */
#ifndef BASE_TEMPLATE_PROGRAM_H
#define BASE_TEMPLATE_PROGRAM_H

#include "base/arena.h"
#include "base/span.h"
#include "base/template.h"

/* Where a value is found: level 0 are the values of template_render, level n the row of the n-th loop around. */
struct template_ref {
	size_t level, index;
	const struct template_name *name;
};

enum template_op_kind {
	TEMPLATE_OP_LITERAL,
	TEMPLATE_OP_PRINT,
	TEMPLATE_OP_PICK,   /* the n-th word, none when there is none */
	TEMPLATE_OP_PLURAL, /* the first word when the number is 1, else the second */
	TEMPLATE_OP_UNLESS, /* goes to `target` when the condition is false */
	TEMPLATE_OP_JUMP,
	TEMPLATE_OP_FOR, /* starts the loop of `level`; goes to `target` when the list is empty */
	TEMPLATE_OP_NEXT /* the next row: goes to `target`; behind the last one it goes on */
};

enum template_compare { TEMPLATE_IS_TRUE, TEMPLATE_IS_EQUAL };

struct template_op {
	enum template_op_kind kind;
	struct template_ref ref;
	struct span text;   /* LITERAL; UNLESS: the string that is compared with */
	struct span *words; /* PICK, PLURAL */
	size_t word_count;
	enum template_compare compare;
	bool negated;
	int64_t number; /* UNLESS: the number that is compared with */
	size_t level;   /* FOR, NEXT */
	size_t stride;  /* FOR: values a row */
	size_t target;
};

struct template
{
	struct arena arena;
	const char *file;
	enum template_escape escape;
	struct template_op *ops;
	size_t count;
};

#endif
