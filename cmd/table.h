/* Rows of text in aligned columns, for people. */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <stddef.h>

enum { TABLE_MAX_COLUMNS = 12 };

/* Start it with {.columns = N}. */
struct table {
	size_t columns, cells;
	char **cell; /* row by row */
};

/* Appends the next cell; NULL is "". */
void table_add(struct table *t, const char *text);
/* Prints all rows on standard output, two spaces between columns, nothing behind the last. Forgets them. */
void table_print(struct table *t);

#endif
