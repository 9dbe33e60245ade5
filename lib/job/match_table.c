#include "job/match_table.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a: addresses are short, and only the operator fills the tables, so nobody can make them degenerate. */
static uint32_t hash_of(const char *key, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)key[i]) * UINT64_C(0x100000001b3);
	return (uint32_t)(h ^ h >> 32);
}

static void place(struct match_table *t, size_t entry)
{
	size_t i = t->entries[entry].hash & (t->slot_count - 1);

	while (t->slots[i])
		i = (i + 1) & (t->slot_count - 1);
	t->slots[i] = (uint32_t)entry + 1;
}

static void grow_slots(struct match_table *t)
{
	free(t->slots);
	t->slot_count = t->slot_count ? t->slot_count * 2 : 64;
	t->slots = mem_alloc(t->slot_count * sizeof *t->slots);
	for (size_t i = 0; i < t->count; i++)
		place(t, i);
}

void match_table_clear(struct match_table *t)
{
	free(t->entries);
	free(t->slots);
	*t = (struct match_table){0};
}

struct match_entry *match_table_add(struct match_table *t, const char *key)
{
	if (t->count == t->size) {
		t->size = t->size ? t->size * 2 : 64;
		t->entries = mem_realloc(t->entries, t->size, sizeof *t->entries);
	}
	if (t->count * 2 >= t->slot_count)
		grow_slots(t);
	t->entries[t->count] = (struct match_entry){.key = key, .hash = hash_of(key, strlen(key))};
	place(t, t->count);
	return &t->entries[t->count++];
}

const struct match_entry *match_table_find(const struct match_table *t, const char *key, size_t n)
{
	uint32_t hash = hash_of(key, n);

	if (t->count == 0)
		return NULL;
	for (size_t i = hash & (t->slot_count - 1); t->slots[i]; i = (i + 1) & (t->slot_count - 1)) {
		const struct match_entry *entry = &t->entries[t->slots[i] - 1];
		if (entry->hash == hash && strncmp(entry->key, key, n) == 0 && entry->key[n] == '\0')
			return entry;
	}
	return NULL;
}
