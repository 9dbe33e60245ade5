/* mailsync status: the mailboxes, the last runs, what is in the database. */
#ifndef CMD_MAILSYNC_STATUS_H
#define CMD_MAILSYNC_STATUS_H

#include "cli.h"

int print_status(const struct cli *cli, struct store *s, int64_t limit, struct err *e);

#endif
