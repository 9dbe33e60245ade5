/* Surveys into the roster: which ones, their new answers, and all that follows from them in one transaction. */
#ifndef JOB_SURVEY_SYNC_H
#define JOB_SURVEY_SYNC_H

#include "base/config.h"
#include "base/err.h"
#include "job/survey_map.h"
#include "net/qualtrics.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct survey_sync_options {
	struct store *store;
	const struct config *config; /* for the key that people who were erased are known by, and the study file */
	struct qualtrics *qualtrics;
	struct survey_map *map;
	/* These surveys, and those whose name the filter finds; neither: those of the study file; where it names none, all of the
	 * account. */
	const char *const *ids;
	size_t id_count;
	const char *filter; /* POSIX extended regular expression; NULL: none */
	int64_t
	    since; /* answers recorded then or later; INT64_MIN: since a day before the last sync of the survey began */
	const char *lock_path;  /* held while it runs, so that there is one at a time */
	const char *backup_dir; /* copies of the roster as it was; NULL: none are made */
	size_t backups;         /* how many are kept */
	const char *actor;      /* of the history */
	int64_t now;
	bool dry_run; /* all is done and taken back */
};

/* answers = duplicates + added + updated + unchanged + erased + quarantined + quarantined_before. */
struct survey_sync_totals {
	size_t surveys, skipped; /* read; without any column of the roster, and not asked for by id or name */
	size_t previews;
	size_t answers;
	size_t duplicates; /* in the roster already */
	size_t added, updated;
	size_t unchanged;   /* they say what is known, or a later answer of the participant is there */
	size_t erased;      /* of people who were erased: nothing of theirs is kept */
	size_t quarantined; /* new ones; quarantined_before: seen again */
	size_t quarantined_before;
	size_t still_open; /* of `quarantined`: no later answer was complete */
	struct qualtrics_stats stats;
};

/* Reads all surveys first; then one transaction takes all answers in, oldest first, so that of one did the latest counts. A status
 * never changes. An error anywhere changes nothing. USAGE for a filter that is none, NO_INPUT when it finds no survey, CONFIG for a
 * mapped column that is nowhere and what is wrong in the study file, TEMPORARY when another one runs, else as
 * qualtrics.h, unzip.h and survey.h fail. */
int survey_sync(const struct survey_sync_options *o, struct survey_sync_totals *t, struct err *e);

#endif
