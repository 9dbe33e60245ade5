/* account imap. */
#include "job/account_imap.h"
#include "account_options.h"
#include "account_out.h"
#include "account_verbs.h"
#include "base/buf.h"
#include "base/command.h"
#include "people_out.h"

#include <string.h>

enum { COMMAND_TIMEOUT_MS = 60000 };

const struct cli_option account_imap_options[] = {
    {"host", 'H', "HOST", "the server's name or address"},
    {"port", 'p', "PORT", "its port (993; 143 without ssl)"},
    {"security", 's', "HOW", "ssl (the default), starttls or none"},
    {"force", 0, NULL, "security none to another machine all the same"},
    {"auth", 0, "HOW", "password (the default) or oauth"},
    {"user", 'u', "NAME", "the name to log in with (the address)"},
    {"password-stdin", 0, NULL, "the password is the first line of standard input"},
    {"password-command", 0, "COMMAND", "the password is the first line that this command prints"},
    {"ca-file", 0, "FILE", "trust the authorities in this PEM file, not the system's"},
    {"folder", 'f', "NAME", "capture this folder (may be given again); \"\": all that are useful (the default)"},
    {NULL, 0, NULL, NULL},
};

static int read_password(struct cli *cli, struct buf *out, struct err *e)
{
	const char *command = cli_value(cli, "password-command");

	if (account_options_password(cli, out, e) != 0)
		return -1;
	if (command && command_first_line(command, COMMAND_TIMEOUT_MS, out, e) != 0)
		return err_prefix(e, "--password-command");
	return 0;
}

/* A line each; NULL: not given. */
static int read_folders(struct cli *cli, struct arena *a, const char **out, struct err *e)
{
	struct buf lines = {0};
	const char *name;
	int rc = 0;

	*out = NULL;
	for (size_t i = 0; rc == 0 && (name = cli_value_at(cli, "folder", i)); i++) {
		if (strchr(name, '\n'))
			rc = err_set(e, ERR_USAGE, "--folder: a folder's name is one line");
		else if (*name)
			buf_printf(&lines, "%s%s", lines.len > 0 ? "\n" : "", name);
		*out = "";
	}
	if (*out)
		*out = arena_strdup(a, buf_str(&lines));
	buf_clear(&lines);
	return rc;
}

static int read_change(
    struct cli *cli, struct arena *a, struct account_imap_change *c, struct buf *password, struct err *e)
{
	c->settings = (struct imap_settings){.host = cli_value(cli, "host"),
	    .security = cli_value(cli, "security"),
	    .is_forced = cli_flag(cli, "force"),
	    .auth = cli_value(cli, "auth"),
	    .user = cli_value(cli, "user")};
	if (account_options_port(cli, &c->settings.port, e) != 0 ||
	    account_options_ca_file(cli, a, &c->settings.ca_file, e) != 0 ||
	    read_folders(cli, a, &c->settings.folders, e) != 0 || read_password(cli, password, e) != 0)
		return -1;
	c->password = password->len > 0 ? buf_str(password) : NULL;
	return 0;
}

int account_imap_verb(struct cli *cli, int argc, char **argv)
{
	struct account_imap g = {.config = cli_config(cli), .dry_run = cli_dry_run(cli), .now = cli_now(cli)};
	struct account_imap_change c = {.address = argv[0]};
	struct buf password = {0};
	struct arena a = {0};
	struct account account;
	enum people_change done;
	struct err e = {0};
	int status = 0;

	(void)argc;
	if (read_change(cli, &a, &c, &password, &e) != 0 || cli_open_store(cli, STORE_WRITE, &g.store, &e) != 0 ||
	    account_imap_set(&g, &a, &c, &done, &account, &e) != 0)
		status = cli_fail(&e);
	else
		account_out_change(cli, done, &account);
	if (status == 0 && people_out_shadowed(g.store, &e) != 0)
		status = cli_fail(&e);
	buf_wipe(&password);
	arena_clear(&a);
	return status;
}
