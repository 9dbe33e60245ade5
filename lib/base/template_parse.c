#include "base/template.h"

#include "base/mem.h"
#include "base/template_program.h"
#include "base/template_scan.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static const size_t NO_OP = SIZE_MAX;

/* A block that is open. */
struct block {
	bool is_loop, has_else;
	size_t line;      /* of its first tag */
	size_t op;        /* IF: the newest UNLESS, NO_OP behind {{else}}; FOR: the FOR */
	size_t jumps;     /* IF: the newest jump to its end; each one's target is the one before, NO_OP the first's */
	struct span loop; /* FOR: its name of the row */
	const struct template_name *fields;
};

enum html_place { HTML_CONTENT, HTML_TAG, HTML_DOUBLE, HTML_SINGLE };

struct parser {
	struct template_scan scan;
	struct template *t;
	const struct template_name *names;
	struct block blocks[TEMPLATE_DEPTH];
	size_t depth, level; /* blocks and loops that are open */
	enum html_place place;
};

static struct template_op *add(struct parser *p, enum template_op_kind kind)
{
	struct template *t = p->t;

	t->ops = arena_more(&t->arena, t->ops, t->count, sizeof *t->ops);
	t->ops[t->count] = (struct template_op){.kind = kind};
	return &t->ops[t->count++];
}

static bool same(struct span s, const char *word)
{
	return s.len == strlen(word) && memcmp(s.at, word, s.len) == 0;
}

static bool is_sign(const struct template_word *w, const char *sign)
{
	return w->kind == TEMPLATE_WORD_SIGN && same(w->text, sign);
}

static bool is_name(const struct template_word *w, const char *name)
{
	return w->kind == TEMPLATE_WORD_NAME && same(w->text, name);
}

static int word(struct parser *p, struct template_word *w, struct err *e)
{
	return template_scan_word(&p->scan, w, e);
}

/* What stands where something else should. */
static int unexpected(struct parser *p, const struct template_word *w, const char *wanted, struct err *e)
{
	if (w->kind == TEMPLATE_WORD_END)
		return template_scan_error(&p->scan, e, "the tag ends where %s should stand", wanted);
	return template_scan_error(
	    &p->scan, e, "\"%.*s\" stands where %s should", (int)w->text.len, w->text.at, wanted);
}

static int end_of_tag(struct parser *p, struct err *e)
{
	struct template_word w;

	if (word(p, &w, e) != 0)
		return -1;
	return w.kind == TEMPLATE_WORD_END ? 0 : unexpected(p, &w, "the end of the tag", e);
}

/* The literal as HTML: is its end within a tag, within quotes? */
static void follow_html(struct parser *p, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i], next = i + 1 < s.len ? s.at[i + 1] : '\0';
		switch (p->place) {
		case HTML_CONTENT:
			/* A "<" that ends the text may be made a tag by what comes behind it. */
			if (c == '<' &&
			    (next == '/' || next == '\0' || (ascii_lower(next) >= 'a' && ascii_lower(next) <= 'z')))
				p->place = HTML_TAG;
			break;
		case HTML_TAG:
			if (c == '>')
				p->place = HTML_CONTENT;
			else if (c == '"' || c == '\'')
				p->place = c == '"' ? HTML_DOUBLE : HTML_SINGLE;
			break;
		case HTML_DOUBLE:
		case HTML_SINGLE:
			if (c == (p->place == HTML_DOUBLE ? '"' : '\''))
				p->place = HTML_TAG;
			break;
		}
	}
}

static void literal(struct parser *p, struct span s)
{
	if (s.len == 0)
		return;
	if (p->t->escape == TEMPLATE_HTML)
		follow_html(p, s);
	add(p, TEMPLATE_OP_LITERAL)->text = (struct span){arena_strndup(&p->t->arena, s.at, s.len), s.len};
}

