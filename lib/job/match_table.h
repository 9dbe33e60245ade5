/* Text to a range of investors, in memory: the tables that matching looks addresses and domains up in. */
#ifndef JOB_MATCH_TABLE_H
#define JOB_MATCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct match_entry {
	const char *key; /* borrowed: it must live as long as the table */
	uint32_t hash;
	uint32_t first, count; /* of the caller's list of investors */
	uint8_t rank;
	bool is_alias;
};

/* Start it with {0}. Open addressing over the entries, which lie in the order in which they came. */
struct match_table {
	struct match_entry *entries;
	size_t count, size;
	uint32_t *slots;   /* number of the entry, from 1; 0: free */
	size_t slot_count; /* a power of two */
};

void match_table_clear(struct match_table *t);
/* Adds an entry whose key is not there yet (match_table_find); valid until the next one. */
struct match_entry *match_table_add(struct match_table *t, const char *key);
/* NULL when it is not there. The key is n bytes at `key`. */
const struct match_entry *match_table_find(const struct match_table *t, const char *key, size_t n);

#endif
