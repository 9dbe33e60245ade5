/* The roster: a study's participants, the history of their statuses, and the hashes of those who were erased. Addresses come and go
 * as they are kept: the local part as it was given, the domain in lower-case A-labels. */
#ifndef STORE_PARTICIPANTS_H
#define STORE_PARTICIPANTS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum participant_status { PARTICIPANT_ACTIVE, PARTICIPANT_INACTIVE, PARTICIPANT_UNSUBSCRIBED };

#define PARTICIPANT_NEVER INT64_MIN /* a time that never was */

enum { PARTICIPANT_HASH_BYTES = 32 };

struct participant {
	int64_t id;
	const char *did, *email;
	enum participant_status status;
	const char *type, *feed_url, *prolific_id, *study_type, *language; /* NULL: none */
	int64_t survey_completed_at;                                       /* PARTICIPANT_NEVER */
	int64_t created_at, updated_at, status_changed_at, email_changed_at;
	int64_t exported_at; /* in the audit log since then; PARTICIPANT_NEVER */
	bool is_removed;
};

const char *participant_status_name(enum participant_status status); /* "active", ... */
/* False when there is no such status; letter case does not count. */
bool participant_status_parse(const char *name, enum participant_status *status);

/* By did, exactly as it is written, or by id; removed ones included. What *out points to lives in `a`. */
int participants_get(
    struct store *s, struct arena *a, const char *did, struct participant *out, bool *found, struct err *e);
int participants_get_by_id(
    struct store *s, struct arena *a, int64_t id, struct participant *out, bool *found, struct err *e);
/* All who have the address, compared without the letter case of its ASCII characters, by did; without removed ones. */
int participants_by_email(
    struct store *s, struct arena *a, const char *email, struct participant **list, size_t *n, struct err *e);

/* Calls back for everybody who has the status (NULL: any) and is not removed, by did; *p lives until the call returns. A callback
 * that returns not 0 ends the loop, and that is the result. */
int participants_each(struct store *s, const enum participant_status *status,
    int (*each)(const struct participant *p, void *arg), void *arg, struct err *e);
/* The same for those who are not in the audit log yet, by id. */
int participants_each_unexported(
    struct store *s, int (*each)(const struct participant *p, void *arg), void *arg, struct err *e);
/* How many are in the audit log. */
int participants_count_exported(struct store *s, int64_t *n, struct err *e);
int participants_set_exported(struct store *s, int64_t id, int64_t exported_at, struct err *e);

/* A new participant and the first row of the history. p->id is set; times but survey_completed_at and exported_at become `now`.
 * INPUT when the did is there already. In the caller's transaction or one of its own. */
int participants_insert(
    struct store *s, struct participant *p, const char *reason, const char *actor, int64_t now, struct err *e);
/* Writes the contact fields of p->id: email, type, feed_url, survey_completed_at, prolific_id, study_type, language. An address that
 * is another moves email_changed_at. */
int participants_update(struct store *s, const struct participant *p, int64_t now, struct err *e);
/* Changes the status and adds a row of history, in the caller's transaction or one of its own. *changed is false, and nothing is
 * written, when the participant has the status already; INPUT when there is none of this id. */
int participants_set_status(struct store *s, int64_t id, enum participant_status to, const char *reason,
    const char *actor, int64_t now, bool *changed, struct err *e);
/* Says the status that the participant has once more: status_changed_at moves, a row of history tells why. */
int participants_renew_status(
    struct store *s, int64_t id, const char *reason, const char *actor, int64_t now, struct err *e);

struct participant_change {
	bool has_old; /* false: the first row */
	enum participant_status old_status, new_status;
	const char *reason, *actor;
	int64_t changed_at;
};

/* The history of one participant, oldest first, in `a`. */
int participants_history(
    struct store *s, struct arena *a, int64_t id, struct participant_change **list, size_t *n, struct err *e);

/* A message to a participant, and its last attempt for this address. */
struct participant_mail {
	int64_t outbox_id, created_at;
	const char *subject, *address, *state;    /* state: of outbox_recipients */
	const char *attempt_status;               /* NULL: never attempted */
	int64_t attempt_count, attempted_at;      /* attempted_at: PARTICIPANT_NEVER */
	const char *transport, *enhanced, *words; /* of the attempt; NULL: none */
	int64_t code;                             /* 0: none */
};

/* The newest `max` messages to a participant, newest first, in `a`. */
int participants_mails(
    struct store *s, struct arena *a, int64_t id, size_t max, struct participant_mail **list, size_t *n, struct err *e);

/* Whether the hash (job/roster_erased.h) is that of somebody who was erased; whether anybody ever was. */
int participants_is_erased(
    struct store *s, const unsigned char hash[static PARTICIPANT_HASH_BYTES], bool *erased, struct err *e);
int participants_any_erased(struct store *s, bool *any, struct err *e);

#endif
