/* mailsync: capture. Mail from servers and files into the database. */
#include "cli.h"

#include "base/clock.h"
#include "base/log.h"
#include "job/import.h"
#include "job/message_settings.h"
#include "job/rematch.h"
#include "job/retry.h"
#include "mailsync_print.h"
#include "mailsync_run.h"
#include "mailsync_settings.h"
#include "mailsync_status.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int open_store(struct cli *cli, struct mailbox_options *o, struct err *e)
{
	return cli_open_store(cli, o->dry_run ? STORE_READ : STORE_WRITE, &o->store, e);
}

static int verb_import(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	struct settings set;
	struct run_counts counts = {0};
	int rc;

	if (!cli_value(cli, "account"))
		return cli_usage(cli, "import: which mailbox? Name it with --account");
	settings_read(&set, cli);
	settings_catch_signals();
	rc = open_store(cli, &set.o, &e);
	if (rc == 0)
		rc = import_run(&set.o, argv, (size_t)argc, &counts, &e);
	log_progress_end();
	if (rc == 0 || counts.seen > 0)
		print_counts(cli, &counts);
	settings_clear(&set);
	if (rc != 0)
		return cli_fail(&e);
	return counts.failed ? 1 : 0;
}

static int verb_retry(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	struct settings set;
	struct run_counts counts = {0};
	int rc;

	(void)argc, (void)argv;
	settings_read(&set, cli);
	settings_catch_signals();
	rc = open_store(cli, &set.o, &e);
	if (rc == 0)
		rc = settings_open_remotes(&set, cli, &e);
	if (rc == 0)
		rc = retry_run(&set.o, &counts, &e);
	log_progress_end();
	if (rc == 0 && (counts.seen > 0 || cli_json(cli)))
		print_counts(cli, &counts);
	settings_clear(&set);
	if (rc != 0)
		return cli_fail(&e);
	return counts.failed ? 1 : 0;
}

static int verb_rematch(struct cli *cli, int argc, char **argv)
{
	const char *since_text = cli_value(cli, "since");
	int64_t since = INT64_MIN;
	struct err e = {0};
	struct settings set;
	struct rematch_counts counts = {0};
	int rc = 0;

	(void)argc, (void)argv;
	settings_read(&set, cli);
	settings_catch_signals();
	if (since_text)
		rc = clock_parse(since_text, &since, &e);
	if (rc == 0)
		rc = open_store(cli, &set.o, &e);
	if (rc == 0)
		rc = settings_open_remotes(&set, cli, &e);
	if (rc == 0)
		rc = rematch_run(&set.o, since, &counts, &e);
	if (rc == 0)
		print_rematch(cli, &counts);
	settings_clear(&set);
	return rc == 0 ? 0 : cli_fail(&e);
}

static int verb_status(struct cli *cli, int argc, char **argv)
{
	const char *text = cli_value(cli, "limit");
	struct err e = {0};
	struct store *s;
	char *end;
	long limit = text ? strtol(text, &end, 10) : 10;

	(void)argc, (void)argv;
	if (text && (*end || !*text || limit < 0))
		return cli_usage(cli, "--limit: \"%s\" is no number of runs", text);
	if (cli_open_store(cli, STORE_READ, &s, &e) != 0 || print_status(cli, s, limit, &e) != 0)
		return cli_fail(&e);
	return 0;
}

static const struct cli_option import_options[] = {
    {"account", 0, "ADDRESS", "the mailbox that the mail is of (`account list` shows them)"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option retry_options[] = {
    {"account", 0, "ADDRESS", "only of this mailbox (default: of all)"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option rematch_options[] = {
    {"since", 0, "TIME", "only mail sent then or later (2026-11-20, @SECONDS)"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option status_options[] = {
    {"limit", 0, "N", "show the last N runs (default 10)"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_option run_options[] = {
    {"account", 0, "ADDRESS", "only this mailbox (default: every one that has a server and is not paused)"},
    {"since", 0, "TIME", "a first capture takes only what came then or later (2026-11-20, @SECONDS)"},
    {"max", 0, "N", "a first capture takes at most N messages in this run"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_verb verbs[] = {
    {"run", "", "capture the mailboxes from their servers: all mail first, then what is new", run_options, verb_run, 0,
        0},
    {"import", "PATH...", "read mbox files (also .gz, .zst), Maildirs, .eml files into a mailbox", import_options,
        verb_import, 1, -1},
    {"retry", "", "read again what could not be read", retry_options, verb_retry, 0, 0},
    {"rematch", "", "match stored mail again, after people were added or removed", rematch_options, verb_rematch, 0, 0},
    {"status", "", "show the last runs and what is in the database", status_options, verb_status, 0, 0},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {"mailsync", "capture mail into the database", verbs, "run"};

	return cli_main(&program, argc, argv);
}
