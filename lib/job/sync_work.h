/* What the parts of the capture of one remote mailbox share. */
#ifndef JOB_SYNC_WORK_H
#define JOB_SYNC_WORK_H

#include "base/arena.h"
#include "base/err.h"
#include "job/intake.h"
#include "job/mailbox.h"
#include "job/remote.h"
#include "job/sync.h"
#include "store/cursors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sync {
	const struct sync_options *o;
	struct mailbox *mb;
	struct remote *remote;
	struct cursor cursor;
	struct run_counts counts; /* of the run at hand */
	struct intake intake;
	struct arena page;
	int64_t left;              /* of o->max */
	int64_t failures, next_at; /* of the runs before */
};

/* Strings of the cursor live in the mailbox's arena. */
const char *sync_keep(struct sync *s, const char *text);

/* Reads what has happened since the cursor, stores it and moves the cursor. *expired: the mailbox no longer knows. */
int sync_changes(struct sync *s, bool *expired, struct err *e);
/* Goes on with the listing that is under way, to its end or to o->max. */
int sync_listing(struct sync *s, struct err *e);

#endif
