#include "base/csv_reader.h"

#include "base/buf.h"
#include "base/mem.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct csv_reader {
	struct csv_events on;
	struct csv_parser parser;
	struct buf carry; /* the line that the last piece has cut */
	size_t scanned;   /* of it: no line end up to there */
	size_t max_bytes;
	size_t line, row_line; /* at hand; where the row at hand began */
	bool open, ended;      /* a row goes on from line to line; one ended in the line at hand */
};

static void *grow(void *p, size_t n)
{
	return mem_realloc(p, n, 1);
}

struct csv_reader *csv_reader_new(const struct csv_events *events, size_t max_bytes)
{
	struct csv_reader *r = mem_alloc(sizeof *r);

	r->on = *events;
	r->max_bytes = max_bytes;
	csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
	csv_set_realloc_func(&r->parser, grow);
	return r;
}

void csv_reader_free(struct csv_reader *r)
{
	if (!r)
		return;
	csv_free(&r->parser);
	buf_clear(&r->carry);
	free(r);
}

static void on_cell(void *bytes, size_t n, void *arg)
{
	struct csv_reader *r = arg;

	r->on.cell(r->row_line, bytes ? bytes : "", n, r->on.arg);
}

static void on_row(int c, void *arg)
{
	struct csv_reader *r = arg;

	(void)c;
	r->on.row(r->row_line, r->on.arg);
	r->ended = true;
}

/* Length of the physical line at p, its end included: LF, CRLF or a lone CR; 0 when its end is not there yet. Nothing ends before
 * `from`. */
static size_t line_length(const char *p, size_t n, size_t from)
{
	for (size_t i = from; i < n; i++) {
		if (p[i] == '\n')
			return i + 1;
		if (p[i] == '\r')
			return i + 1 == n ? 0 : i + 1 + (p[i + 1] == '\n');
	}
	return 0;
}

static bool is_blank(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!memchr(" \t\r\n", p[i], 4))
			return false;
	return true;
}

static int stop(struct csv_fault *fault, size_t line, const char *text)
{
	*fault = (struct csv_fault){line, text};
	return -1;
}

static int read_line(struct csv_reader *r, const char *line, size_t n, struct csv_fault *fault)
{
	enum csv_line verdict = CSV_LINE_READ;

	if (r->line++ == 0 && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3;
		n -= 3;
	}
	if (r->on.line)
		verdict = r->on.line(r->line, line, n, r->on.arg);
	if (verdict == CSV_LINE_SKIP)
		return 0;
	if (verdict == CSV_LINE_STOP)
		return stop(fault, 0, "");
	if (!r->open)
		r->row_line = r->line;
	r->ended = false;
	if (csv_parse(&r->parser, line, n, on_cell, on_row, r) != n)
		return stop(fault, r->line, "a quote inside a cell: the cell must be quoted, and the quote doubled");
	if (r->parser.entry_pos > r->max_bytes)
		return stop(fault, r->row_line, "a cell is too long (a quote that is never closed?)");
	r->open = !r->ended && (r->open || !is_blank(line, n));
	return 0;
}

/* The lines that end within the carried bytes: one, or two where the first was cut between CR and what follows. */
static int read_carried(struct csv_reader *r, struct csv_fault *fault)
{
	size_t len, at = 0;

	while ((len = line_length(r->carry.data + at, r->carry.len - at, at ? 0 : r->scanned)) > 0) {
		if (read_line(r, r->carry.data + at, len, fault) != 0)
			return -1;
		at += len;
	}
	memmove(r->carry.data, r->carry.data + at, r->carry.len - at);
	r->carry.len -= at;
	r->scanned = r->carry.len > 0 ? r->carry.len - 1 : 0;
	return 0;
}

/* Takes from the piece what ends the carried line; all of it when nothing does. */
static int fill_carry(struct csv_reader *r, const char **bytes, size_t *n, struct csv_fault *fault)
{
	bool cut_at_cr = r->carry.data[r->carry.len - 1] == '\r';
	size_t take = cut_at_cr ? 1 : line_length(*bytes, *n, 0);

	if (take == 0)
		take = *n;
	if (take > r->max_bytes || r->carry.len > r->max_bytes - take)
		return stop(fault, r->line + 1, "a line is too long");
	buf_append(&r->carry, *bytes, take);
	*bytes += take;
	*n -= take;
	return read_carried(r, fault);
}

int csv_reader_feed(struct csv_reader *r, const char *bytes, size_t n, struct csv_fault *fault)
{
	size_t len;

	while (r->carry.len > 0 && n > 0)
		if (fill_carry(r, &bytes, &n, fault) != 0)
			return -1;
	for (; (len = line_length(bytes, n, 0)) > 0; bytes += len, n -= len)
		if (read_line(r, bytes, len, fault) != 0)
			return -1;
	if (n > r->max_bytes)
		return stop(fault, r->line + 1, "a line is too long");
	if (n > 0) {
		buf_append(&r->carry, bytes, n);
		r->scanned = n - 1;
	}
	return 0;
}

int csv_reader_end(struct csv_reader *r, struct csv_fault *fault)
{
	if (r->carry.len > 0 && read_line(r, r->carry.data, r->carry.len, fault) != 0)
		return -1;
	r->carry.len = 0;
	if (csv_fini(&r->parser, on_cell, on_row, r) != 0)
		return stop(fault, r->row_line, "a quote is opened here and never closed");
	return 0;
}
