/* Messages of a remote mailbox on their way into the database: fetched, held in memory, stored by the batch. Nothing waits for
 * the network inside a transaction. */
#ifndef JOB_INTAKE_H
#define JOB_INTAKE_H

#include "base/arena.h"
#include "base/err.h"
#include "job/mailbox.h"
#include "job/remote.h"
#include "store/cursors.h"
#include "store/remotes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intake {
	struct mailbox *mb;
	struct remote *remote;
	struct run_counts *counts; /* seen is the caller's */
	int64_t source_id, listing;
	bool has_failed_items; /* of this mailbox, open */
	bool gone_is_final;    /* what the mailbox no longer has is no failure: it failed before */
	struct remote_stats at_start;
	struct remote_item *items; /* held */
	size_t count, cap, bytes;
	struct arena held;
	double since_s;
};

/* Everything is borrowed. */
int intake_open(struct intake *in, struct mailbox *mb, struct remote *remote, const struct cursor *c,
    struct run_counts *counts, struct err *e);
void intake_close(struct intake *in);

/* Fetches the messages and stores them, but for the last few, which intake_finish does. What fails alone becomes a failed
 * item. When it fails, what had arrived is stored. */
int intake_fetch(struct intake *in, const char *const *ids, size_t n, struct err *e);
/* Stores what is held, and the cursor (NULL: none) in the same transaction. */
int intake_finish(struct intake *in, const struct cursor *c, struct err *e);

/* Adds what the remote was asked since the last time to the counts; intake_finish does so, too. */
void intake_count_requests(struct intake *in);

/* Inside a transaction: a message that is known stands like this now. */
int intake_update(struct intake *in, const struct remote_message *m, struct err *e);

#endif
