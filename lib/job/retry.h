/* Another try at the places that could not be read. */
#ifndef JOB_RETRY_H
#define JOB_RETRY_H

#include "base/err.h"
#include "job/mailbox.h"
#include "store/runs.h"

/* Reads the failed places of the account (o->address NULL: of every account, one run each) again, and goes on with files that
 * were cut short. What is read is resolved, what is not counts one more attempt. Counts as import_run. */
int retry_run(const struct mailbox_options *o, struct run_counts *counts, struct err *e);

#endif
