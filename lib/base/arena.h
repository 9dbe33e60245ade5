/* An arena: many small allocations that live and die together. One arena a message, one reset after it. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/* Start it with {0} or arena_init. Not for use by two threads at once. */
struct arena {
	struct arena_block *blocks; /* newest first */
	char *next;                 /* free space in the newest block */
	size_t left;
};

void arena_init(struct arena *a);
/* Forgets all that was allocated and keeps one block (at most 1 MB) for the next message. */
void arena_reset(struct arena *a);
void arena_clear(struct arena *a);

/* Aligned for any type; not zeroed. Never NULL. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
/* Room for n items of size bytes; an overflow of n * size ends the process as out of memory does. */
void *arena_array(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s);
/* n bytes of s and a NUL; s may hold NULs. */
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Grows the allocation at p from old to new bytes: in place where it is the newest one and fits, else by copy. */
void *arena_grow(struct arena *a, void *p, size_t old_size, size_t new_size);
/* Room for one item more at the end of an array of `count` of them, which began as NULL and grew by this function alone: room
 * for 4, 8, 16..., so that n items cost O(n). The new item is not zeroed. */
void *arena_more(struct arena *a, void *items, size_t count, size_t size);
/* Gives back the tail of the newest allocation: p was allocated with old bytes, keep of them are needed. */
void arena_shrink(struct arena *a, void *p, size_t old_size, size_t keep);

/* Bytes held from the system at this moment. */
size_t arena_held_bytes(const struct arena *a);

#endif
