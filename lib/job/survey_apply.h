/* The answers of a sync into the database: roster, quarantine, cursors. What survey_sync does behind the network. */
#ifndef JOB_SURVEY_APPLY_H
#define JOB_SURVEY_APPLY_H

#include "base/err.h"
#include "job/survey.h"
#include "job/survey_sync.h"

#include <stdbool.h>
#include <stddef.h>

struct survey_source {
	const char *id, *name;
	const char *joins; /* as in struct survey_answer */
	bool asked_for;    /* by id or name */
	bool is_read;      /* its answers are among those to be taken in */
	bool is_complete;  /* no answer since its last sync was left out */
};

/* In the caller's transaction. The answers are put in the order in which they were recorded. */
int survey_apply(const struct survey_sync_options *o, struct survey_answers *answers,
    const struct survey_source *surveys, size_t count, struct survey_sync_totals *t, struct err *e);

#endif
