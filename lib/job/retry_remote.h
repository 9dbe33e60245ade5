/* Another try at the messages of a remote mailbox that could not be captured. */
#ifndef JOB_RETRY_REMOTE_H
#define JOB_RETRY_REMOTE_H

#include "base/err.h"
#include "job/mailbox.h"
#include "store/runs.h"

/* Fetches each again, within the run at hand. What the mailbox no longer has is settled by that. Adds to the counts. */
int retry_remote(struct mailbox *mb, struct run_counts *counts, struct err *e);

#endif
