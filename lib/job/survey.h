/* A survey's export as answers: three header rows, columns found by their names, each row checked. It writes nothing anywhere. */
#ifndef JOB_SURVEY_H
#define JOB_SURVEY_H

#include "base/arena.h"
#include "base/err.h"
#include "job/survey_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One answer. What is not there is NULL; times are seconds UTC, INT64_MIN unknown. */
struct survey_answer {
	const char *survey_id, *response_id;
	size_t line;
	/* Checked, unless there is a fault: then as they were given, made fit to be shown. With a Prolific id `email` may be NULL:
	 * whoever is new then is written to by way of Prolific, and whose address is known keeps it. */
	const char *did, *email, *feed_url, *prolific_id, *study_type, *language;
	const char *type;  /* "pilot", "prolific", "admin", "test" */
	const char *joins; /* the study type of whoever has none otherwise: that of the survey's study; NULL: none */
	int64_t completed_at, recorded_at;
	const char *fault; /* NULL: good; else why a person must look at it */
};

struct survey_answers {
	struct survey_answer *items; /* in the order of the file; previews are left out */
	size_t count, previews;
	bool is_roster; /* it has a column for the did, the feed or the Prolific id */
};

/* Reads the CSV text piece by piece; answers are appended to *out and live in `a`. Times without a zone are UTC, as exports have
 * them when no other zone is asked for. */
struct survey_reader;
struct survey_reader *survey_reader_new(
    struct arena *a, struct survey_map *m, const char *survey_id, struct survey_answers *out);
void survey_reader_free(struct survey_reader *r);
/* As unzip_csv calls it; `arg` is the reader. INPUT, with the line, for what is no CSV, has no column ResponseId or is over a cap
 * (5,000 columns, 1,000,000 answers, 16 MB a line). */
int survey_reader_take(const char *bytes, size_t n, void *arg, struct err *e);
/* Behind the last piece. INPUT when there was nothing. */
int survey_reader_end(struct survey_reader *r, struct err *e);

#endif
