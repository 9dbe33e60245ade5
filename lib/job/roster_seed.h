/* The time of a survey for those who have none on record. */
#ifndef JOB_ROSTER_SEED_H
#define JOB_ROSTER_SEED_H

#include "base/arena.h"
#include "base/err.h"
#include "store/participants.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roster_seed {
	int64_t timestamp;
	const char *const *dids; /* only these; none: everybody */
	size_t did_count;
	int64_t now;
	bool dry_run;
	void (*seeded)(const struct participant *p, void *arg); /* told of each; NULL: nobody is */
	void *arg;
};

/* Sets survey_completed_at where it is missing, in one transaction; *count says of how many. INPUT when a did is nobody's. */
int roster_seed(struct store *s, struct arena *a, const struct roster_seed *seed, size_t *count, struct err *e);

#endif
