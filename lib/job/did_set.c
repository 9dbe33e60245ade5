#include "job/did_set.h"

#include <string.h>

void did_set_add(struct did_set *set, const char *did, size_t n)
{
	if (!match_table_find(&set->table, did, n))
		match_table_add(&set->table, arena_strndup(&set->a, did, n));
}

bool did_set_has(const struct did_set *set, const char *did)
{
	return match_table_find(&set->table, did, strlen(did)) != NULL;
}

void did_set_clear(struct did_set *set)
{
	match_table_clear(&set->table);
	arena_clear(&set->a);
}
