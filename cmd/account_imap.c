/* account: imap. */
#include "job/account_imap.h"
#include "account_out.h"
#include "account_verbs.h"
#include "base/buf.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PASSWORD_CAP_BYTES = 4096 };

const struct cli_option account_imap_options[] = {
    {"host", 'H', "NAME", "the IMAP server"},
    {"port", 'p', "PORT", "its port (default: 993; with starttls or none 143)"},
    {"security", 's', "HOW", "ssl (default), starttls, or none: only to this machine"},
    {"force", 0, NULL, "security none to another machine all the same"},
    {"login", 'l', "NAME", "the name to log in with (default: the address)"},
    {"folder", 'f', "FOLDER", "only this folder (may be given again; default: all but drafts, junk and trash)"},
    {"password-file", 0, "FILE", "read the password from FILE (default: from standard input)"},
    {NULL, 0, NULL, NULL},
};

static const char *joined_folders(struct cli *cli, struct buf *out)
{
	const char *name;

	for (size_t i = 0; (name = cli_value_at(cli, "folder", i)); i++)
		buf_printf(out, "%s%s", i > 0 ? "\n" : "", name);
	return out->len > 0 ? buf_str(out) : NULL;
}

static int read_password(struct cli *cli, struct buf *out, struct err *e)
{
	const char *path = cli_value(cli, "password-file");

	if (path && file_read(path, -1, PASSWORD_CAP_BYTES, out, e) != 0)
		return -1;
	if (!path && file_read("standard input", STDIN_FILENO, PASSWORD_CAP_BYTES, out, e) != 0)
		return -1;
	while (out->len > 0 && strchr("\r\n", out->data[out->len - 1]))
		out->data[--out->len] = '\0';
	if (out->len == 0 || strlen(out->data) != out->len)
		return err_set(e, ERR_INPUT, "%s: is no password", path ? path : "standard input");
	return 0;
}

static int read_server(struct cli *cli, struct imap_account *s, struct buf *folders, struct err *e)
{
	const char *port = cli_value(cli, "port"), *security = cli_value(cli, "security");
	char *end = NULL;

	*s = (struct imap_account){.host = cli_value(cli, "host"),
	    .security = security ? security : IMAP_ACCOUNTS_SSL,
	    .plain_anywhere = cli_flag(cli, "force"),
	    .login = cli_value(cli, "login"),
	    .folders = joined_folders(cli, folders)};
	if (!s->host)
		return err_set(e, ERR_USAGE, "imap: which server? Name it with --host");
	if (strcmp(s->security, IMAP_ACCOUNTS_SSL) != 0 && strcmp(s->security, IMAP_ACCOUNTS_STARTTLS) != 0 &&
	    strcmp(s->security, IMAP_ACCOUNTS_NONE) != 0)
		return err_set(e, ERR_USAGE, "--security: \"%s\" is none of ssl, starttls, none", s->security);
	s->port = port ? strtol(port, &end, 10) : strcmp(s->security, IMAP_ACCOUNTS_SSL) == 0 ? 993 : 143;
	if (s->port < 1 || s->port > 65535 || (port && (*end || !*port)))
		return err_set(e, ERR_USAGE, "--port: \"%s\" is no port", port);
	return 0;
}

int account_imap(struct cli *cli, int argc, char **argv)
{
	struct account_imap i = {.config = cli_config(cli), .dry_run = cli_dry_run(cli), .now = cli_now(cli)};
	struct buf folders = {0}, password = {0};
	struct account account;
	enum people_change done;
	struct arena a = {0};
	struct err e = {0};
	int status = 0;

	(void)argc;
	if (read_server(cli, &i.server, &folders, &e) == 0 && read_password(cli, &password, &e) == 0 &&
	    cli_open_store(cli, STORE_WRITE, &i.store, &e) == 0) {
		i.password = buf_str(&password);
		if (account_imap_enroll(&i, &a, argv[0], &done, &account, &e) == 0)
			account_out_change(cli, done, &account);
	}
	if (e.code)
		status = cli_fail(&e);
	buf_wipe(&password);
	buf_clear(&folders);
	arena_clear(&a);
	return status;
}
