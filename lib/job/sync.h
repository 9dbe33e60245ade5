/* Remote mailboxes into the database: a backfill first, then what has changed; a full reconciliation when the mailbox has
 * forgotten what changed. Killed at any moment and run again it goes on where it was. */
#ifndef JOB_SYNC_H
#define JOB_SYNC_H

#include "base/err.h"
#include "job/mailbox.h"
#include "store/runs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What became of one mailbox: plain bytes, which pass from process to process. */
struct sync_result {
	struct run_counts counts;
	struct err err;  /* code ERR_NONE: it went through */
	bool is_delayed; /* not its turn yet: it failed lately, or was asked a short while ago */
	bool is_cut;     /* the deadline or a signal came before the end */
};

struct sync_options {
	/* `address` NULL: every enrolled mailbox that is not paused; `store` is not looked at: each mailbox opens its own. */
	struct mailbox_options mailbox;
	const char *database;
	int64_t since;       /* a backfill takes what came then or later; INT64_MIN: all */
	int64_t max;         /* a listing ends after so many messages, and goes on in the next run; 0: no limit */
	int page_size;       /* of a listing */
	int stale_days;      /* a cursor this old is not trusted */
	int parallel;        /* mailboxes at once, each in a process of its own; 1: one after another in this one */
	bool gmail_disabled; /* no Gmail mailbox is captured */
	int64_t imap_max;    /* `max` of IMAP mailboxes where that is 0; 0: no limit */
	int imap_poll_s;     /* IMAP mailboxes are asked no more often, unless named by `address` */
	void (*each)(const char *address, const struct sync_result *r, void *arg); /* may be NULL */
	void *arg;
};

struct sync_totals {
	struct run_counts counts;
	size_t accounts, done; /* to capture; that had their turn */
	size_t failed;         /* did not go through; `each` told why */
	size_t cut;            /* the deadline or a signal came before their end */
	size_t delayed;        /* it was not their turn yet */
	enum err_code code;    /* what all that failed have in common; ERR_NONE: nothing */
};

/* A mailbox that fails does not stop the others. An error is none of theirs: no database, no such mailbox, no processes. */
int sync_run(const struct sync_options *o, struct sync_totals *totals, struct err *e);

#endif
