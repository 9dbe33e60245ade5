/* The verbs of participant that have to do with the survey. */
#ifndef CMD_PARTICIPANT_SURVEY_H
#define CMD_PARTICIPANT_SURVEY_H

#include "cli.h"

extern const struct cli_option participant_sync_options[], participant_quarantine_options[];

int participant_sync(struct cli *cli, int argc, char **argv);
int participant_quarantine(struct cli *cli, int argc, char **argv);

#endif
