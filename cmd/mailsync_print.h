/* What mailsync prints: counts, progress. */
#ifndef CMD_MAILSYNC_PRINT_H
#define CMD_MAILSYNC_PRINT_H

#include "cli.h"
#include "job/mailbox.h"
#include "job/rematch.h"
#include "store/runs.h"

#include <jansson.h>

void print_progress(const struct mailbox_progress *p, void *arg);
json_t *counts_json(const struct run_counts *c);
/* One line for people or one JSON document; nothing with -q. */
void print_counts(const struct cli *cli, const struct run_counts *c);
void print_rematch(const struct cli *cli, const struct rematch_counts *c);
/* One line; gives the document back. */
void print_json(json_t *doc);

#endif
