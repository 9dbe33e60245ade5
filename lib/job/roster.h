/* The roster, row by row: what a file, a survey or a person says about a participant becomes a new one or a changed one. */
#ifndef JOB_ROSTER_H
#define JOB_ROSTER_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "job/roster_erased.h"
#include "store/participants.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is said about one participant, as text in any form that job/roster_check.h reads; NULL or "": nothing is said. */
struct roster_row {
	const char *did; /* whom it is about: needed */
	const char *email, *status, *type, *feed_url, *survey_completed_at, *prolific_id, *study_type, *language;
	const char *audit_timestamp; /* of a new participant: in the audit log since then */
};

enum roster_expect { ROSTER_ANYBODY, ROSTER_NEW, ROSTER_KNOWN };

/* How rows are put; storage of the caller. */
struct roster_put_rules {
	const char *reason, *actor; /* of the history: "import-csv roster.csv", "operator:root" */
	int64_t now;
	bool contact_only; /* no row's status counts: new participants are active, known ones stay as they are */
	bool empties;      /* "" empties a field that may be empty (NULL leaves it) */
	enum roster_expect expect;
};

enum roster_change {
	ROSTER_ADDED,
	ROSTER_UPDATED,
	ROSTER_UNCHANGED,
	ROSTER_ERASED,  /* the row is about somebody who was erased: left out */
	ROSTER_REFUSED, /* `why` tells what is wrong with the row: left out */
	ROSTER_CHANGES
};
const char *roster_change_name(enum roster_change change); /* "added", ... */

/* A field before and after; NULL: empty. */
struct roster_field {
	const char *name, *was, *is;
};
enum { ROSTER_FIELDS = 10 };

struct roster_outcome {
	enum roster_change change;
	struct participant participant; /* as it stands afterwards; only of added, updated, unchanged */
	const char *why;
	enum err_code
	    why_code; /* of refused: INPUT when a value is wrong, REFUSED when the participant is there, or removed */
	struct roster_field fields[ROSTER_FIELDS]; /* what changed, of an added one all that is set */
	size_t field_count;
	bool stays_unsubscribed; /* the row had another status, which does not count */
};

/* Puts one row, in the caller's transaction; *out lives in `a`. A known participant (by did) keeps what the row does not say. A new one
 * needs an address; with a Prolific id and no address it is <id>@email.prolific.com, type prolific. Nobody who has unsubscribed becomes
 * anything else here. `erased` is of this transaction (roster_erased_open). -1 is for the database alone. */
int roster_put(struct store *s, struct arena *a, const struct roster_erased *erased, const struct roster_row *row,
    const struct roster_put_rules *rules, struct roster_outcome *out, struct err *e);

/* The same as a transaction of its own, taken back for a dry run. INPUT or REFUSED when the row was refused or its person erased. */
int roster_change(struct store *s, struct arena *a, const struct config *c, const struct roster_row *row,
    const struct roster_put_rules *rules, bool dry_run, struct roster_outcome *out, struct err *e);

/* The participant whom a person means by did or by address (one of them NULL). INPUT when there is none, or when several have the
 * address: the text tells their dids. */
int roster_find(
    struct store *s, struct arena *a, const char *did, const char *email, struct participant *out, struct err *e);

struct roster_status_change {
	const char *did, *email; /* one of them */
	enum participant_status to;
	const char *reason; /* NULL: none given, which is refused when the participant has unsubscribed */
	const char *actor;
	int64_t now;
	bool dry_run;
};

/* A person's change of a status, in a transaction of its own. *was is the status before; equal to change->to: nothing was done. */
int roster_set_status(struct store *s, struct arena *a, const struct roster_status_change *change,
    struct participant *out, enum participant_status *was, struct err *e);

#endif
