#include "base/utf8.h"
#include "mail/body_parts.h"

#include <cmark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PREFIX_COLUMNS = 40, /* deeper lists and quotes are not set in further */
	RULE_COLUMNS = 24,
	MOST_BLANKS = 10,
	LOWEST_UNDERLINED = 2, /* headings of these levels get a line below */
};

/* The text that is made of the nodes, one after the other. */
struct writer {
	struct arena *arena;
	struct buf *out;
	struct buf first, rest; /* what stands before the next line, and before those behind it */
	struct buf words;       /* of the block that is open; LF is a line end that counts */
	size_t *lengths;        /* of `rest` before each list item and quote that is open */
	size_t depth, lists;
	size_t link; /* where in `words` the link began */
	bool begun;  /* a block was written */
	bool apart;  /* the next block is parted by a blank line whatever the list says */
};

static struct span span_of_buf(const struct buf *b)
{
	return (struct span){buf_str(b), b->len};
}

static void set_first(struct writer *w)
{
	buf_reset(&w->first);
	buf_append(&w->first, buf_str(&w->rest), w->rest.len);
}

static void put_line(struct writer *w, struct span line)
{
	body_put_wrapped(w->out, line, span_of_buf(&w->first), span_of_buf(&w->rest));
	set_first(w);
}

/* A line as it is, however long. */
static void put_code_line(struct writer *w, struct span line)
{
	buf_append(w->out, buf_str(&w->first), w->first.len);
	if (line.len > 0)
		buf_puts(w->out, "    ");
	buf_append(w->out, line.at, line.len);
	while (w->out->len > 0 && w->out->data[w->out->len - 1] == ' ')
		w->out->len--;
	buf_putc(w->out, '\n');
	set_first(w);
}

static void put_lines(struct writer *w, struct span text, void (*put)(struct writer *, struct span))
{
	do {
		size_t n = span_find(text, "\n");
		put(w, (struct span){text.at, n});
		text = span_skip(text, n + 1);
	} while (text.len > 0);
}

/* In a tight list (cmark_node_get_list_tight) blocks follow one another without a blank line. */
static bool is_tight(cmark_node *node)
{
	for (cmark_node *up = cmark_node_parent(node); up; up = cmark_node_parent(up))
		if (cmark_node_get_type(up) == CMARK_NODE_LIST)
			return cmark_node_get_list_tight(up);
	return false;
}

static void begin_block(struct writer *w, cmark_node *node)
{
	if (w->begun && (w->apart || w->lists == 0 || !is_tight(node)))
		put_code_line(w, (struct span){0});
	w->begun = true;
	w->apart = false;
}

static void push(struct writer *w, const char *first, const char *rest)
{
	w->lengths = arena_more(w->arena, w->lengths, w->depth, sizeof *w->lengths);
	w->lengths[w->depth++] = w->rest.len;
	if (w->rest.len + strlen(rest) > PREFIX_COLUMNS)
		return;
	buf_puts(&w->first, first);
	buf_puts(&w->rest, rest);
}

static void pop(struct writer *w)
{
	if (w->depth == 0)
		return;
	w->rest.len = w->lengths[--w->depth];
	buf_append(&w->rest, "", 0);
	set_first(w);
}

/* "- " or "12. " and as many blanks. Which number an item has is counted by its list, whose user data holds the next
 * one. */
static void open_item(struct writer *w, cmark_node *node)
{
	cmark_node *list = cmark_node_parent(node);
	char marker[16] = "- ", blanks[16] = "";
	intptr_t number;

	if (cmark_node_get_list_type(list) == CMARK_ORDERED_LIST) {
		number = (intptr_t)cmark_node_get_user_data(list);
		number = number ? number : cmark_node_get_list_start(list) + 1;
		cmark_node_set_user_data(list, (void *)(number + 1));
		snprintf(marker, sizeof marker, "%d. ", (int)(number - 1) % 1000000000);
	}
	snprintf(blanks, sizeof blanks, "%*s", (int)strlen(marker), "");
	/* A blank line before the marker must not carry it. */
	if (w->begun && (w->apart || !cmark_node_get_list_tight(list)))
		put_code_line(w, (struct span){0});
	w->apart = false;
	w->begun = false;
	push(w, marker, blanks);
}

/* An item without content still has its marker. */
static void close_item(struct writer *w)
{
	if (!w->begun)
		put_code_line(w, (struct span){0});
	w->begun = true;
	pop(w);
}

static void put_heading(struct writer *w, cmark_node *node)
{
	int level = cmark_node_get_heading_level(node);
	size_t columns;

	put_lines(w, span_trim(span_of_buf(&w->words)), put_line);
	if (level > LOWEST_UNDERLINED || w->depth > 0 || w->words.len == 0)
		return;
	columns = utf8_columns(w->words.data, w->words.len);
	for (columns = columns < BODY_COLUMNS ? columns : BODY_COLUMNS; columns > 0; columns--)
		buf_putc(w->out, level == 1 ? '=' : '-');
	buf_putc(w->out, '\n');
}

