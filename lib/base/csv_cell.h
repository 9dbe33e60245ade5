/* Cells of a CSV file that we write (RFC 4180): quoted where they must be, and never a formula to a spreadsheet. Reading a file is
 * base/csv_table.h. */
#ifndef BASE_CSV_CELL_H
#define BASE_CSV_CELL_H

#include "base/buf.h"

/* Appends one cell; NULL is an empty one. Before a text that a spreadsheet would run (it begins with = + - @, a full-width form of
 * these, tab, CR or LF) and before one that begins with an apostrophe stands an apostrophe more. */
void csv_cell_put(struct buf *b, const char *text);

/* What csv_cell_put was given: the cell without the apostrophe that it set. Any other cell is its own text. Within `cell`. */
const char *csv_cell_text(const char *cell);

#endif
