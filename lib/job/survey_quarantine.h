/* Answers that lack something, dealt with by a person. */
#ifndef JOB_SURVEY_QUARANTINE_H
#define JOB_SURVEY_QUARANTINE_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Closes those rows of the quarantine, all or none. INPUT when one of the ids is none of an open row. */
int survey_quarantine_resolve(
    struct store *s, const int64_t *ids, size_t count, int64_t now, bool dry_run, struct err *e);

#endif
