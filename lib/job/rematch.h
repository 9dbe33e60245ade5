/* Matching again what is stored: after people were added or removed, and where new mail has changed what older mail of its thread
 * means. Text that is wanted now is read again from where it came; text that is not goes. */
#ifndef JOB_REMATCH_H
#define JOB_REMATCH_H

#include "base/err.h"
#include "job/mailbox.h"

#include <stdint.h>

struct rematch_counts {
	int64_t seen, matched;                    /* messages looked at; those that match now */
	int64_t gained, lost;                     /* messages that match now and did not, and the other way round */
	int64_t filled;                           /* texts that were read again from their source */
	int64_t gone;                             /* texts that are wanted, but their source is gone or another one */
	int64_t removed;                          /* texts that are kept no longer */
	int64_t attachments, attachments_removed; /* files written, files removed */
};

/* Matches every message sent at `since` or later again; one run over all accounts (o->address is not looked at). */
int rematch_run(const struct mailbox_options *o, int64_t since, struct rematch_counts *counts, struct err *e);

/* Matches the threads again that are marked (email_threads.to_rematch), within the run at hand. Nothing is removed by it. */
int rematch_marked(struct mailbox *mb, struct rematch_counts *counts, struct err *e);

#endif
