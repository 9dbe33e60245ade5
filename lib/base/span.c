#include "base/span.h"

#include <string.h>

struct span span_of(const char *s)
{
	return (struct span){s, strlen(s)};
}

bool span_starts(struct span s, const char *word)
{
	size_t i = 0;

	for (; word[i]; i++)
		if (i >= s.len || ascii_lower(s.at[i]) != word[i])
			return false;
	return true;
}

bool span_is(struct span s, const char *word)
{
	return s.len == strlen(word) && span_starts(s, word);
}

bool span_same(struct span x, struct span y)
{
	if (x.len != y.len)
		return false;
	for (size_t i = 0; i < x.len; i++)
		if (ascii_lower(x.at[i]) != ascii_lower(y.at[i]))
			return false;
	return true;
}

struct span span_trim(struct span s)
{
	while (s.len && ascii_is_space(s.at[s.len - 1]))
		s.len--;
	while (s.len && ascii_is_space(s.at[0])) {
		s.at++;
		s.len--;
	}
	return s;
}

struct span span_skip(struct span s, size_t n)
{
	if (n > s.len)
		n = s.len;
	return s.len ? (struct span){s.at + n, s.len - n} : s;
}

size_t span_find(struct span s, const char *word)
{
	const char *p = s.len ? memmem(s.at, s.len, word, strlen(word)) : NULL;

	return p ? (size_t)(p - s.at) : s.len;
}

char *span_dup(struct arena *a, struct span s)
{
	return arena_strndup(a, s.len ? s.at : "", s.len);
}

char *span_lower(struct arena *a, struct span s)
{
	char *p = span_dup(a, s);

	for (size_t i = 0; i < s.len; i++)
		p[i] = ascii_lower(p[i]);
	return p;
}
