/* Mail from files into a mailbox: an mbox, a Maildir, .eml files. Killed at any moment and run again it goes on where it was; run
 * twice it does nothing the second time. */
#ifndef JOB_IMPORT_H
#define JOB_IMPORT_H

#include "base/err.h"
#include "job/mailbox.h"
#include "store/runs.h"

#include <stddef.h>

/* Reads each path into the account, one run each, and adds up what became of the messages: seen = stored + known + failed.
 * What cannot be read is a failed item and counted; an error is a path that is not there (before anything is read), a held
 * lock, a stop (TEMPORARY; what was read stays) or trouble with the system. */
int import_run(const struct mailbox_options *o, char *const *paths, size_t n, struct run_counts *counts, struct err *e);

/* The same for one absolute path and a mailbox that is open, within the run at hand. */
int import_path(struct mailbox *mb, const char *path, struct run_counts *counts, struct err *e);

#endif
