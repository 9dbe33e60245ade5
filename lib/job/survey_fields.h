/* The fields of an answer, checked one by one: what a survey's respondents type is not believed. */
#ifndef JOB_SURVEY_FIELDS_H
#define JOB_SURVEY_FIELDS_H

#include "base/arena.h"
#include "job/survey.h"

#include <stdint.h>

/* What a row of the export gave, trimmed; "" where it gave nothing, NULL where it is no text (no UTF-8, a NUL, over 4 KB). */
struct survey_values {
	const char *roster[SURVEY_ROSTER_FIELDS];
	const char *completed_at[8]; /* in the order of preference, NULL behind the last */
};

/* Fills what an answer holds beside its ids: did, email, feed_url and so on, in the form in which the roster keeps them
 * (job/roster_check.h), and the fault. With a Prolific id there need be no address. */
void survey_fields_check(struct arena *a, const struct survey_values *v, struct survey_answer *out);

/* "2026-11-20 13:45:00", ISO 8601 with a zone or without one (then UTC); INT64_MIN when it is none. */
int64_t survey_fields_time(struct arena *a, const char *text);

/* A copy that is fit to be shown and kept: valid UTF-8 without control characters. */
const char *survey_fields_clean(struct arena *a, const char *text);

#endif
