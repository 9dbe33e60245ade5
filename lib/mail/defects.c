#include "mail/defects.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_DEFECTS = 100 };

void defects_add(struct defects *d, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	if (d->list->count == MAX_DEFECTS)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < d->list->count; i++)
		if (strcmp(d->list->items[i], text) == 0)
			return;
	if (!d->list->items)
		d->list->items = arena_array(d->a, MAX_DEFECTS, sizeof *d->list->items);
	d->list->items[d->list->count++] = arena_strdup(d->a, text);
}
