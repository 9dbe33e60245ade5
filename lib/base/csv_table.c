#include "base/csv_table.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <csv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MAX_BYTES = 256 << 20, MAX_CELL_BYTES = 64 << 10, NOT_KNOWN = -1 };

struct reader {
	const char *const *columns;
	size_t column_count;
	struct arena *a;
	struct csv_table *t;
	struct csv_faults *f;
	size_t line, row_line;          /* at hand; where the row at hand began */
	size_t cell;                    /* of the row at hand */
	int column_of[CSV_MAX_COLUMNS]; /* the file's columns: which known one */
	size_t file_columns;
	const char **cells; /* of the row at hand */
	bool has_header, has_value, too_many;
	bool open, ended; /* a row goes on from line to line; one ended in the line at hand */
	struct err header_error;
};

void csv_faults_add(struct csv_faults *f, struct arena *a, size_t line, const char *fmt, ...)
{
	char *text;
	va_list ap;

	if (f->count++ >= CSV_MAX_FAULTS)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		mem_out_of_memory();
	va_end(ap);
	f->items[f->count - 1] = (struct csv_fault){line, arena_strdup(a, text)};
	free(text);
}

size_t csv_faults_kept(const struct csv_faults *f)
{
	return f->count < CSV_MAX_FAULTS ? f->count : CSV_MAX_FAULTS;
}

static int by_line(const void *a, const void *b)
{
	const struct csv_fault *x = a, *y = b;

	return x->line < y->line ? -1 : x->line > y->line;
}

void csv_faults_sort(struct csv_faults *f)
{
	qsort(f->items, csv_faults_kept(f), sizeof *f->items, by_line);
}

static char *known_columns(const struct reader *r)
{
	struct buf b = {0};

	for (size_t i = 0; i < r->column_count; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", r->columns[i]);
	return buf_take(&b);
}

static int known_column(const struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->column_count; i++)
		if (strcasecmp(r->columns[i], name) == 0)
			return (int)i;
	return NOT_KNOWN;
}

/* The first thing that is wrong with the header is enough: nothing can be read without it. */
static void header_fault(struct reader *r, const char *what, const char *name)
{
	char *known = known_columns(r);

	if (r->header_error.code == ERR_NONE)
		err_set(&r->header_error, ERR_INPUT, "line %zu: %s \"%.60s\"; the columns are: %s%s", r->row_line, what,
		    name, known, strchr(name, ';') ? " (separated by commas, not by \";\")" : "");
	free(known);
}

static void header_cell(struct reader *r, const char *name)
{
	int column = known_column(r, name);

	if (!utf8_is_valid(name, strlen(name)))
		name = "?";
	if (r->file_columns == CSV_MAX_COLUMNS) {
		header_fault(r, "too many columns, at", name);
		return;
	}
	if (column == NOT_KNOWN && *name)
		header_fault(r, "unknown column", name);
	else if (column == NOT_KNOWN)
		; /* spreadsheets leave empty columns behind the last */
	else if (r->t->has[column])
		header_fault(r, "twice the column", name);
	else
		r->t->has[column] = true;
	r->column_of[r->file_columns++] = column;
}

static void on_cell(void *bytes, size_t n, void *arg)
{
	struct reader *r = arg;
	const char *text = bytes ? bytes : "";

	if (!r->has_header) {
		header_cell(r, text);
		return;
	}
	if (!r->cells) {
		r->cells = arena_array(r->a, r->column_count, sizeof *r->cells);
		for (size_t i = 0; i < r->column_count; i++)
			r->cells[i] = "";
	}
	if (n > MAX_CELL_BYTES) {
		csv_faults_add(
		    r->f, r->a, r->row_line, "a cell over %d bytes (a quote that is never closed?)", MAX_CELL_BYTES);
	} else if (n > 0) {
		r->has_value = true;
		if (r->cell >= r->file_columns || r->column_of[r->cell] == NOT_KNOWN)
			r->too_many = true;
		else
			r->cells[r->column_of[r->cell]] = arena_strndup(r->a, text, n);
	}
	r->cell++;
}

static void keep_row(struct reader *r)
{
	r->t->rows = arena_more(r->a, r->t->rows, r->t->count, sizeof *r->t->rows);
	r->t->rows[r->t->count++] = (struct csv_row){r->row_line, r->cells};
}

