/* The period of a digest: from what a person asks for to two points in time, and back to words. */
#ifndef JOB_DIGEST_WINDOW_H
#define JOB_DIGEST_WINDOW_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* As given, NULL when not. Only one of `date`, `last` and `since` (with or without `until`) may be. */
struct digest_asked {
	const char *since, *until; /* as clock_parse reads them; until: now when not given */
	const char *last;          /* "24h": up to now */
	const char *date;          /* "2026-11-19", "today" or "yesterday": a local day, of 23 to 25 hours */
};

struct digest_window {
	int64_t start, end; /* end is the first second after it */
	bool is_partial;    /* it is not over: end is later than now */
};

/* Nothing asked for is yesterday, the last local day that is over. USAGE for a period that is empty, the wrong way round or
 * has not begun. */
int digest_window_find(const struct digest_asked *asked, int64_t now, struct digest_window *w, struct err *e);

/* It lies within one local day, so that a time of day says enough. */
bool digest_window_is_within_day(const struct digest_window *w);

/* "Thursday 19 November 2026", "Monday 16 November 2026 to Sunday 22 November 2026", or with times "2026-11-18 09:00 to
 * 2026-11-19 09:00"; " so far" behind it when it is not over. Local time. */
const char *digest_window_text(struct arena *a, const struct digest_window *w);

/* The options of digest-build that ask for this period again: "--date 2026-11-19", or --since and --until in UTC. */
const char *digest_window_options(struct arena *a, const struct digest_window *w);

#endif
