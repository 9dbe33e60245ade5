#include "job/roster_log_file.h"

#include "base/clock.h"
#include "base/csv_cell.h"
#include "base/csv_reader.h"
#include "base/span.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 << 10, MAX_BYTES = 256 << 10, MAX_COLUMNS = 1000 };

struct reading {
	struct roster_log_file *f;
	struct err fault;
	size_t cell; /* of the row at hand */
	int64_t at;
	struct roster_log_person *person; /* of the row at hand */
};

static enum csv_line on_line(size_t number, const char *bytes, size_t n, void *arg)
{
	struct reading *r = arg;

	if (number == 1 && n >= 2 && memcmp(bytes + n - 2, "\r\n", 2) == 0)
		r->f->eol = "\r\n";
	else if (number == 1 && n >= 1 && bytes[n - 1] == '\r')
		r->f->eol = "\r";
	return r->fault.code == ERR_NONE ? CSV_LINE_READ : CSV_LINE_STOP;
}

static int column_of(struct span name)
{
	for (int i = 0; i < ROSTER_COLUMNS; i++)
		if (span_is(name, roster_columns[i]))
			return i;
	return -1;
}

static bool has_column(const struct roster_log_file *f, enum roster_column column)
{
	for (size_t i = 0; i < f->column_count; i++)
		if (f->columns[i] == (int)column)
			return true;
	return false;
}

static void header_cell(struct reading *r, struct span name)
{
	struct roster_log_file *f = r->f;
	int column = column_of(span_trim(name));

	if (column >= 0 && has_column(f, (enum roster_column)column))
		err_set(&r->fault, ERR_INPUT, "%s: line 1: twice the column \"%s\"", f->path, roster_columns[column]);
	if (f->column_count == MAX_COLUMNS)
		err_set(&r->fault, ERR_INPUT, "%s: line 1: over %d columns", f->path, MAX_COLUMNS);
	if (r->fault.code != ERR_NONE)
		return;
	f->columns = arena_more(&f->a, f->columns, f->column_count, sizeof *f->columns);
	f->columns[f->column_count++] = column;
}

static void on_cell(size_t line, const char *bytes, size_t n, void *arg)
{
	struct reading *r = arg;
	struct roster_log_file *f = r->f;
	const struct match_entry *entry;
	struct span text;
	struct err unread;

	(void)line;
	if (!f->has_header) {
		header_cell(r, (struct span){bytes, n});
		return;
	}
	if (r->cell++ >= f->column_count)
		return;
	text = span_trim(span_of(csv_cell_text(bytes)));
	if (f->columns[r->cell - 1] == ROSTER_DID && (entry = match_table_find(&f->by_did, text.at, text.len)) != NULL)
		r->person = &f->people[entry->first];
	if (f->columns[r->cell - 1] == ROSTER_AUDIT_TIMESTAMP &&
	    clock_parse(csv_cell_text(bytes), &r->at, &unread) != 0)
		r->at = PARTICIPANT_NEVER;
}

static void on_row(size_t line, void *arg)
{
	struct reading *r = arg;
	struct roster_log_file *f = r->f;

	(void)line;
	if (!f->has_header && (!has_column(f, ROSTER_DID) || !has_column(f, ROSTER_EMAIL)))
		err_set(&r->fault, ERR_INPUT,
		    "%s: this is no audit log of participants: its first line names no columns did and email", f->path);
	f->has_header = true;
	if (r->person && !r->person->is_found) {
		r->person->is_found = true;
		r->person->found_at = r->at;
	}
	r->cell = 0;
	r->person = NULL;
	r->at = PARTICIPANT_NEVER;
}

static int feed(struct reading *r, struct csv_reader *csv, char *piece, struct err *e)
{
	struct roster_log_file *f = r->f;
	struct csv_fault fault = {0};
	off_t at = 0;
	char last = '\n';

	while (at < f->size) {
		off_t left = f->size - at;
		ssize_t n = pread(f->fd, piece, left < PIECE_BYTES ? (size_t)left : PIECE_BYTES, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "%s: read", f->path);
		if (n == 0)
			break;
		if (csv_reader_feed(csv, piece, (size_t)n, &fault) != 0)
			goto broken;
		at += n;
		last = piece[n - 1];
	}
	f->is_unterminated = last != '\n' && last != '\r';
	if (csv_reader_end(csv, &fault) == 0 && r->fault.code == ERR_NONE)
		return 0;
broken:
	if (r->fault.code == ERR_NONE)
		err_set(&r->fault, ERR_INPUT, "%s: line %zu: %s", f->path, fault.line, fault.text);
	*e = r->fault;
	return -1;
}

int roster_log_file_read(struct roster_log_file *f, struct err *e)
{
	struct reading r = {.f = f, .at = PARTICIPANT_NEVER};
	const struct csv_events events = {on_line, on_cell, on_row, &r};
	struct csv_reader *csv = csv_reader_new(&events, MAX_BYTES);
	int rc = feed(&r, csv, arena_alloc(&f->a, PIECE_BYTES), e);

	csv_reader_free(csv);
	return rc;
}

void roster_log_file_default_header(struct roster_log_file *f, struct buf *out)
{
	f->columns = arena_array(&f->a, ROSTER_COLUMNS, sizeof *f->columns);
	f->column_count = ROSTER_COLUMNS;
	for (int i = 0; i < ROSTER_COLUMNS; i++)
		f->columns[i] = i;
	roster_csv_header(out);
}
