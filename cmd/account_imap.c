/* account imap, and account test of an IMAP mailbox. */
#include "job/account_imap.h"
#include "account_out.h"
#include "account_verbs.h"
#include "base/buf.h"
#include "base/json.h"
#include "people_out.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASSWORD_MAX_BYTES = 4096 };

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

/* The first line, without its end. */
static int read_line(FILE *f, const char *what, struct buf *out, struct err *e)
{
	int c;

	while ((c = getc(f)) != EOF && c != '\n' && out->len < PASSWORD_MAX_BYTES)
		buf_putc(out, (char)c);
	if (ferror(f))
		return err_errno(e, "%s", what);
	if (out->len > 0 && out->data[out->len - 1] == '\r')
		out->data[--out->len] = '\0';
	if (out->len == 0)
		return err_set(e, ERR_INPUT, "%s: there is no password", what);
	if (memchr(out->data, '\0', out->len))
		return err_set(e, ERR_INPUT, "%s: a NUL is no part of a password", what);
	return 0;
}

static int ask_command(const char *command, struct buf *out, struct err *e)
{
	FILE *f = popen(command, "re");
	int rc, status;

	if (!f)
		return err_errno(e, "--password-command");
	rc = read_line(f, "--password-command", out, e);
	status = pclose(f);
	if (rc == 0 && status != 0)
		return err_set(e, ERR_UNAVAILABLE, "--password-command: it did not succeed");
	return rc;
}

static int read_password(struct cli *cli, struct buf *out, struct err *e)
{
	const char *command = cli_value(cli, "password-command");

	if (command && cli_flag(cli, "password-stdin"))
		return err_set(e, ERR_USAGE, "--password-stdin and --password-command are two ways of the same");
	if (command)
		return ask_command(command, out, e);
	return cli_flag(cli, "password-stdin") ? read_line(stdin, "standard input", out, e) : 0;
}

static int read_port(struct cli *cli, int *port, struct err *e)
{
	const char *text = cli_value(cli, "port");
	char *end;
	long n;

	*port = 0;
	if (!text)
		return 0;
	n = strtol(text, &end, 10);
	if (*end || !*text || n < 1 || n > UINT16_MAX)
		return err_set(e, ERR_USAGE, "--port: \"%s\" is no port", text);
	*port = (int)n;
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
	if (cli_value(cli, "ca-file")) {
		/* The capture runs in another folder. */
		char *path = realpath(cli_value(cli, "ca-file"), NULL);
		if (!path)
			return err_errno(e, "%s", cli_value(cli, "ca-file"));
		c->settings.ca_file = arena_strdup(a, path);
		free(path);
	}
	if (read_port(cli, &c->settings.port, e) != 0 || read_folders(cli, a, &c->settings.folders, e) != 0 ||
	    read_password(cli, password, e) != 0)
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

static void print_health(struct cli *cli, const struct account *account, const struct account_imap_health *h)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	if (!cli_json(cli)) {
		if (!cli_quiet(cli))
			printf("%s: good (imap, %" PRId64 " messages in %zu folders)\n", account->address, h->messages,
			    h->folders);
		return;
	}
	json_open(&j, '{');
	json_key(&j, "format");
	json_int(&j, 1);
	json_key(&j, "address");
	json_str(&j, account->address);
	json_key(&j, "provider");
	json_str(&j, account->provider);
	json_key(&j, "messages");
	json_int(&j, h->messages);
	json_key(&j, "folders");
	json_int(&j, (int64_t)h->folders);
	people_out_end(&j);
	buf_clear(&out);
}

int account_imap_try(struct cli *cli, struct store *s, const struct account *account)
{
	struct account_imap g = {
	    .config = cli_config(cli), .store = s, .dry_run = cli_dry_run(cli), .now = cli_now(cli)};
	struct account_imap_health health;
	struct arena a = {0};
	struct err e = {0};
	int status = 0;

	if (account_imap_test(&g, &a, account, &health, &e) != 0)
		status = cli_fail(&e);
	else
		print_health(cli, account, &health);
	arena_clear(&a);
	return status;
}
