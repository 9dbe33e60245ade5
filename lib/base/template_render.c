#include "base/template.h"

#include "base/template_program.h"
#include "base/utf8.h"

#include <string.h>

/* A loop that is under way; level 0 is the whole. */
struct frame {
	const union template_value *row;
	size_t left; /* rows behind this one */
	size_t stride;
};

static void put_html(struct buf *out, char c)
{
	switch (c) {
	case '&': buf_puts(out, "&amp;"); break;
	case '<': buf_puts(out, "&lt;"); break;
	case '>': buf_puts(out, "&gt;"); break;
	case '"': buf_puts(out, "&quot;"); break;
	case '\'': buf_puts(out, "&#39;"); break;
	default: buf_putc(out, c); break;
	}
}

static bool is_punctuation(char c)
{
	return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/* An ASCII character that is no control. */
static void put_ascii(struct buf *out, enum template_escape escape, char c)
{
	if (escape == TEMPLATE_HTML) {
		put_html(out, c);
		return;
	}
	if (escape == TEMPLATE_MARKDOWN && is_punctuation(c))
		buf_putc(out, '\\');
	buf_putc(out, c);
}

/* White space and line ends: kept in text and HTML, single spaces where a line end has a meaning. */
static void put_space(struct buf *out, enum template_escape escape, char c, bool begins)
{
	bool folded = escape == TEMPLATE_MARKDOWN || escape == TEMPLATE_HEADER;

	if (c == '\r')
		return;
	if (!folded)
		buf_putc(out, c);
	else if (!begins && out->data[out->len - 1] != ' ')
		buf_putc(out, ' ');
}

static void put_value(struct buf *out, enum template_escape escape, const char *s)
{
	size_t n = s ? strlen(s) : 0, start = out->len;

	for (size_t i = 0; i < n;) {
		char c = s[i];
		uint32_t cp;
		size_t len;
		if (c > ' ' && c < 0x7f) {
			put_ascii(out, escape, c);
			i++;
			continue;
		}
		if (ascii_is_space(c)) {
			put_space(out, escape, c, out->len == start);
			i++;
			continue;
		}
		len = utf8_decode(s + i, n - i, &cp);
		if (!utf8_steers(cp)) {
			char bytes[4];
			buf_append(out, bytes, utf8_encode(cp, bytes));
		}
		i += len;
	}
}

static const union template_value *value_of(const struct frame *frames, const struct template_ref *ref)
{
	return &frames[ref->level].row[ref->index];
}

static void print(
    struct buf *out, enum template_escape escape, const struct frame *frames, const struct template_op *op)
{
	const union template_value *v = value_of(frames, &op->ref);

	if (op->ref.name->kind == TEMPLATE_NUMBER)
		buf_printf(out, "%lld", (long long)v->number);
	else
		put_value(out, escape, v->string);
}

/* The words are the template's own: written as they are. */
static void put_word(struct buf *out, const struct frame *frames, const struct template_op *op)
{
	int64_t n = value_of(frames, &op->ref)->number;

	if (op->kind == TEMPLATE_OP_PLURAL)
		n = n == 1 ? 1 : 2;
	if (n >= 1 && (uint64_t)n <= op->word_count)
		buf_append(out, op->words[n - 1].at, op->words[n - 1].len);
}

static bool is_true(const union template_value *v, enum template_kind kind)
{
	switch (kind) {
	case TEMPLATE_STRING: return v->string && *v->string;
	case TEMPLATE_NUMBER: return v->number != 0;
	case TEMPLATE_FLAG: return v->flag;
	case TEMPLATE_LIST: return v->list.count > 0;
	}
	return false;
}

static bool holds(const struct frame *frames, const struct template_op *op)
{
	const union template_value *v = value_of(frames, &op->ref);
	bool result;

	if (op->compare == TEMPLATE_IS_TRUE)
		result = is_true(v, op->ref.name->kind);
	else if (op->ref.name->kind == TEMPLATE_NUMBER)
		result = v->number == op->number;
	else
		result = span_of(v->string ? v->string : "").len == op->text.len &&
		         memcmp(v->string ? v->string : "", op->text.at, op->text.len) == 0;
	return result != op->negated;
}

/* Starts a loop; returns where to go on. */
static size_t begin_loop(struct frame *frames, const struct template_op *op, size_t at)
{
	const union template_value *v = value_of(frames, &op->ref);

	if (v->list.count == 0)
		return op->target;
	frames[op->level] = (struct frame){v->list.rows, v->list.count - 1, op->stride};
	return at + 1;
}

static size_t next_row(struct frame *f, const struct template_op *op, size_t at)
{
	if (f->left == 0)
		return at + 1;
	f->left--;
	f->row += f->stride;
	return op->target;
}

/* Runs the operation at `at` and returns the next one. */
static size_t step(const struct template *t, struct frame *frames, size_t at, struct buf *out)
{
	const struct template_op *op = &t->ops[at];

	switch (op->kind) {
	case TEMPLATE_OP_LITERAL: buf_append(out, op->text.at, op->text.len); break;
	case TEMPLATE_OP_PRINT: print(out, t->escape, frames, op); break;
	case TEMPLATE_OP_PICK:
	case TEMPLATE_OP_PLURAL: put_word(out, frames, op); break;
	case TEMPLATE_OP_UNLESS: return holds(frames, op) ? at + 1 : op->target;
	case TEMPLATE_OP_JUMP: return op->target;
	case TEMPLATE_OP_FOR: return begin_loop(frames, op, at);
	case TEMPLATE_OP_NEXT: return next_row(&frames[op->level], op, at);
	}
	return at + 1;
}

int template_render(const struct template *t, const union template_value *values, struct buf *out, struct err *e)
{
	struct frame frames[TEMPLATE_DEPTH + 1] = {{.row = values}};
	size_t before = out->len, steps = 0;

	for (size_t at = 0; at < t->count;) {
		at = step(t, frames, at, out);
		if (out->len - before > TEMPLATE_OUTPUT_BYTES || ++steps > TEMPLATE_STEPS) {
			out->len = before;
			buf_append(out, "", 0);
			return err_set(e, ERR_INPUT, "%s: gives more than %d bytes, or loops for more than %d steps",
			    t->file, TEMPLATE_OUTPUT_BYTES, TEMPLATE_STEPS);
		}
	}
	return 0;
}
