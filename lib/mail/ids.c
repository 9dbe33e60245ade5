#include "mail/ids.h"

#include "base/utf8.h"

#include <string.h>

static bool is_blank(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

/* Length of the blanks at s; *folded says that a line end is among them. */
static size_t blanks(struct span s, bool *folded)
{
	size_t n = 0;

	for (*folded = false; n < s.len && is_blank(s.at[n]); n++)
		*folded = *folded || s.at[n] == '\n';
	return n;
}

/* Copies the id with its folds undone; a blank in it is kept as one space, since ids are compared as they were written.
 * Bytes that are no UTF-8 become "?". */
static const char *id_text(struct arena *a, struct span s)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len;) {
		bool folded;
		size_t gap = blanks(span_skip(s, i), &folded);
		i += gap;
		if (i == s.len)
			break;
		if (gap && !folded && n)
			out[n++] = ' ';
		out[n++] = s.at[i++];
	}
	out[n] = '\0';
	for (size_t i = utf8_valid_prefix(out, n); i < n; i += utf8_valid_prefix(out + i, n - i))
		out[i] = '?';
	return n ? out : NULL;
}

static bool add_id(struct arena *a, struct string_list *l, size_t max, const char *id)
{
	if (!id)
		return true;
	if (l->count >= max)
		return false;
	l->items = arena_more(a, l->items, l->count, sizeof *l->items);
	l->items[l->count++] = id;
	return true;
}

/* The next word that holds an "@"; empty when there is none left. */
static struct span next_word(struct span *rest)
{
	while ((*rest = span_trim(*rest)).len) {
		size_t n = 0;
		while (n < rest->len && !ascii_is_space(rest->at[n]) && rest->at[n] != ',' && rest->at[n] != ';')
			n++;
		struct span word = {rest->at, n};
		*rest = span_skip(*rest, n + 1);
		if (n && memchr(word.at, '@', n))
			return word;
	}
	return (struct span){0};
}

bool ids_parse(struct arena *a, struct span value, size_t max, struct string_list *l)
{
	struct span rest = value;
	bool bracketed = false;

	while (rest.len) {
		const char *open = memchr(rest.at, '<', rest.len);
		if (!open)
			break;
		rest = span_skip(rest, (size_t)(open - rest.at) + 1);
		const char *close = rest.len ? memchr(rest.at, '>', rest.len) : NULL;
		size_t n = close ? (size_t)(close - rest.at) : rest.len;
		bracketed = true;
		if (!add_id(a, l, max, id_text(a, (struct span){rest.at, n})))
			return false;
		rest = span_skip(rest, n + 1);
	}
	if (bracketed)
		return true;
	for (struct span word, words = value; (word = next_word(&words)).len;)
		if (!add_id(a, l, max, id_text(a, word)))
			return false;
	return true;
}

const char *ids_one(struct arena *a, struct span value)
{
	const char *open = value.len ? memchr(value.at, '<', value.len) : NULL;

	if (open) {
		value = span_skip(value, (size_t)(open - value.at) + 1);
		const char *close = value.len ? memchr(value.at, '>', value.len) : NULL;
		if (close)
			value.len = (size_t)(close - value.at);
	}
	return id_text(a, value);
}
