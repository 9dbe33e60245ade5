/* The days of a study: from the cut-off of one day to that of the next, in the study's zone. */
#ifndef BASE_STUDY_DAYS_H
#define BASE_STUDY_DAYS_H

#include "base/study.h"

/* Consecutive study days, by their dates (days since 1970-01-01): `first` and the count - 1 behind it. Day i is
 * from starts[i] up to starts[i + 1], not included. */
struct study_days {
	int64_t first;
	size_t count;
	int64_t *starts; /* count + 1 */
};

/* The study day that the instant is in: what happens before the cut-off belongs to the day before. The process's zone is the
 * study's meanwhile and `zone_after` (MAILROOM_TZ) afterwards. */
int study_day_at(const struct study *s, int64_t t, const char *zone_after, int64_t *day, struct err *e);

/* Works out where the days begin; `starts` lives in `a`. The zone as above. */
int study_days_between(const struct study *s, int64_t first, int64_t last, const char *zone_after, struct arena *a,
    struct study_days *out, struct err *e);

enum { STUDY_DAY_BEFORE = -1, STUDY_DAY_AFTER = -2 };

/* Which of the days t is in, from 0 on; STUDY_DAY_BEFORE or STUDY_DAY_AFTER when in none. */
int study_days_find(const struct study_days *d, int64_t t);

#endif
