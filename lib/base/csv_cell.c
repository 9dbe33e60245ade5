#include "base/csv_cell.h"

#include <stdbool.h>
#include <string.h>

/* What begins so is set apart by an apostrophe. */
static bool is_set_apart(const char *text)
{
	static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};

	if (*text && strchr("=+-@\t\r\n'", *text))
		return true;
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (strncmp(text, wide[i], strlen(wide[i])) == 0)
			return true;
	return false;
}

void csv_cell_put(struct buf *b, const char *text)
{
	bool quoted;

	if (!text)
		return;
	quoted = text[strcspn(text, ",;\"\r\n\t")] != '\0' || *text == ' ' || (*text && text[strlen(text) - 1] == ' ');
	if (quoted)
		buf_putc(b, '"');
	if (is_set_apart(text))
		buf_putc(b, '\'');
	for (const char *p = text; *p; p++) {
		if (*p == '"')
			buf_putc(b, '"');
		buf_putc(b, *p);
	}
	if (quoted)
		buf_putc(b, '"');
}

const char *csv_cell_text(const char *cell)
{
	return *cell == '\'' && is_set_apart(cell + 1) ? cell + 1 : cell;
}
