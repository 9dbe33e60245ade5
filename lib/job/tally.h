/* Counts by participant, kind and day, for a hundred thousand people and millions of rows in little memory. It knows neither
 * calendar nor database. */
#ifndef JOB_TALLY_H
#define JOB_TALLY_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* A kind is a type of engagement, by its name; this one is there from the start. */
enum { TALLY_RETRIEVALS = 0, TALLY_MAX_KINDS = 10000 };

/* One person's counts of one kind. */
struct tally_column {
	struct tally_column *next; /* the same person's next kind */
	uint32_t person, kind;
	uint32_t counts[]; /* by day */
};

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *t);

/* People are numbered from 0 in the order in which they are added; each did once. It is copied. */
void tally_add(struct tally *t, const char *did);
bool tally_find(const struct tally *t, struct span did, uint32_t *person);
const char *tally_did(const struct tally *t, uint32_t person);

/* Forgets all counts and kinds; from now on there are so many days. */
void tally_begin(struct tally *t, size_t days);
/* The number of the kind of this name; INPUT when there are more than TALLY_MAX_KINDS. */
int tally_kind(struct tally *t, struct span name, uint32_t *kind, struct err *e);
struct span tally_kind_name(const struct tally *t, uint32_t kind);
size_t tally_kind_count(const struct tally *t);

void tally_count(struct tally *t, uint32_t person, uint32_t kind, size_t day);
/* The first of the person's columns, in no order; NULL: nothing was counted. */
const struct tally_column *tally_columns(const struct tally *t, uint32_t person);

#endif
