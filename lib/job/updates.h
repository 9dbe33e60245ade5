/* The participants' updates of a study day: roster and compliance database -> facts -> messages -> outbox. Sends
 * nothing. */
#ifndef JOB_UPDATES_H
#define JOB_UPDATES_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "job/update.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As given, NULL when not. */
struct updates_ask {
	const char *did;   /* only this participant */
	const char *study; /* only this study */
	const char *date;  /* the study day, 2026-11-20; NULL: the one that is under way in each study */
	bool dry_run;
};

enum updates_outcome { UPDATE_NEW, UPDATE_REPLACED, UPDATE_UNCHANGED, UPDATE_SKIPPED, UPDATE_FAILED };

/* One active participant. */
struct updates_item {
	enum updates_outcome outcome; /* of a dry run UPDATE_NEW: would be built */
	const char *did, *study, *language;
	int64_t day; /* the study day, days since 1970-01-01 */
	bool action_needed, on_track;
	uint32_t active_days, required_active_days;
	int64_t outbox_id;  /* 0: none */
	const char *reason; /* of UPDATE_SKIPPED and UPDATE_FAILED */
};

struct updates_result {
	struct updates_item *items;              /* by did */
	size_t count, counts[UPDATE_FAILED + 1]; /* by outcome */
	size_t without_study;                    /* active, but in no study */
	struct reckoning_report report;
};

/* One that is under way, from updates_open to updates_close. */
struct updates;

/* Reads settings (MAILROOM_PARTICIPANT_FROM, _FROM_NAME, MAILROOM_UNSUBSCRIBE, MAILROOM_TEMPLATE_DIR, _LANGUAGE,
 * MAILROOM_STUDY_FILE, MAILROOM_COMPLIANCE_DB), templates, the active participants, and what they did. Writes nothing.
 * CONFIG with what to do where a setting is missing or wrong; NO_INPUT when ask->did is in no roster, REFUSED when that
 * participant is not active; USAGE for a study that is none and for a day that is to come. */
int updates_open(struct store *s, const struct config *c, const struct updates_ask *ask, int64_t now,
    struct updates **out, struct err *e);
void updates_close(struct updates *u);

/* Builds one update for each active participant who has made a feed request, all in one transaction; *out lives until
 * updates_close. There is never a second one of a participant and study day once anybody got the first, or may have:
 * those are skipped. One participant's failure (an address that no header can hold) is an item; USAGE when the day is
 * over already, unless as a dry run: nobody would get its updates any more. */
int updates_build(struct updates *u, struct updates_result *out, struct err *e);

struct updates_preview {
	const char *to, *language, *subject;
	struct update_bodies bodies;
};

/* The update of ask->did as updates_build would make it. NO_INPUT when there is none for want of a feed request. */
int updates_preview(struct updates *u, struct updates_preview *out, struct err *e);

#endif
