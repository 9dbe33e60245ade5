/* CSV text (RFC 4180) read piece by piece: calls back for every line, cell and row. It knows no columns and judges no values. */
#ifndef BASE_CSV_READER_H
#define BASE_CSV_READER_H

#include <stddef.h>

struct csv_fault {
	size_t line;
	const char *text;
};

enum csv_line { CSV_LINE_READ, CSV_LINE_SKIP, CSV_LINE_STOP };

struct csv_events {
	/* A physical line, its end included, before it is read. CSV_LINE_SKIP: as if it were not there. NULL: all are read. */
	enum csv_line (*line)(size_t number, const char *bytes, size_t n, void *arg);
	/* `row_line` is where the cell's row began, from 1. A NUL stands behind the bytes, and NULs may be among them. */
	void (*cell)(size_t row_line, const char *bytes, size_t n, void *arg);
	void (*row)(size_t row_line, void *arg); /* it ends; blank lines are no rows */
	void *arg;
};

/* max_bytes: of one physical line and of one cell. A byte order mark is skipped; lines end with LF, CRLF or CR. */
struct csv_reader;
struct csv_reader *csv_reader_new(const struct csv_events *events, size_t max_bytes);
void csv_reader_free(struct csv_reader *r);

/* Reads a piece of any length, then, behind the last piece, the end. -1 when the rest cannot be read: *fault says where and why
 * (a quote inside a cell, one that is never closed, a line or a cell too long), its line is 0 after CSV_LINE_STOP. */
int csv_reader_feed(struct csv_reader *r, const char *bytes, size_t n, struct csv_fault *fault);
int csv_reader_end(struct csv_reader *r, struct csv_fault *fault);

#endif
