/* What one report comes to: proof, record and effect. For lib/job/bounces*.c alone. */
#ifndef JOB_BOUNCES_ACT_H
#define JOB_BOUNCES_ACT_H

#include "base/sha256.h"
#include "job/bounces.h"
#include "mail/bounce.h"
#include "store/bounces.h"

/* A report, wherever it comes from. */
struct bounces_item {
	const char *source; /* "imap", "postmark" */
	struct bounce_report report;
	unsigned char hash[SHA256_BYTES];
	const char *question;  /* why a person should judge, and nobody else; NULL: no need */
	const char *remote_id; /* the service's own id of the message, told over its API; NULL: to be proven */
};

/* Whether reports of this kind are acted on: the others stay where they are. */
bool bounces_concerns(enum bounce_kind kind);

/* Puts the report on record and acts, in the caller's transaction; *report_id is its row, new or known. */
int bounces_act(
    struct bounces_run *r, struct arena *a, const struct bounces_item *item, int64_t *report_id, struct err *e);

/* Whose mail a report is about. */
struct bounces_proof {
	const char *how; /* "token", "message-id", "api"; NULL: it proves nothing */
	const char *why; /* then: what is missing */
	struct bounce_attempt *list;
	size_t count;
	int64_t outbox_id; /* 0: none */
};
int bounces_prove(
    struct bounces_run *r, struct arena *a, const struct bounces_item *item, struct bounces_proof *out, struct err *e);
/* To whom of them the address stands; NULL: to nobody. */
const struct bounce_attempt *bounces_find_recipient(
    struct arena *a, const struct bounces_proof *p, const char *address);

/* Ends the caller's transaction: commits and writes the log; takes back what failed (rc not 0), and in a dry run what was done, after a
 * look at what there would be to tell. */
int bounces_settle(struct bounces_run *r, int rc, struct err *e);

/* Appends to OUTBOX/send_log.jsonl what is not there yet; each once. */
int bounces_write_log(struct bounces_run *r, struct err *e);

#endif
