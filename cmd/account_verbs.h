/* The verbs of account that stand in files of their own. Each returns the exit status. */
#ifndef CMD_ACCOUNT_VERBS_H
#define CMD_ACCOUNT_VERBS_H

#include "cli.h"

extern const struct cli_option account_enable_options[];
extern const struct cli_option account_imap_options[];
extern const struct cli_option account_login_options[];
extern const struct cli_option account_rekey_options[];
extern const struct cli_option account_smtp_options[];
extern const struct cli_option account_test_options[];

int account_enroll(struct cli *cli, int argc, char **argv);
int account_enroll_all(struct cli *cli, int argc, char **argv);
int account_pause(struct cli *cli, int argc, char **argv);
int account_resume(struct cli *cli, int argc, char **argv);
int account_test(struct cli *cli, int argc, char **argv);
int account_login(struct cli *cli, int argc, char **argv);
int account_imap_verb(struct cli *cli, int argc, char **argv);
int account_smtp_verb(struct cli *cli, int argc, char **argv);
int account_enable(struct cli *cli, int argc, char **argv);
int account_disable(struct cli *cli, int argc, char **argv);
int account_rekey_verb(struct cli *cli, int argc, char **argv);

#endif
