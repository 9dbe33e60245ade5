/* digest-build participants: one update for each active participant of a study. */
#ifndef CMD_DIGEST_PARTICIPANTS_H
#define CMD_DIGEST_PARTICIPANTS_H

#include "cli.h"

extern const struct cli_option digest_participants_options[];
int digest_participants(struct cli *cli, int argc, char **argv);

#endif
