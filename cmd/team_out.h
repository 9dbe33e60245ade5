/* How team shows members and what became of a change. */
#ifndef CMD_TEAM_OUT_H
#define CMD_TEAM_OUT_H

#include "cli.h"
#include "job/team.h"

/* The warnings that follow a change: the digest goes to nobody, a domain of an investor is our own. Returns the exit status. */
int team_out_warnings(struct store *s, bool no_recipient);
/* What was changed, and the warnings. */
int team_out_outcome(struct cli *cli, struct store *s, const struct team_outcome *o);
/* The verb list. */
int team_list(struct cli *cli, int argc, char **argv);

#endif