static void put_rule(struct writer *w, cmark_node *node)
{
	begin_block(w, node);
	for (size_t i = 0; i < RULE_COLUMNS; i++)
		buf_putc(&w->words, '-');
	put_line(w, span_of_buf(&w->words));
	buf_reset(&w->words);
}

static void put_code(struct writer *w, cmark_node *node)
{
	struct span code = span_of(cmark_node_get_literal(node));
	struct buf clean = {0};

	begin_block(w, node);
	if (code.len > 0 && code.at[code.len - 1] == '\n')
		code.len--;
	body_put_clean(&clean, code.at, code.len);
	put_lines(w, span_of_buf(&clean), put_code_line);
	buf_clear(&clean);
}

/* "words <url>" where the words do not say it. */
static void end_link(struct writer *w, cmark_node *node)
{
	struct span url = span_of(cmark_node_get_url(node)),
	            words = {buf_str(&w->words) + w->link, w->words.len - w->link};

	if (!body_link_is_good(url) || body_link_is_said(words, url))
		return;
	buf_puts(&w->words, " <");
	body_put_clean(&w->words, url.at, url.len);
	buf_puts(&w->words, ">");
}

static void put_inline(struct writer *w, cmark_node *node, bool enters)
{
	const char *literal;

	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_CODE:
		literal = cmark_node_get_literal(node);
		/* A line end that came as a reference ("&#10;") is none. */
		for (size_t i = w->words.len, n = (body_put_clean(&w->words, literal, strlen(literal)), w->words.len);
		     i < n; i++)
			if (w->words.data[i] == '\n')
				w->words.data[i] = ' ';
		break;
	case CMARK_NODE_SOFTBREAK: buf_putc(&w->words, ' '); break;
	case CMARK_NODE_LINEBREAK: buf_putc(&w->words, '\n'); break;
	case CMARK_NODE_LINK:
		if (enters)
			w->link = w->words.len;
		else
			end_link(w, node);
		break;
	default: break;
	}
}

static void open_block(struct writer *w, cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_LIST: w->apart |= w->lists++ == 0; break;
	case CMARK_NODE_ITEM: open_item(w, node); break;
	case CMARK_NODE_BLOCK_QUOTE:
		begin_block(w, node);
		w->begun = false;
		push(w, "> ", "> ");
		break;
	case CMARK_NODE_PARAGRAPH:
	case CMARK_NODE_HEADING: begin_block(w, node); break;
	case CMARK_NODE_CODE_BLOCK: put_code(w, node); break;
	case CMARK_NODE_THEMATIC_BREAK: put_rule(w, node); break;
	default: put_inline(w, node, true); break;
	}
}

static void close_block(struct writer *w, cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_LIST: w->apart |= --w->lists == 0; break;
	case CMARK_NODE_ITEM: close_item(w); break;
	case CMARK_NODE_BLOCK_QUOTE:
		w->begun = true;
		pop(w);
		break;
	case CMARK_NODE_PARAGRAPH:
		put_lines(w, span_trim(span_of_buf(&w->words)), put_line);
		buf_reset(&w->words);
		break;
	case CMARK_NODE_HEADING:
		put_heading(w, node);
		buf_reset(&w->words);
		break;
	default: put_inline(w, node, false); break;
	}
}

/* cmark walks its tree without recursion. */
static void write_text(struct arena *a, cmark_node *document, struct buf *out)
{
	cmark_iter *iter = cmark_iter_new(document);
	struct writer w = {.arena = a, .out = out};

	for (cmark_event_type event = cmark_iter_next(iter); event != CMARK_EVENT_DONE; event = cmark_iter_next(iter)) {
		if (event == CMARK_EVENT_ENTER)
			open_block(&w, cmark_iter_get_node(iter));
		else
			close_block(&w, cmark_iter_get_node(iter));
	}
	cmark_iter_free(iter);
	buf_clear(&w.first);
	buf_clear(&w.rest);
	buf_clear(&w.words);
}

static bool is_blank(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!strchr(" \t>", line.at[i]))
			return false;
	return true;
}

/* A blank line below lists costs cmark a step for each list that is open, so that many of them below many would take it
 * long: of those that follow one another a few stay. */
static void put_without_gaps(struct buf *out, const char *s, size_t n)
{
	size_t blanks = 0;

	for (size_t i = 0; i < n;) {
		const char *nl = memchr(s + i, '\n', n - i);
		size_t len = nl ? (size_t)(nl - s) + 1 - i : n - i;
		blanks = is_blank((struct span){s + i, nl ? len - 1 : len}) ? blanks + 1 : 0;
		if (blanks <= MOST_BLANKS)
			buf_append(out, s + i, len);
		i += len;
	}
}

void body_markdown(struct arena *a, const char *markdown, size_t n, struct buf *html, struct buf *text)
{
	struct buf source = {0};
	cmark_node *document;
	char *made;

	put_without_gaps(&source, markdown, n);
	document = cmark_parse_document(buf_str(&source), source.len, CMARK_OPT_DEFAULT);
	buf_clear(&source);
	/* Raw HTML and dangerous links are left out. */
	made = cmark_render_html(document, CMARK_OPT_SAFE);
	buf_puts(html, made);
	free(made);
	write_text(a, document, text);
	cmark_node_free(document);
}
