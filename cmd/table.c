#include "table.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void table_add(struct table *t, const char *text)
{
	t->cell = mem_realloc(t->cell, t->cells + 1, sizeof *t->cell);
	t->cell[t->cells++] = mem_strdup(text ? text : "");
}

static void print_row(char *const *cell, size_t n, const size_t *width)
{
	size_t last = n;

	while (last > 0 && !*cell[last - 1])
		last--;
	for (size_t i = 0; i < last; i++) {
		size_t columns = utf8_columns(cell[i], strlen(cell[i]));
		printf("%s%*s", cell[i], i + 1 < last ? (int)(width[i] - columns) + 2 : 0, "");
	}
	putchar('\n');
}

void table_print(struct table *t)
{
	size_t width[TABLE_MAX_COLUMNS] = {0};

	for (size_t i = 0; i < t->cells; i++) {
		size_t columns = utf8_columns(t->cell[i], strlen(t->cell[i]));
		if (columns > width[i % t->columns])
			width[i % t->columns] = columns;
	}
	for (size_t i = 0; i + t->columns <= t->cells; i += t->columns)
		print_row(t->cell + i, t->columns, width);
	for (size_t i = 0; i < t->cells; i++)
		free(t->cell[i]);
	free(t->cell);
	*t = (struct table){.columns = t->columns};
}
