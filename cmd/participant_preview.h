/* participant preview: one participant's daily update on the screen. */
#ifndef CMD_PARTICIPANT_PREVIEW_H
#define CMD_PARTICIPANT_PREVIEW_H

#include "cli.h"

extern const struct cli_option participant_preview_options[];
int participant_preview(struct cli *cli, int argc, char **argv);

#endif
