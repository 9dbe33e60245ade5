/* mailsync run: the mailboxes from their servers. */
#ifndef CMD_MAILSYNC_RUN_H
#define CMD_MAILSYNC_RUN_H

#include "cli.h"

int verb_run(struct cli *cli, int argc, char **argv);

#endif
