/* account login: consent in a browser, or on another machine and by a pasted address. */
#include "job/account_login.h"
#include "account_out.h"
#include "account_verbs.h"
#include "base/log.h"
#include "base/mem.h"
#include "job/account_gmail.h"
#include "people_out.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PASTE_MAX_BYTES = 16 << 10 };

const struct cli_option account_login_options[] = {
    {"no-browser", 0, NULL, "open no browser, and read the address that the browser ended at from standard input"},
    {"compose", 0, NULL, "ask for drafts and sending too"},
    {"smtp", 0, NULL, "ask for sending by SMTP (--auth xoauth2) too"},
    {NULL, 0, NULL, NULL},
};

/* A desktop's browser, where there is a desktop. What becomes of it is the person's to see. */
static void open_browser(const char *url)
{
	char *argv[] = {mem_strdup("xdg-open"), mem_strdup(url), NULL};
	posix_spawn_file_actions_t quiet;
	pid_t pid;

	if (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY"))
		goto out;
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environ) != 0)
		log_detail("xdg-open does not start");
	posix_spawn_file_actions_destroy(&quiet);
out:
	free(argv[0]);
	free(argv[1]);
}

/* What has come on standard input so far; a line of it is a redirect's address, and that is a secret. */
struct input {
	int fd; /* -1: not read, or at its end */
	char text[PASTE_MAX_BYTES];
	size_t len;
};

/* Reads what is there. */
static int read_input(struct input *in, struct err *e)
{
	ssize_t n = read(in->fd, in->text + in->len, sizeof in->text - 1 - in->len);

	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0)
		return err_errno(e, "standard input");
	in->len += (size_t)n;
	in->text[in->len] = '\0';
	if (n == 0)
		in->fd = -1;
	if (in->len == sizeof in->text - 1 && !strchr(in->text, '\n'))
		return err_set(e, ERR_INPUT, "the line on standard input is too long for an address");
	return 0;
}

/* Tries the complete lines, and the rest when there is no more to come. *done: one of them was the address. */
static int try_lines(struct input *in, struct account_login *l, bool *done, struct err *e)
{
	char *line = in->text, *end;
	int rc = 0;

	while ((end = strchr(line, '\n')) || (in->fd < 0 && *line)) {
		if (end)
			*end = '\0';
		if (line[strspn(line, " \t\r")] && !*done) {
			rc = account_login_paste(l, line, e);
			*done = rc == 0;
			if (rc != 0 && in->fd >= 0 && isatty(in->fd) && e->code == ERR_INPUT) {
				log_error("%s", e->text);
				rc = 0;
			}
		}
		line = end ? end + 1 : line + strlen(line);
		if (rc != 0)
			break;
	}
	in->len = strlen(line);
	memmove(in->text, line, in->len + 1);
	return rc;
}

static int wait_for_consent(struct account_login *l, bool paste, struct err *e)
{
	struct input in = {.fd = paste ? STDIN_FILENO : -1};
	bool done = false, input;
	int rc = 0;

	while (!done && rc == 0) {
		rc = account_login_wait(l, in.fd, &input, e);
		if (rc != 0 || !input)
			break;
		rc = read_input(&in, e);
		if (rc == 0)
			rc = try_lines(&in, l, &done, e);
	}
	explicit_bzero(&in, sizeof in);
	return rc;
}

static void explain(struct cli *cli, const struct account_login *l)
{
	bool paste = cli_flag(cli, "no-browser");

	/* Data, so that a script can take it; the words go to the person. With --json standard output is one document. */
	fprintf(cli_json(cli) ? stderr : stdout, "%s\n", account_login_url(l));
	fflush(stdout);
	if (cli_quiet(cli))
		return;
	fprintf(stderr, "Open this address as %s and give access.\n", account_login_address(l));
	if (paste)
		fputs("On another machine the browser then ends at a page that cannot be shown: paste its address "
		      "here.\n",
		    stderr);
}

static int run(
    struct cli *cli, const struct account_login_options *o, struct arena *a, struct account *account, struct err *e)
{
	struct account_login *l = NULL;
	int rc = -1;

	if (account_login_begin(o, &l, e) != 0)
		return -1;
	explain(cli, l);
	if (!cli_flag(cli, "no-browser"))
		open_browser(account_login_url(l));
	if (wait_for_consent(l, cli_flag(cli, "no-browser"), e) == 0 && account_login_finish(l, e) == 0)
		rc = account_gmail_find(o->store, a, account_login_address(l), account, e);
	account_login_end(l);
	return rc;
}

int account_login(struct cli *cli, int argc, char **argv)
{
	struct http_options options = {0};
	struct account_login_options o = {.config = cli_config(cli),
	    .address = argv[0],
	    .compose = cli_flag(cli, "compose"),
	    .smtp = cli_flag(cli, "smtp"),
	    .now = cli_now(cli)};
	struct err e = {0};
	struct arena a = {0};
	struct account account;
	int status = 0;

	(void)argc;
	if (cli_dry_run(cli))
		return cli_usage(cli, "login cannot be tried without doing it");
	o.http = http_new(&options);
	if (cli_open_store(cli, STORE_WRITE, &o.store, &e) != 0 || run(cli, &o, &a, &account, &e) != 0)
		status = cli_fail(&e);
	else if (cli_json(cli))
		account_out_change(cli, PEOPLE_CHANGED, &account);
	else if (!cli_quiet(cli))
		printf("%s is logged in\n", account.address);
	http_free(o.http);
	arena_clear(&a);
	return status;
}
