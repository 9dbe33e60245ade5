/* Acts on delivery reports: proves that they are about mail of ours, puts them on record, stops mail to people whom it does not reach, and
 * tells the operator what needs one. Reading a report is mail/bounce.h's. */
#ifndef JOB_BOUNCES_H
#define JOB_BOUNCES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/err.h"
#include "job/room_key.h"
#include "store/accounts.h"
#include "store/store.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bounces_options {
	const struct config *config;
	struct store *store; /* for writing, in no transaction */
	int64_t now;
	bool dry_run;                      /* nothing is written, nothing marked */
	const volatile sig_atomic_t *stop; /* ends after the batch at hand; may be NULL */
};

/* Of one run. */
struct bounces_totals {
	size_t seen;    /* messages that were looked at */
	size_t other;   /* of them: no delivery reports, left as they are */
	size_t reports; /* of them: reports that are new */
	size_t known;   /* of them: reports that were on record */
	size_t failed;  /* could not be fetched: looked at again next time */
	size_t matched, unmatched;
	size_t deactivated, unsubscribed, counted, alerts;
};

/* One run: begin takes the lock (TEMPORARY when another run has it), finish writes what is still missing in OUTBOX/send_log.jsonl.
 * Clear it, also after a failure. */
struct bounces_run {
	const struct bounces_options *o;
	struct bounces_totals totals;
	unsigned char key[ROOM_KEY_BYTES];
	bool has_key, log_is_known;
	struct buf dry; /* of a dry run: what there would be to tell */
	bool dry_look;
	int64_t dry_first; /* of a dry run: the first report that would be new; 0: none */
	int64_t told;      /* the last report that bounces_tell told of; 0: none */
	int lock, log;
};
int bounces_begin(struct bounces_run *r, const struct bounces_options *o, struct err *e);
void bounces_clear(struct bounces_run *r);

/* Of what is 0 or NULL nothing is asked for. */
struct bounces_mailbox {
	const struct account *account;
	const char *const *folders; /* ends with NULL */
	int64_t
	    since; /* looks at all that came since then, read or not; the default is what came since the last run, unread */
	bool has_since, keep_unseen;
	const char *move_to; /* a folder that processed reports go to */
};

/* Reads the folders of a mailbox over IMAP and acts, batch by batch: a batch is one transaction, and marked on the server behind it. Fails
 * as imap.h and imap_access.h tell; what was done stays, and the next run goes on. */
int bounces_scan_mailbox(struct bounces_run *r, const struct bounces_mailbox *m, struct err *e);

/* The same with what Postmark reports of mail that it sent. */
int bounces_scan_postmark(struct bounces_run *r, struct err *e);

/* What the operator was not told of yet: as text in *out (empty: nothing), and to MAILROOM_ALERT_COMMAND where there is one. A command that
 * fails is an error. *look says whether a person should look: something is unmatched, or an alert. What bounces_told does not follow
 * is told again next time. */
int bounces_tell(struct bounces_run *r, struct buf *out, bool *look, struct err *e);

/* What bounces_tell gave has reached the operator. */
int bounces_told(struct bounces_run *r, struct err *e);

/* A person's decision about an unmatched report: it counts for nothing, or (as_bounce) the mail did not reach the participant of this did, or
 * (NULL) the one whose address it names, who becomes inactive, or unsubscribed by a complaint or a wish for no more mail. NO_INPUT when no such report is unmatched, INPUT when the person is
 * not clear. *what tells what was done. */
struct bounces_decision {
	int64_t report_id;
	bool as_bounce;
	const char *did;
	const char *who; /* "operator:kay" */
};
int bounces_decide(const struct bounces_options *o, const struct bounces_decision *d, struct arena *a,
    const char **what, struct err *e);

#endif
