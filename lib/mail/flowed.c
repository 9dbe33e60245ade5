#include "mail/flowed.h"

#include <string.h>

struct line {
	size_t depth; /* of quoting */
	const char *text;
	size_t text_bytes;
	bool signature, flowed;
};

/* Reads the line at `at` and returns where the next one starts (RFC 3676 section 4: marks first, then the stuffed
 * space, then the trailing one). */
static const char *read_line(const char *at, const char *end, struct line *l)
{
	const char *stop = memchr(at, '\n', (size_t)(end - at)), *text = at;

	if (!stop)
		stop = end;
	while (text < stop && *text == '>')
		text++;
	l->depth = (size_t)(text - at);
	if (text < stop && *text == ' ')
		text++;
	l->text = text;
	l->text_bytes = (size_t)(stop - text);
	l->signature = l->text_bytes == 3 && memcmp(text, "-- ", 3) == 0;
	l->flowed = !l->signature && l->text_bytes > 0 && stop[-1] == ' ';
	return stop < end ? stop + 1 : end;
}

static char *put_marks(char *out, const struct line *l)
{
	memset(out, '>', l->depth);
	out += l->depth;
	if (l->depth > 0 && l->text_bytes > 0)
		*out++ = ' ';
	return out;
}

static char *put_text(char *out, const struct line *l)
{
	memcpy(out, l->text, l->text_bytes);
	return out + l->text_bytes;
}

/* To the letter of the RFC an empty line ends the paragraph before it and is gone; people mean a blank line. */
static bool joins(const struct line *before, const struct line *l)
{
	return before->flowed && before->depth == l->depth && !l->signature && l->text_bytes > 0;
}

char *flowed_unwrap(struct arena *a, const char *text, size_t n, bool delsp, size_t *out_bytes)
{
	/* A mark without a space behind it gets one: at most one byte more for every three (">x\n"). */
	size_t room = n + n / 3 + 2;
	char *start = arena_alloc(a, room), *out = start;
	const char *at = text, *end = text + n;
	struct line before = {0}, l;

	while (at < end) {
		at = read_line(at, end, &l);
		if (joins(&before, &l))
			out -= 1 + (delsp ? 1 : 0); /* the line end, and the space that marked it as soft */
		else
			out = put_marks(out, &l);
		out = put_text(out, &l);
		*out++ = '\n';
		before = l;
	}
	if (out > start && n > 0 && text[n - 1] != '\n')
		out--;
	*out = '\0';
	*out_bytes = (size_t)(out - start);
	arena_shrink(a, start, room, *out_bytes + 1);
	return start;
}