static void on_row(int c, void *arg)
{
	struct reader *r = arg;

	(void)c;
	if (r->too_many)
		csv_faults_add(r->f, r->a, r->row_line, "a value that stands under no column of the header");
	if (r->has_header && r->has_value) {
		keep_row(r);
		r->cells = NULL;
	}
	r->has_header = true;
	r->has_value = r->too_many = false;
	r->ended = true;
	r->cell = 0;
}

/* Length of the physical line at p, its end included: LF, CRLF or a lone CR. */
static size_t line_length(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n')
			return i + 1;
		if (p[i] == '\r')
			return i + 1 + (i + 1 < n && p[i + 1] == '\n');
	}
	return n;
}

/* False when the line is no text: what is in it is left out. */
static bool check_line(struct reader *r, const char *p, size_t n)
{
	size_t valid;

	if (memchr(p, '\0', n)) {
		csv_faults_add(r->f, r->a, r->line, "a NUL byte: this is no text");
		return false;
	}
	valid = utf8_valid_prefix(p, n);
	if (valid == n)
		return true;
	csv_faults_add(
	    r->f, r->a, r->line, "byte %zu of the line (0x%02x) is not UTF-8", valid + 1, (unsigned char)p[valid]);
	return false;
}

static bool is_blank(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r\n", p[i]))
			return false;
	return true;
}

static int parse_line(struct reader *r, struct csv_parser *p, const char *line, size_t n, bool *stop)
{
	if (!r->open)
		r->row_line = r->line;
	r->ended = false;
	*stop = csv_parse(p, line, n, on_cell, on_row, r) != n;
	if (*stop)
		csv_faults_add(
		    r->f, r->a, r->line, "a quote inside a cell: the cell must be quoted, and the quote doubled");
	r->open = !r->ended && (r->open || !is_blank(line, n));
	return r->header_error.code == ERR_NONE ? 0 : -1;
}

static int parse_lines(struct reader *r, struct csv_parser *p, const char *bytes, size_t n)
{
	bool stop = false;

	for (size_t at = 0, len; at < n && !stop; at += len) {
		len = line_length(bytes + at, n - at);
		r->line++;
		if (!check_line(r, bytes + at, len)) {
			if (!r->has_header)
				return err_set(
				    &r->header_error, ERR_INPUT, "line %zu: %s", r->line, r->f->items[0].text);
		} else if (parse_line(r, p, bytes + at, len, &stop) != 0) {
			return -1;
		}
	}
	if (!stop && csv_fini(p, on_cell, on_row, r) != 0)
		csv_faults_add(r->f, r->a, r->row_line, "a quote is opened here and never closed");
	return r->header_error.code == ERR_NONE ? 0 : -1;
}

static void *grow(void *p, size_t n)
{
	return mem_realloc(p, n, 1);
}

static int parse(struct reader *r, const char *bytes, size_t n, struct err *e)
{
	struct csv_parser p;
	int rc;

	csv_init(&p, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
	csv_set_realloc_func(&p, grow);
	rc = parse_lines(r, &p, bytes, n);
	csv_free(&p);
	if (rc != 0)
		*e = r->header_error;
	return rc;
}

int csv_table_read(const char *path, const char *const *columns, struct arena *a, struct csv_table *t,
    struct csv_faults *f, struct err *e)
{
	struct reader r = {.columns = columns, .a = a, .t = t, .f = f};
	bool is_stdin = strcmp(path, "-") == 0;
	struct buf b = {0};
	size_t bom = 0;
	int rc = -1;

	*t = (struct csv_table){0};
	while (columns[r.column_count])
		r.column_count++;
	path = is_stdin ? "standard input" : path;
	if (file_read(path, is_stdin ? STDIN_FILENO : -1, MAX_BYTES, &b, e) != 0)
		goto out;
	if (b.len >= 2 && (memcmp(b.data, "\xff\xfe", 2) == 0 || memcmp(b.data, "\xfe\xff", 2) == 0)) {
		err_set(e, ERR_INPUT, "%s: this is UTF-16: save it as CSV in UTF-8", path);
		goto out;
	}
	if (b.len >= 3 && memcmp(b.data, "\xef\xbb\xbf", 3) == 0)
		bom = 3;
	if (parse(&r, buf_str(&b) + bom, b.len - bom, e) != 0)
		err_prefix(e, "%s", path);
	else if (!r.has_header)
		err_set(e, ERR_INPUT, "%s: the file is empty: its first line names the columns", path);
	else
		rc = 0;
out:
	buf_clear(&b);
	return rc;
}
