/* account smtp: the mail server of a sending address. */
#include "job/account_smtp.h"
#include "account_options.h"
#include "account_out.h"
#include "account_verbs.h"
#include "base/buf.h"
#include "base/log.h"
#include "people_out.h"

#include <string.h>

const struct cli_option account_smtp_options[] = {
    {"host", 'H', "HOST", "the server's name or address"},
    {"port", 'p', "PORT", "its port (465; 587 with starttls, 25 with none)"},
    {"security", 's', "HOW", "ssl, starttls or none (ssl; starttls with port 587 or 25)"},
    {"force", 0, NULL, "security none to another machine all the same"},
    {"auth", 0, "HOW", "plain (the default), login, xoauth2, oauthbearer or none"},
    {"user", 'u', "NAME", "the name to log in with; \"\": the address (the default)"},
    {"password-stdin", 0, NULL, "the password is the first line of standard input"},
    {"password-command", 0, "COMMAND", "each login takes the first line that this command prints"},
    {"ca-file", 0, "FILE", "trust the authorities in this PEM file; \"\": those of the settings"},
    {"envelope-sender", 0, "ADDRESS", "where reports of delivery go; \"\": the address (the default)"},
    {"remove", 0, NULL, "forget the server and its password"},
    {NULL, 0, NULL, NULL},
};

static int read_change(
    struct cli *cli, struct arena *a, struct account_smtp_change *c, struct buf *password, struct err *e)
{
	c->settings = (struct smtp_settings){.host = cli_value(cli, "host"),
	    .security = cli_value(cli, "security"),
	    .is_forced = cli_flag(cli, "force"),
	    .auth = cli_value(cli, "auth"),
	    .user = cli_value(cli, "user"),
	    .password_command = cli_value(cli, "password-command"),
	    .envelope_sender = cli_value(cli, "envelope-sender")};
	if (account_options_port(cli, &c->settings.port, e) != 0 ||
	    account_options_ca_file(cli, a, &c->settings.ca_file, e) != 0 ||
	    account_options_password(cli, password, e) != 0)
		return -1;
	c->password = password->len > 0 ? buf_str(password) : NULL;
	return 0;
}

/* A person at a terminal is asked for the password that is missing. */
static int ask(const struct account_smtp *g, struct account_smtp_change *c, struct buf *password, struct err *e)
{
	bool lacks;

	if (c->password || account_smtp_lacks_password(g, c, &lacks, e) != 0)
		return c->password ? 0 : -1;
	if (lacks && account_options_ask(c->address, password, e) != 0)
		return -1;
	c->password = password->len > 0 ? buf_str(password) : NULL;
	return 0;
}

static void warn(const char *address, const struct account_smtp_notes *n)
{
	if (n->password_dropped)
		log_warning("%s: the password was for the server before and is forgotten: give the new one's", address);
	if (n->user_differs)
		log_warning("%s: who logs in is another address than the sender: many servers refuse that", address);
}

static void print_notes(struct cli *cli, const struct account *account, const struct account_smtp_notes *n)
{
	if (n->wants_test && !cli_dry_run(cli))
		log_info("%s: nothing goes out until `account test %s --smtp` has passed", account->address,
		    account->address);
}

static int change(struct cli *cli, const struct account_smtp *g, struct arena *a, const char *address,
    struct buf *password, struct err *e)
{
	struct account_smtp_change c = {.address = address};
	struct account_smtp_notes notes;
	struct account account;
	enum people_change done;

	if (read_change(cli, a, &c, password, e) != 0 || ask(g, &c, password, e) != 0 ||
	    account_smtp_set(g, a, &c, &done, &account, &notes, e) != 0)
		return -1;
	account_out_change(cli, done, &account);
	warn(account.address, &notes);
	print_notes(cli, &account, &notes);
	return people_out_shadowed(g->store, e);
}

static int forget(struct cli *cli, const struct account_smtp *g, struct arena *a, const char *address, struct err *e)
{
	struct account account;
	enum people_change done;

	for (const struct cli_option *o = account_smtp_options; o->name; o++)
		if (strcmp(o->name, "remove") != 0 && cli_value(cli, o->name))
			return err_set(e, ERR_USAGE, "--remove and --%s are not of the same mind", o->name);
	if (account_smtp_remove(g, a, address, &done, &account, e) != 0)
		return -1;
	account_out_change(cli, done, &account);
	return 0;
}

int account_smtp_verb(struct cli *cli, int argc, char **argv)
{
	struct account_smtp g = {.config = cli_config(cli), .dry_run = cli_dry_run(cli), .now = cli_now(cli)};
	struct buf password = {0};
	struct arena a = {0};
	struct err e = {0};
	int rc;

	(void)argc;
	rc = cli_open_store(cli, STORE_WRITE, &g.store, &e);
	if (rc == 0 && cli_flag(cli, "remove"))
		rc = forget(cli, &g, &a, argv[0], &e);
	else if (rc == 0)
		rc = change(cli, &g, &a, argv[0], &password, &e);
	buf_wipe(&password);
	arena_clear(&a);
	return rc == 0 ? 0 : cli_fail(&e);
}
