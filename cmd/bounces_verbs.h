/* The verbs of bounces-scan that act. */
#ifndef CMD_BOUNCES_VERBS_H
#define CMD_BOUNCES_VERBS_H

#include "cli.h"

extern const struct cli_option bounces_run_options[], bounces_resolve_options[];

/* run without --file: the mailbox, and Postmark where there is a token. */
int bounces_verb_run(struct cli *cli, int argc, char **argv);
int bounces_verb_postmark(struct cli *cli, int argc, char **argv);
int bounces_verb_unmatched(struct cli *cli, int argc, char **argv);
int bounces_verb_resolve(struct cli *cli, int argc, char **argv);

#endif
