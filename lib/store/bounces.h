/* Delivery reports on record: what they say of whom, what was done about it, where their copies lie on a server. No function here begins a
 * transaction: the caller joins them into one. */
#ifndef STORE_BOUNCES_H
#define STORE_BOUNCES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sha256.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Somebody to whom a message went; id is 0 where no attempt may have reached him. */
struct bounce_attempt {
	int64_t id, outbox_id;
	int attempt;
	const char *recipient;
	int64_t started_at, user_id, participant_id; /* 0: none */
	const char *message_id;
};

/* All recipients of a message, with their last attempts, in `a`. */
int bounces_recipients_of(
    struct store *s, struct arena *a, int64_t outbox_id, struct bounce_attempt **list, size_t *n, struct err *e);
/* The attempts since then with this Message-ID, or with this id of a service, the last first, in `a`. */
int bounces_by_message_id(struct store *s, struct arena *a, const char *message_id, int64_t since,
    struct bounce_attempt **list, size_t *n, struct err *e);
int bounces_by_remote_id(struct store *s, struct arena *a, const char *remote_id, int64_t since,
    struct bounce_attempt **list, size_t *n, struct err *e);

/* A row of bounce_reports; NULL and 0 where the schema allows NULL. */
struct bounce_row {
	const char *source, *kind;
	unsigned char hash[SHA256_BYTES];
	int confidence;
	const char *from_address, *message_id, *reporting_mta;
	int64_t reported_at, seen_at;
	const char *original_message_id, *token, *proof;
	int64_t outbox_id;
	const char *outcome, *why;
	int64_t told_at;
};

/* A row of bounce_recipients. */
struct bounce_recipient_row {
	const char *address, *final_address, *action, *class, *reason, *status, *diagnostic, *remote_mta;
	int64_t attempt_id, participant_id, user_id, bounced_at;
	const char *day, *effect;
};

/* *id is 0 when there is no report of this hash. */
int bounces_find(struct store *s, const unsigned char hash[static SHA256_BYTES], int64_t *id, struct err *e);
int bounces_insert(struct store *s, const struct bounce_row *row, int64_t *id, struct err *e);
int bounces_insert_recipient(struct store *s, int64_t report_id, const struct bounce_recipient_row *row, struct err *e);
/* "delayed", "delivered", "bounced" or "complained", unless the attempt has something that weighs more. */
int bounces_set_delivery(struct store *s, int64_t attempt_id, const char *delivery, int64_t at, struct err *e);
/* On how many days soft bounces counted against the participant since then, `day` included. */
int bounces_soft_days(
    struct store *s, int64_t participant_id, int64_t since, const char *day, int64_t *days, struct err *e);

/* A folder of a mailbox at its present UIDVALIDITY. */
struct bounce_folder {
	int64_t account_id;
	const char *name;
	uint32_t uidvalidity;
};

/* A copy of a report; `due`: it is to be marked. One that is known stays as it is. */
int bounces_put_place(
    struct store *s, const struct bounce_folder *f, uint32_t uid, int64_t report_id, bool due, struct err *e);
/* The first `limit` copies that are to be marked, in `a`. */
int bounces_places_due(struct store *s, struct arena *a, const struct bounce_folder *f, size_t limit, uint32_t **uids,
    size_t *n, struct err *e);
int bounces_place_marked(struct store *s, const struct bounce_folder *f, uint32_t uid, int64_t now, struct err *e);
/* How far the folder was read; *found is false when never, or under another UIDVALIDITY (*uid is 0 then). */
int bounces_cursor(struct store *s, const struct bounce_folder *f, uint32_t *uid, bool *found, struct err *e);
int bounces_set_cursor(struct store *s, const struct bounce_folder *f, uint32_t uid, int64_t now, struct err *e);

/* What a report says of one recipient, for people; it lives until the callback returns. A report without recipients comes once, with
 * `address` NULL. */
struct bounce_line {
	int64_t report_id;
	const char *kind, *outcome, *why, *from_address, *message_id;
	int64_t at;
	const char *token, *original_message_id;
	const char *address, *action, *class, *reason, *status, *diagnostic, *effect, *did;
};
typedef void bounces_each(const struct bounce_line *, void *arg);

/* Of reports that the operator was not told of; of those that are unmatched (id 0: all of them); of one participant's, newest first. */
int bounces_each_untold(struct store *s, bounces_each *each, void *arg, struct err *e);
int bounces_each_unmatched(struct store *s, int64_t id, bounces_each *each, void *arg, struct err *e);
int bounces_each_of(
    struct store *s, int64_t participant_id, int64_t limit, bounces_each *each, void *arg, struct err *e);
/* The operator has been told of all reports up to this one. */
int bounces_set_told(struct store *s, int64_t report_id, int64_t now, struct err *e);

/* A person's decision: outcome "ignored", or "matched" on the person's word. */
int bounces_resolve(struct store *s, int64_t report_id, bool as_bounce, const char *who, int64_t now, struct err *e);
int bounces_vouch(
    struct store *s, int64_t report_id, const char *address, int64_t participant_id, const char *effect, struct err *e);

/* What was done about an attempt, for send_log.jsonl; it lives until the callback returns. */
struct bounce_note {
	int64_t id, report_id, outbox_id;
	int attempt;
	const char *recipient, *action, *class, *reason, *status, *diagnostic, *remote_mta, *effect, *did;
	int64_t bounced_at, seen_at;
	const char *message_id;
};
/* The first `limit` that are not in the log, by id. */
int bounces_each_unlogged(
    struct store *s, int64_t limit, void (*each)(const struct bounce_note *, void *), void *arg, struct err *e);
int bounces_set_logged(struct store *s, int64_t id, struct err *e);

struct bounce_stats {
	int64_t unmatched, alerts, due, scanned_at; /* scanned_at: 0 never */
};
int bounces_stats(struct store *s, int64_t alerts_since, struct bounce_stats *out, struct err *e);

#endif
