/* The studies of a research group: the settings of each (from a file of sections), and whose participants they are. It reckons
 * nothing. */
#ifndef BASE_STUDY_H
#define BASE_STUDY_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { STUDY_NO_LIMIT = -1, STUDY_MAX_WINDOW_DAYS = 366 };

struct study_words {
	const char **items;
	size_t count;
};

/* A day is active with at least min_retrievals and min_engagement; a participant needs min_active_days of window_days. A study day runs
 * from cut_off_minute (of the local day) in `zone` to the same of the next day. Nothing is reckoned from max_skip_days and
 * max_skip_span (STUDY_NO_LIMIT: not given): they are kept for those who read them. */
struct study {
	const char *label;
	unsigned min_retrievals, min_engagement, min_active_days, window_days;
	int max_skip_days, max_skip_span;
	int cut_off_minute;
	const char *zone;
	struct study_words survey_ids;  /* whoever joins by one of these is the study's; each survey is of one study */
	struct study_words study_types; /* a participant's study_type; none: everybody whom no other study claims */
	int line;                       /* where its section begins */
};

struct studies {
	struct study *items;
	size_t count;
};

/* Reads the file, or with path NULL makes the one study that there is without a file ("default"). Lines are KEY=VALUE under
 * a heading [label]; what stands above the first heading holds for all studies that do not say otherwise; a file
 * without a heading is one study, "default". "#" and ";" begin a comment line. CONFIG, with file and line, for an unknown key, a
 * value that is none, a key or label given twice, a study type or a survey in two studies, and two studies without study
 * types. All in `a`. */
int studies_load(const char *path, struct arena *a, struct studies *out, struct err *e);

/* NULL when there is none of this label. */
const struct study *studies_find(const struct studies *l, const char *label);
/* The study that a participant of this study_type (NULL: none) belongs to; NULL: to none. */
const struct study *studies_of_type(const struct studies *l, const char *study_type);
/* The study that people join by this survey; NULL: none. */
const struct study *studies_of_survey(const struct studies *l, const char *survey_id);
/* "pilot, main": all labels, for an error. */
const char *studies_labels(const struct studies *l, struct arena *a);

#endif
