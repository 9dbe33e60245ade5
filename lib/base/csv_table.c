#include "base/csv_table.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"

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
	size_t row_line;                /* where the row at hand began */
	size_t cell;                    /* of the row at hand */
	int column_of[CSV_MAX_COLUMNS]; /* the file's columns: which known one */
	size_t file_columns;
	const char **cells; /* of the row at hand */
	bool has_header, has_value, too_many;
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

static void on_cell(size_t row_line, const char *text, size_t n, void *arg)
{
	struct reader *r = arg;

	r->row_line = row_line;
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

static void on_row(size_t row_line, void *arg)
{
	struct reader *r = arg;

	r->row_line = row_line;
	if (r->too_many)
		csv_faults_add(r->f, r->a, r->row_line, "a value that stands under no column of the header");
	if (r->has_header && r->has_value) {
		keep_row(r);
		r->cells = NULL;
	}
	r->has_header = true;
	r->has_value = r->too_many = false;
	r->cell = 0;
}

/* A line that is no text is left out, unless it would be the header. */
static enum csv_line not_text(struct reader *r, size_t line)
{
	if (r->has_header)
		return CSV_LINE_SKIP;
	err_set(&r->header_error, ERR_INPUT, "line %zu: %s", line, r->f->items[0].text);
	return CSV_LINE_STOP;
}

static enum csv_line on_line(size_t line, const char *p, size_t n, void *arg)
{
	struct reader *r = arg;
	size_t valid;

	if (r->header_error.code != ERR_NONE)
		return CSV_LINE_STOP;
	if (memchr(p, '\0', n)) {
		csv_faults_add(r->f, r->a, line, "a NUL byte: this is no text");
		return not_text(r, line);
	}
	valid = utf8_valid_prefix(p, n);
	if (valid == n)
		return CSV_LINE_READ;
	csv_faults_add(
	    r->f, r->a, line, "byte %zu of the line (0x%02x) is not UTF-8", valid + 1, (unsigned char)p[valid]);
	return not_text(r, line);
}

static int parse(struct reader *r, const char *bytes, size_t n, struct err *e)
{
	struct csv_events events = {on_line, on_cell, on_row, r};
	struct csv_reader *reader = csv_reader_new(&events, MAX_BYTES);
	struct csv_fault fault;

	if ((csv_reader_feed(reader, bytes, n, &fault) != 0 || csv_reader_end(reader, &fault) != 0) && fault.line)
		csv_faults_add(r->f, r->a, fault.line, "%s", fault.text);
	csv_reader_free(reader);
	if (r->header_error.code == ERR_NONE)
		return 0;
	*e = r->header_error;
	return -1;
}

int csv_table_read(const char *path, const char *const *columns, struct arena *a, struct csv_table *t,
    struct csv_faults *f, struct err *e)
{
	struct reader r = {.columns = columns, .a = a, .t = t, .f = f};
	bool is_stdin = strcmp(path, "-") == 0;
	struct buf b = {0};
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
	if (parse(&r, buf_str(&b), b.len, e) != 0)
		err_prefix(e, "%s", path);
	else if (!r.has_header)
		err_set(e, ERR_INPUT, "%s: the file is empty: its first line names the columns", path);
	else
		rc = 0;
out:
	buf_clear(&b);
	return rc;
}
