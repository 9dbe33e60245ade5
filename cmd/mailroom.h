/* The verbs of mailroom that show things; the rest is in mailroom.c. */
#ifndef CMD_MAILROOM_H
#define CMD_MAILROOM_H

#include "cli.h"

int mailroom_config(struct cli *cli, int argc, char **argv);
int mailroom_status(struct cli *cli, int argc, char **argv);
int mailroom_doctor(struct cli *cli, int argc, char **argv);

#endif