static const struct template_name *look_up(const struct template_name *names, struct span name, size_t *index)
{
	for (*index = 0; names && names[*index].name; (*index)++)
		if (same(name, names[*index].name))
			return &names[*index];
	return NULL;
}

/* Other template languages write blocks so. */
static bool is_block_word(struct span name)
{
	static const char *const words[] = {"if", "for", "end", "endif", "endfor"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (same(name, words[i]))
			return true;
	return false;
}

/* "a, b, c": for a person who mistyped one. */
static int unknown(struct parser *p, const struct template_name *names, struct span name, struct err *e)
{
	const char *known = "";
	int shown = name.len < 60 ? (int)name.len : 60;

	if (is_block_word(name))
		return template_scan_error(&p->scan, e,
		    "there is no value \"%.*s\": a block is {{#if ...}} to {{/if}}, or {{#for ...}} to {{/for}}", shown,
		    name.at);
	for (size_t i = 0; names && names[i].name; i++)
		known = arena_printf(&p->t->arena, "%s%s%s", known, i ? ", " : "", names[i].name);
	return template_scan_error(&p->scan, e, "there is no value \"%.*s\" (there are: %s)", shown, name.at, known);
}

/* The row of the innermost loop of this name. */
static const struct block *loop_named(const struct parser *p, struct span name, size_t *level)
{
	size_t loops = p->level;

	for (size_t i = p->depth; i > 0; i--) {
		const struct block *b = &p->blocks[i - 1];
		if (!b->is_loop)
			continue;
		if (b->loop.len == name.len && memcmp(b->loop.at, name.at, name.len) == 0) {
			*level = loops;
			return b;
		}
		loops--;
	}
	return NULL;
}

static int find_value(struct parser *p, const struct template_word *first, struct template_ref *ref,
    struct template_word *next, struct err *e)
{
	const struct template_name *names = p->names;
	struct span name = first->text;
	const struct block *loop;

	if (first->kind != TEMPLATE_WORD_NAME)
		return unexpected(p, first, "the name of a value", e);
	if (word(p, next, e) != 0)
		return -1;
	loop = loop_named(p, name, &ref->level);
	if (loop && !is_sign(next, "."))
		return template_scan_error(&p->scan, e, "\"%.*s\" is a row: name one of its values, as in %.*s.%s",
		    (int)name.len, name.at, (int)name.len, name.at, loop->fields->name);
	if (is_sign(next, ".")) {
		if (!loop)
			return template_scan_error(
			    &p->scan, e, "no {{#for %.*s in ...}} is open here", (int)name.len, name.at);
		names = loop->fields;
		if (word(p, next, e) != 0)
			return -1;
		if (next->kind != TEMPLATE_WORD_NAME)
			return unexpected(p, next, "the name of a value", e);
		name = next->text;
		if (word(p, next, e) != 0)
			return -1;
	}
	ref->name = look_up(names, name, &ref->index);
	return ref->name ? 0 : unknown(p, names, name, e);
}

/* A value at the name `first`: "name", or "row.field" within a loop. Behind it the next word is in *next. */
static int reference(struct parser *p, const struct template_word *first, struct template_ref *ref,
    struct template_word *next, struct err *e)
{
	*ref = (struct template_ref){0};
	return find_value(p, first, ref, next, e) == 0 && ref->name ? 0 : -1;
}

static int wants_kind(
    struct parser *p, const struct template_ref *ref, enum template_kind kind, const char *words, struct err *e)
{
	if (ref->name->kind == kind)
		return 0;
	return template_scan_error(&p->scan, e, "\"%s\" is no %s", ref->name->name, words);
}

/* {{name}}, {{"text"}}, at `w`. */
static int print(struct parser *p, struct template_word *w, struct err *e)
{
	struct template_ref ref;

	if (w->kind == TEMPLATE_WORD_STRING) {
		literal(p, w->text);
		return end_of_tag(p, e);
	}
	if (reference(p, w, &ref, w, e) != 0)
		return -1;
	if (ref.name->kind == TEMPLATE_LIST || ref.name->kind == TEMPLATE_FLAG)
		return template_scan_error(&p->scan, e, "\"%s\" is %s: it cannot be written out", ref.name->name,
		    ref.name->kind == TEMPLATE_LIST ? "a list" : "true or false");
	if (p->place == HTML_TAG)
		return template_scan_error(&p->scan, e, "a value within an HTML tag stands in quotes");
	add(p, TEMPLATE_OP_PRINT)->ref = ref;
	return w->kind == TEMPLATE_WORD_END ? 0 : unexpected(p, w, "the end of the tag", e);
}

/* {{pick number "one" "two" ...}}, {{plural number "one" "many"}}, behind the first word. */
static int words(struct parser *p, enum template_op_kind kind, struct err *e)
{
	struct arena *a = &p->t->arena;
	struct template_op op = {.kind = kind};
	struct template_word w;

	if (word(p, &w, e) != 0 || reference(p, &w, &op.ref, &w, e) != 0 ||
	    wants_kind(p, &op.ref, TEMPLATE_NUMBER, "number", e) != 0)
		return -1;
	while (w.kind == TEMPLATE_WORD_STRING) {
		op.words = arena_more(a, op.words, op.word_count, sizeof *op.words);
		op.words[op.word_count++] = (struct span){arena_strndup(a, w.text.at, w.text.len), w.text.len};
		if (word(p, &w, e) != 0)
			return -1;
	}
	if (w.kind != TEMPLATE_WORD_END)
		return unexpected(p, &w, "a word in quotes", e);
	if (op.word_count == 0 || (kind == TEMPLATE_OP_PLURAL && op.word_count != 2))
		return template_scan_error(
		    &p->scan, e, kind == TEMPLATE_OP_PLURAL ? "plural takes two words" : "pick takes words");
	*add(p, kind) = op;
	return 0;
}

/* "== literal" behind a value; `w` is its sign. */
static int comparison(struct parser *p, struct template_op *op, struct template_word *w, struct err *e)
{
	bool negated = is_sign(w, "!=");

	if (!negated && !is_sign(w, "=="))
		return unexpected(p, w, "== or != or the end of the tag", e);
	op->compare = TEMPLATE_IS_EQUAL;
	op->negated = op->negated != negated;
	if (word(p, w, e) != 0)
		return -1;
	if (w->kind == TEMPLATE_WORD_NUMBER) {
		op->number = w->number;
		return wants_kind(p, &op->ref, TEMPLATE_NUMBER, "number", e) || end_of_tag(p, e);
	}
	if (w->kind != TEMPLATE_WORD_STRING)
		return unexpected(p, w, "a number or a word in quotes", e);
	op->text = (struct span){arena_strndup(&p->t->arena, w->text.at, w->text.len), w->text.len};
	return wants_kind(p, &op->ref, TEMPLATE_STRING, "text", e) || end_of_tag(p, e);
}

/* "[not] value [== literal]" up to the end of the tag; makes the UNLESS of block b. */
static int condition(struct parser *p, struct block *b, struct err *e)
{
	struct template_op op = {.kind = TEMPLATE_OP_UNLESS};
	struct template_word w;

	if (word(p, &w, e) != 0)
		return -1;
	if (is_name(&w, "not")) {
		op.negated = true;
		if (word(p, &w, e) != 0)
			return -1;
	}
	if (reference(p, &w, &op.ref, &w, e) != 0)
		return -1;
	if (w.kind != TEMPLATE_WORD_END && comparison(p, &op, &w, e) != 0)
		return -1;
	*add(p, TEMPLATE_OP_UNLESS) = op;
	b->op = p->t->count - 1;
	return 0;
}

static int open_block(struct parser *p, struct block **b, bool is_loop, struct err *e)
{
	if (p->depth == TEMPLATE_DEPTH)
		return template_scan_error(&p->scan, e, "more than %d blocks within each other", TEMPLATE_DEPTH);
	*b = &p->blocks[p->depth];
	**b = (struct block){.is_loop = is_loop, .line = p->scan.tag_line, .jumps = NO_OP};
	return 0;
}

static int open_if(struct parser *p, struct err *e)
{
	struct block *b;

	if (open_block(p, &b, false, e) != 0 || condition(p, b, e) != 0)
		return -1;
	p->depth++;
	return 0;
}

static size_t count_names(const struct template_name *names)
{
	size_t n = 0;

	while (names[n].name)
		n++;
	return n;
}

static int open_for(struct parser *p, struct err *e)
{
	struct template_word row, w;
	struct template_ref ref;
	struct template_op *op;
	struct block *b;

	if (open_block(p, &b, true, e) != 0 || word(p, &row, e) != 0)
		return -1;
	if (row.kind != TEMPLATE_WORD_NAME)
		return unexpected(p, &row, "a name for the rows", e);
	if (word(p, &w, e) != 0)
		return -1;
	if (!is_name(&w, "in"))
		return unexpected(p, &w, "\"in\"", e);
	if (word(p, &w, e) != 0 || reference(p, &w, &ref, &w, e) != 0 ||
	    wants_kind(p, &ref, TEMPLATE_LIST, "list", e) != 0)
		return -1;
	if (w.kind != TEMPLATE_WORD_END)
		return unexpected(p, &w, "the end of the tag", e);
	b->loop = row.text;
	b->fields = ref.name->fields;
	b->op = p->t->count;
	op = add(p, TEMPLATE_OP_FOR);
	op->ref = ref;
	op->level = ++p->level;
	op->stride = count_names(b->fields);
	p->depth++;
	return 0;
}

/* The text before {{else}} ends in a jump to the end of the block; a false condition leads behind that. */
static int alternative(struct parser *p, struct err *e)
{
	struct block *b = p->depth ? &p->blocks[p->depth - 1] : NULL;
	struct template_word w;

	if (!b || b->is_loop)
		return template_scan_error(&p->scan, e, "{{else}} without {{#if}}");
	if (b->has_else)
		return template_scan_error(&p->scan, e, "behind the {{else}} of line %zu there is no other", b->line);
	if (word(p, &w, e) != 0)
		return -1;
	add(p, TEMPLATE_OP_JUMP)->target = b->jumps;
	b->jumps = p->t->count - 1;
	p->t->ops[b->op].target = p->t->count;
	if (is_name(&w, "if"))
		return condition(p, b, e);
	b->has_else = true;
	b->op = NO_OP;
	return w.kind == TEMPLATE_WORD_END ? 0 : unexpected(p, &w, "\"if\" or the end of the tag", e);
}

static void close_if(struct parser *p, const struct block *b)
{
	struct template_op *ops = p->t->ops;

	if (b->op != NO_OP)
		ops[b->op].target = p->t->count;
	for (size_t jump = b->jumps, before; jump != NO_OP; jump = before) {
		before = ops[jump].target;
		ops[jump].target = p->t->count;
	}
}

static void close_for(struct parser *p, const struct block *b)
{
	struct template_op *next = add(p, TEMPLATE_OP_NEXT);

	next->level = p->level--;
	next->target = b->op + 1;
	p->t->ops[b->op].target = p->t->count;
}

/* {{/if}}, {{/for}}, behind the "/". */
static int close_block(struct parser *p, struct err *e)
{
	const struct block *b = p->depth ? &p->blocks[p->depth - 1] : NULL;
	struct template_word w;

	if (word(p, &w, e) != 0)
		return -1;
	if (!is_name(&w, "if") && !is_name(&w, "for"))
		return unexpected(p, &w, "\"if\" or \"for\"", e);
	if (!b)
		return template_scan_error(&p->scan, e, "{{/%.*s}} closes nothing", (int)w.text.len, w.text.at);
	if (b->is_loop != is_name(&w, "for"))
		return template_scan_error(&p->scan, e, "{{/%.*s}} where {{#%s ...}} of line %zu is open",
		    (int)w.text.len, w.text.at, b->is_loop ? "for" : "if", b->line);
	if (b->is_loop)
		close_for(p, b);
	else
		close_if(p, b);
	p->depth--;
	return end_of_tag(p, e);
}

/* {{#if ...}}, {{#for ...}}, behind the "#". */
static int begin_block(struct parser *p, struct err *e)
{
	struct template_word w;

	if (word(p, &w, e) != 0)
		return -1;
	if (is_name(&w, "if"))
		return open_if(p, e);
	return is_name(&w, "for") ? open_for(p, e) : unexpected(p, &w, "\"if\" or \"for\"", e);
}

/* The tag behind "{{". *is_block: it writes nothing itself. */
static int tag(struct parser *p, bool *is_block, struct err *e)
{
	struct template_word w;

	if (template_scan_comment(&p->scan, is_block, e) != 0)
		return -1;
	if (*is_block)
		return 0;
	if (word(p, &w, e) != 0)
		return -1;
	*is_block = true;
	if (is_sign(&w, "#"))
		return begin_block(p, e);
	if (is_sign(&w, "/"))
		return close_block(p, e);
	if (is_name(&w, "else"))
		return alternative(p, e);
	*is_block = false;
	if (is_name(&w, "pick"))
		return words(p, TEMPLATE_OP_PICK, e);
	return is_name(&w, "plural") ? words(p, TEMPLATE_OP_PLURAL, e) : print(p, &w, e);
}

/* The blanks before a block's tag that is alone on its line belong to the line, which writes nothing; the literal is
 * one operation behind `at` when it is there. */
static void trim_literal(struct parser *p, size_t at, size_t blanks)
{
	if (blanks > 0 && at < p->t->count && p->t->ops[at].kind == TEMPLATE_OP_LITERAL)
		p->t->ops[at].text.len -= blanks;
}

static int parse(struct parser *p, struct err *e)
{
	bool found, is_block;

	for (;;) {
		size_t at = p->t->count;
		literal(p, template_scan_literal(&p->scan, &found));
		if (!found)
			break;
		if (tag(p, &is_block, e) != 0)
			return -1;
		const char *open = p->scan.open, *bol = p->scan.bol;
		if (is_block && template_scan_alone(&p->scan))
			trim_literal(p, at, (size_t)(open - bol));
	}
	if (p->depth == 0)
		return 0;
	p->scan.tag_line = p->blocks[p->depth - 1].line;
	return template_scan_error(
	    &p->scan, e, "{{#%s ...}} is never closed", p->blocks[p->depth - 1].is_loop ? "for" : "if");
}

int template_parse(const char *file, const char *bytes, size_t n, enum template_escape escape,
    const struct template_name *names, struct template **t, struct err *e)
{
	struct parser p = {
	    .scan =
	        {.file = file, .start = bytes, .at = bytes, .end = bytes + n, .line = 1, .bol = bytes, .open = bytes},
	    .names = names};

	*t = NULL;
	if (n > TEMPLATE_SOURCE_BYTES)
		return err_set(e, ERR_CONFIG, "%s: longer than %d bytes", file, TEMPLATE_SOURCE_BYTES);
	if (!utf8_is_valid(bytes, n) || memchr(bytes, '\0', n))
		return err_set(e, ERR_CONFIG, "%s: is no UTF-8 text", file);
	p.t = mem_alloc(sizeof *p.t);
	p.t->file = arena_strdup(&p.t->arena, file);
	p.t->escape = escape;
	if (parse(&p, e) != 0) {
		template_free(p.t);
		return -1;
	}
	*t = p.t;
	return 0;
}

void template_free(struct template *t)
{
	if (!t)
		return;
	arena_clear(&t->arena);
	free(t);
}
