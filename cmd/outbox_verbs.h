/* The verbs of digest-send that look at the outbox or change it by hand. */
#ifndef CMD_OUTBOX_VERBS_H
#define CMD_OUTBOX_VERBS_H

#include "cli.h"

int outbox_verb_list(struct cli *cli, int argc, char **argv);
int outbox_verb_show(struct cli *cli, int argc, char **argv);
int outbox_verb_hold(struct cli *cli, int argc, char **argv);
int outbox_verb_release(struct cli *cli, int argc, char **argv);
int outbox_verb_discard(struct cli *cli, int argc, char **argv);

#endif
