/* What became of a survey's answers: those that reached the roster, those in quarantine, and how far each survey was read. */
#ifndef STORE_SURVEYS_H
#define STORE_SURVEYS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times are seconds UTC; INT64_MIN: none. All that writes belongs into a transaction of the caller's. */

/* When the last sync of the survey that went through began; INT64_MIN: never. */
int surveys_get_synced(struct store *s, const char *survey_id, int64_t *synced_at, struct err *e);
/* An empty name leaves the one that is known. */
int surveys_set_synced(struct store *s, const char *survey_id, const char *name, int64_t now, struct err *e);

int surveys_is_known(struct store *s, const char *survey_id, const char *response_id, bool *known, struct err *e);
/* participant_id 0: the person was erased. */
int surveys_add_response(struct store *s, const char *survey_id, const char *response_id, int64_t participant_id,
    int64_t recorded_at, int64_t now, struct err *e);
/* When the participant's latest answer was recorded; INT64_MIN: there is none, or it does not say. */
int surveys_latest_response(struct store *s, int64_t participant_id, int64_t *recorded_at, struct err *e);

struct survey_quarantined {
	int64_t id;
	const char *survey_id, *response_id, *reason;
	const char *did, *email, *feed_url, *prolific_id; /* as they were given; NULL: none */
	int64_t recorded_at, seen_at, resolved_at;
};

/* Adds it, or brings up to date what is there and open. *id of the new row, 0 when there is one of this answer already. */
int surveys_quarantine(struct store *s, const struct survey_quarantined *q, int64_t now, int64_t *id, struct err *e);
/* The answer is complete by now, or a person has dealt with it (by id); *found: it was open. */
int surveys_release(struct store *s, const char *survey_id, const char *response_id, int64_t now, struct err *e);
int surveys_resolve(struct store *s, int64_t id, int64_t now, bool *found, struct err *e);
/* Closes those whose did has a complete answer that was not recorded earlier; *n counts those of an id from `from` on. */
int surveys_release_overtaken(struct store *s, int64_t from, int64_t now, size_t *n, struct err *e);
/* Calls back for those that are open (all: for the others, too), oldest first; what *q points to lives until the call returns. */
int surveys_each_quarantined(
    struct store *s, bool all, int (*each)(const struct survey_quarantined *q, void *arg), void *arg, struct err *e);

#endif
