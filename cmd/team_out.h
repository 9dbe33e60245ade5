/* How team shows members and what became of a change. */
#ifndef CMD_TEAM_OUT_H
#define CMD_TEAM_OUT_H

#include "cli.h"
#include "job/team.h"

/* The warning that the digest goes to nobody. */
void team_out_no_recipient(void);
void team_out_outcome(struct cli *cli, const struct team_outcome *o);
/* The verb list. */
int team_list(struct cli *cli, int argc, char **argv);

#endif
