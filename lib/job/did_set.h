/* A set of dids in memory, each exactly as it is written. */
#ifndef JOB_DID_SET_H
#define JOB_DID_SET_H

#include "base/arena.h"
#include "job/match_table.h"

#include <stdbool.h>
#include <stddef.h>

/* Start it with {0}. */
struct did_set {
	struct match_table table;
	struct arena a;
};

/* Copies the n bytes at `did`, unless they are there already. */
void did_set_add(struct did_set *set, const char *did, size_t n);
bool did_set_has(const struct did_set *set, const char *did);
void did_set_clear(struct did_set *set);

#endif
