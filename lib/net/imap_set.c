#include "net/imap_set.h"

#include "base/mem.h"

#include <stdlib.h>

void imap_set_clear(struct imap_set *set)
{
	free(set->ranges);
	*set = (struct imap_set){0};
}

void imap_set_add(struct imap_set *set, uint32_t first, uint32_t last)
{
	struct imap_range r = first <= last ? (struct imap_range){first, last} : (struct imap_range){last, first};

	if (set->n > 0) {
		struct imap_range *end = &set->ranges[set->n - 1];
		if (r.first >= end->first && (uint64_t)r.first <= (uint64_t)end->last + 1) {
			end->last = r.last > end->last ? r.last : end->last;
			return;
		}
		set->unsorted |= r.first < end->first;
	}
	if (set->n == set->cap) {
		set->cap = set->cap ? 2 * set->cap : 16;
		set->ranges = mem_realloc(set->ranges, set->cap, sizeof *set->ranges);
	}
	set->ranges[set->n++] = r;
}

static int by_first(const void *a, const void *b)
{
	const struct imap_range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

void imap_set_sort(struct imap_set *set)
{
	size_t n = set->n;

	if (!set->unsorted)
		return;
	qsort(set->ranges, n, sizeof *set->ranges, by_first);
	set->n = 0;
	/* Adding in order merges; the write position never overtakes the read position. */
	for (size_t i = 0; i < n; i++)
		imap_set_add(set, set->ranges[i].first, set->ranges[i].last);
	set->unsorted = false;
}

bool imap_set_has(const struct imap_set *set, uint32_t uid)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (set->ranges[mid].last < uid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < set->n && set->ranges[low].first <= uid;
}

uint64_t imap_set_count(const struct imap_set *set)
{
	uint64_t count = 0;

	for (size_t i = 0; i < set->n; i++)
		count += (uint64_t)set->ranges[i].last - set->ranges[i].first + 1;
	return count;
}

void imap_set_write(const struct imap_set *set, struct buf *out)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct imap_range *r = &set->ranges[i];
		buf_printf(out, r->first == r->last ? "%s%u" : "%s%u:%u", i ? "," : "", r->first, r->last);
	}
}
