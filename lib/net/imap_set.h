/* A set of message UIDs as IMAP writes it: ranges in ascending order, "3,5:9". */
#ifndef NET_IMAP_SET_H
#define NET_IMAP_SET_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct imap_range {
	uint32_t first, last;
};

/* Start it with {0}. The ranges neither touch nor overlap after imap_set_sort. */
struct imap_set {
	struct imap_range *ranges;
	size_t n, cap;
	bool unsorted;
};

void imap_set_clear(struct imap_set *set);
/* Adds first..last in any order; constant time where it comes in ascending order. */
void imap_set_add(struct imap_set *set, uint32_t first, uint32_t last);
/* Makes the set fit for imap_set_has after imap_set_add. */
void imap_set_sort(struct imap_set *set);
bool imap_set_has(const struct imap_set *set, uint32_t uid);
/* How many UIDs there are. */
uint64_t imap_set_count(const struct imap_set *set);
void imap_set_write(const struct imap_set *set, struct buf *out);

#endif
