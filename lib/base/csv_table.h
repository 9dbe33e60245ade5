/* A CSV file (RFC 4180) with a header line as rows of cells under known columns. It judges no values. */
#ifndef BASE_CSV_TABLE_H
#define BASE_CSV_TABLE_H

#include "base/arena.h"
#include "base/csv_reader.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { CSV_MAX_COLUMNS = 32, CSV_MAX_FAULTS = 100 };

struct csv_row {
	size_t line;        /* where it begins, from 1 */
	const char **cells; /* one for each known column, in their order: valid UTF-8, "" where the file has none */
};

struct csv_table {
	struct csv_row *rows;
	size_t count;
	bool has[CSV_MAX_COLUMNS]; /* the file has this column */
};

/* What is wrong with a file, line by line: the first hundred are kept, all are counted. Start it with {0}. */
struct csv_faults {
	struct csv_fault items[CSV_MAX_FAULTS];
	size_t count;
};

void csv_faults_add(struct csv_faults *f, struct arena *a, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Puts the kept ones in the order of their lines. */
void csv_faults_sort(struct csv_faults *f);
size_t csv_faults_kept(const struct csv_faults *f);

/* Reads the file ("-": standard input), at most 256 MB, UTF-8 with or without byte order mark, CRLF, LF or CR. `columns` are the
 * known ones, NULL-terminated; the header names some of them, in any order and letter case. Rows without a value are left out;
 * missing cells at the end of a row are empty. What is wrong in a row goes to *f and the reading goes on; -1 is
 * for a file that cannot be read at all: not there, empty, no or a wrong header, UTF-16. Everything lives in `a`. */
int csv_table_read(const char *path, const char *const *columns, struct arena *a, struct csv_table *t,
    struct csv_faults *f, struct err *e);

#endif
