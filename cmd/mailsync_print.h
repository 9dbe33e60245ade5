/* What mailsync prints: counts, status, progress. */
#ifndef CMD_MAILSYNC_PRINT_H
#define CMD_MAILSYNC_PRINT_H

#include "cli.h"
#include "job/mailbox.h"
#include "job/rematch.h"
#include "store/runs.h"

void print_progress(const struct mailbox_progress *p, void *arg);
/* One line for people or one JSON document; nothing with -q. */
void print_counts(const struct cli *cli, const struct run_counts *c);
void print_rematch(const struct cli *cli, const struct rematch_counts *c);
int print_status(const struct cli *cli, struct store *s, int64_t limit, struct err *e);

#endif
