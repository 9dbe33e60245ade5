#include "base/arena.h"

#include "base/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, KEEP_BYTES = 1024 * 1024, ALIGN = alignof(max_align_t) };

struct arena_block {
	struct arena_block *older;
	size_t size;
	alignas(max_align_t) char data[];
};

static size_t rounded(size_t size)
{
	if (size > SIZE_MAX - ALIGN)
		mem_out_of_memory();
	return size ? (size + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
}

void arena_init(struct arena *a)
{
	*a = (struct arena){0};
}

static void start_block(struct arena *a, struct arena_block *b)
{
	a->blocks = b;
	a->next = b->data;
	a->left = b->size;
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = NULL, *b = a->blocks;

	while (b) {
		struct arena_block *older = b->older;
		if (b->size <= KEEP_BYTES && (!keep || b->size > keep->size)) {
			free(keep);
			keep = b;
		} else {
			free(b);
		}
		b = older;
	}
	arena_init(a);
	if (keep) {
		keep->older = NULL;
		start_block(a, keep);
	}
}

void arena_clear(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *older = a->blocks->older;
		free(a->blocks);
		a->blocks = older;
	}
	arena_init(a);
}

/* Blocks double, so that n bytes cost O(log n) blocks. */
static void new_block(struct arena *a, size_t need)
{
	size_t size = a->blocks ? a->blocks->size : BLOCK_BYTES / 2;
	struct arena_block *b;

	size = size < KEEP_BYTES ? size * 2 : size;
	if (size < need)
		size = need;
	if (size > SIZE_MAX - sizeof *b)
		mem_out_of_memory();
	b = malloc(sizeof *b + size);
	if (!b)
		mem_out_of_memory();
	b->size = size;
	b->older = a->blocks;
	start_block(a, b);
}

void *arena_alloc(struct arena *a, size_t size)
{
	char *p;

	size = rounded(size);
	if (size > a->left)
		new_block(a, size);
	p = a->next;
	a->next += size;
	a->left -= size;
	return p;
}

void *arena_zalloc(struct arena *a, size_t size)
{
	return memset(arena_alloc(a, size), 0, size);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		mem_out_of_memory();
	return arena_alloc(a, total);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	int n;
	char *p;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

void *arena_grow(struct arena *a, void *p, size_t old_size, size_t new_size)
{
	size_t old_r = rounded(old_size), new_r = rounded(new_size);
	void *q;

	if (p && (char *)p + old_r == a->next && new_r - old_r <= a->left) {
		a->next += new_r - old_r;
		a->left -= new_r - old_r;
		return p;
	}
	q = arena_alloc(a, new_size);
	if (p)
		memcpy(q, p, old_size < new_size ? old_size : new_size);
	return q;
}

void *arena_more(struct arena *a, void *items, size_t count, size_t size)
{
	size_t total;

	/* Room is always a power of two from 4 on, so that the count tells when it is full. */
	if (count > 0 && (count < 4 || (count & (count - 1)) != 0))
		return items;
	if (count == 0)
		return arena_array(a, 4, size);
	if (__builtin_mul_overflow(count, 2 * size, &total))
		mem_out_of_memory();
	return arena_grow(a, items, count * size, total);
}

void arena_shrink(struct arena *a, void *p, size_t old_size, size_t keep)
{
	size_t old_r = rounded(old_size), keep_r = rounded(keep);

	if ((char *)p + old_r != a->next)
		return;
	a->next -= old_r - keep_r;
	a->left += old_r - keep_r;
}

size_t arena_held_bytes(const struct arena *a)
{
	size_t n = 0;

	for (const struct arena_block *b = a->blocks; b; b = b->older)
		n += sizeof *b + b->size;
	return n;
}
