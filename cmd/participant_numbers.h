/* Verbs of participant that reckon: aggregate and snapshot. */
#ifndef CMD_PARTICIPANT_NUMBERS_H
#define CMD_PARTICIPANT_NUMBERS_H

#include "cli.h"

extern const struct cli_option participant_aggregate_options[], participant_snapshot_options[];

/* How the participants stand: a table, or an object a line. */
int participant_aggregate(struct cli *cli, int argc, char **argv);
/* Keeps what is reckoned of each day in the database. */
int participant_snapshot(struct cli *cli, int argc, char **argv);

#endif
