/* A span: bytes that somebody else owns, seen but not copied. ASCII letter case only; no locale. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* `at` may be NULL when len is 0; not NUL-terminated. */
struct span {
	const char *at;
	size_t len;
};

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool ascii_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct span span_of(const char *s);
/* Equal to the lower-case `word` when ASCII letter case is put aside. */
bool span_is(struct span s, const char *word);
bool span_starts(struct span s, const char *word);
/* Equal but for ASCII letter case. */
bool span_same(struct span x, struct span y);
/* The same without white space (line ends too) at both ends. */
struct span span_trim(struct span s);
/* What stands behind the first n bytes; empty when there are fewer. */
struct span span_skip(struct span s, size_t n);
/* Finds `word` (as it is) in s: its offset, or s.len when it is not there. */
size_t span_find(struct span s, const char *word);
/* Copies into the arena, NUL-terminated; `lower` folds ASCII letters. */
char *span_dup(struct arena *a, struct span s);
char *span_lower(struct arena *a, struct span s);

#endif
