/* What `account imap` and `account smtp` read alike from the command line: port, authorities, password. */
#ifndef CMD_ACCOUNT_OPTIONS_H
#define CMD_ACCOUNT_OPTIONS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli.h"

/* --port; 0: not given. */
int account_options_port(const struct cli *cli, int *port, struct err *e);
/* --ca-file as an absolute path, since others run in another folder; NULL: not given, "": given as "". */
int account_options_ca_file(const struct cli *cli, struct arena *a, const char **path, struct err *e);
/* The first line of standard input when --password-stdin is given, else nothing. USAGE when --password-command is given, too. */
int account_options_password(const struct cli *cli, struct buf *out, struct err *e);
/* Asks a person at the terminal, without echo; nothing where standard input is no terminal. The caller wipes it. */
int account_options_ask(const char *whose, struct buf *out, struct err *e);

#endif
