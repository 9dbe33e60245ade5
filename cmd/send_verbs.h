/* The verbs of digest-send that send, or say how it would be done and how it went. */
#ifndef CMD_SEND_VERBS_H
#define CMD_SEND_VERBS_H

#include "cli.h"

extern const struct cli_option send_run_options[], send_status_options[], send_resolve_options[], send_test_options[];

int send_verb_run(struct cli *cli, int argc, char **argv);
int send_verb_explain(struct cli *cli, int argc, char **argv);
int send_verb_status(struct cli *cli, int argc, char **argv);
int send_verb_resolve(struct cli *cli, int argc, char **argv);
int send_verb_test(struct cli *cli, int argc, char **argv);

/* "12" as the number of a message; false when it is none. */
bool send_parse_id(const char *text, int64_t *id);

#endif
