/* A mailbox under work: its account, its lock, who may be matched, where attachments go, and the row of the run. What import, retry
 * and rematch share. */
#ifndef JOB_MAILBOX_H
#define JOB_MAILBOX_H

#include "base/arena.h"
#include "base/err.h"
#include "job/attachment_files.h"
#include "job/capture.h"
#include "job/match.h"
#include "mail/message.h"
#include "store/accounts.h"
#include "store/runs.h"
#include "store/store.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far a run is, for a progress line. `total` is 0 when it is not known. */
struct mailbox_progress {
	int64_t messages, bytes; /* read so far */
	int64_t done, total;     /* of the source, in its own unit */
	double elapsed_s;
};

struct mailbox_options {
	struct store *store;
	const char *address; /* of the account, or an alias; NULL: all accounts */
	const char *data_dir;
	bool keep_all;
	struct message_options message;
	int64_t max_attachment_bytes;
	const char *free_mail; /* MAILROOM_FREE_MAIL_DOMAINS; may be NULL */
	int64_t now;
	bool dry_run;                                                  /* write nothing */
	const volatile sig_atomic_t *stop;                             /* not 0: come to an end; may be NULL */
	void (*progress)(const struct mailbox_progress *p, void *arg); /* may be NULL */
	void *progress_arg;
};

struct mailbox {
	const struct mailbox_options *o;
	struct account account; /* id 0 for all accounts */
	struct matcher *matcher;
	struct attachment_files *files; /* NULL in a dry run */
	struct capture *capture;
	struct message_parser *parser;
	struct arena strings, scratch; /* for the run; for one message */
	int *lock_fds;
	size_t lock_count;
	double started_s;
	int64_t run_id;
};

/* Takes the lock, or all of them (TEMPORARY when another run has one), and reads what the run needs. NO_INPUT when no such account is enrolled.
 * *o is borrowed. Close it also after a failure. */
int mailbox_open(struct mailbox *mb, const struct mailbox_options *o, struct err *e);
void mailbox_close(struct mailbox *mb);

/* The row of the run; nothing in a dry run. */
int mailbox_begin_run(struct mailbox *mb, const char *kind, const char *source, struct err *e);
/* Ends it: ok, partial (some failed) or failed (with *cause, which may be NULL). Fails when the counts do not add up. */
int mailbox_end_run(struct mailbox *mb, const struct run_counts *c, const struct err *cause, struct err *e);

/* BEGIN, and what belongs before COMMIT: attachments on disk (added to *c), counts in the run's row. */
int mailbox_begin(struct mailbox *mb, struct err *e);
int mailbox_commit(struct mailbox *mb, struct run_counts *c, struct err *e);
/* The same without the run's row. */
int mailbox_commit_files(struct mailbox *mb, struct run_counts *c, struct err *e);
void mailbox_rollback(struct mailbox *mb);

bool mailbox_stopped(const struct mailbox *mb);
/* The time of the run: its start and what has passed since. */
int64_t mailbox_now(const struct mailbox *mb);

#endif
