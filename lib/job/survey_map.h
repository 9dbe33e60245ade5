/* Which column of a survey's export becomes which field of the roster: what a mapping file says, then the usual names. */
#ifndef JOB_SURVEY_MAP_H
#define JOB_SURVEY_MAP_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum survey_field {
	SURVEY_EMAIL,
	SURVEY_DID,
	SURVEY_FEED_URL,
	SURVEY_PROLIFIC_ID,
	SURVEY_STUDY_TYPE,
	SURVEY_LANGUAGE,
	SURVEY_COMPLETED_AT,
	SURVEY_TYPE,
	SURVEY_ROSTER_FIELDS, /* those that a mapping may name end here */
	SURVEY_RESPONSE_ID = SURVEY_ROSTER_FIELDS,
	SURVEY_RECORDED_AT,
	SURVEY_STATUS,
	SURVEY_CHANNEL,
	SURVEY_PREVIEW,
	SURVEY_FIELDS,
};
const char *survey_field_name(enum survey_field field); /* "survey_completed_at" */

struct survey_map_line {
	size_t line;
	const char *column, *survey_id; /* survey_id NULL: of any survey */
	enum survey_field field;
	bool met; /* a survey had this column */
};

/* Start it with {0}: the usual names alone. */
struct survey_map {
	const char *path;
	struct survey_map_line *lines;
	size_t count;
};

/* Reads a CSV file with the columns survey_field, roster_field and, if wanted, survey_id. CONFIG, with the line, when it is none or
 * a roster field is not known. Everything lives in `a`. */
int survey_map_read(const char *path, struct arena *a, struct survey_map *m, struct err *e);

/* Calls back for each field that this column of the survey may give. The smaller the rank, the earlier its value is taken.
 * Lines that name the column are marked as met. */
void survey_map_find(struct survey_map *m, const char *survey_id, const char *column,
    void (*each)(enum survey_field field, size_t rank, void *arg), void *arg);

/* Behind all surveys: CONFIG, with the line, when a line names a column that none of the surveys it is for had. `seen` says whether
 * the survey (NULL: any) was read at all. */
int survey_map_check(
    const struct survey_map *m, bool (*seen)(const char *survey_id, void *arg), void *arg, struct err *e);

#endif
