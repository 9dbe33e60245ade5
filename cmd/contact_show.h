/* The verbs of contact that only read: list and show. */
#ifndef CMD_CONTACT_SHOW_H
#define CMD_CONTACT_SHOW_H

#include "cli.h"

int contact_list(struct cli *cli, int argc, char **argv);
int contact_show(struct cli *cli, int argc, char **argv);

#endif
