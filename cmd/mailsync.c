/* mailsync: capture. Mail from files into the database. */
#include "cli.h"

#include "base/clock.h"
#include "base/log.h"
#include "job/import.h"
#include "job/message_settings.h"
#include "job/rematch.h"
#include "job/retry.h"
#include "mailsync_print.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

/* The batch at hand is finished, then the run ends: nothing is lost by it, and nothing would be by a second signal. */
static void catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

/* What the settings say, as the jobs take it. */
struct settings {
	struct mailbox_options o;
	struct message_settings message;
	struct arena arena;
};

static void read_settings(struct cli *cli, struct settings *set)
{
	const struct config *c = cli_config(cli);

	set->arena = (struct arena){0};
	message_settings_init(&set->message, &set->arena, c);
	set->o = (struct mailbox_options){.address = cli_value(cli, "account"),
	    .data_dir = config_text(c, "MAILROOM_DATA_DIR"),
	    .keep_all = strcmp(config_text(c, "MAILROOM_KEEP"), "all") == 0,
	    .message = set->message.options,
	    .max_attachment_bytes = config_int(c, "MAILROOM_MAX_ATTACHMENT_MB") << 20,
	    .free_mail = config_text(c, "MAILROOM_FREE_MAIL_DOMAINS"),
	    .now = cli_now(cli),
	    .dry_run = cli_dry_run(cli),
	    .stop = &stop,
	    .progress = log_shows_progress() ? print_progress : NULL};
}

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
	read_settings(cli, &set);
	catch_signals();
	rc = open_store(cli, &set.o, &e);
	if (rc == 0)
		rc = import_run(&set.o, argv, (size_t)argc, &counts, &e);
	log_progress_end();
	if (rc == 0 || counts.seen > 0)
		print_counts(cli, &counts);
	arena_clear(&set.arena);
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
	read_settings(cli, &set);
	catch_signals();
	rc = open_store(cli, &set.o, &e);
	if (rc == 0)
		rc = retry_run(&set.o, &counts, &e);
	log_progress_end();
	if (rc == 0 && (counts.seen > 0 || cli_json(cli)))
		print_counts(cli, &counts);
	arena_clear(&set.arena);
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
	read_settings(cli, &set);
	catch_signals();
	if (since_text)
		rc = clock_parse(since_text, &since, &e);
	if (rc == 0)
		rc = open_store(cli, &set.o, &e);
	if (rc == 0)
		rc = rematch_run(&set.o, since, &counts, &e);
	if (rc == 0)
		print_rematch(cli, &counts);
	arena_clear(&set.arena);
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

static const struct cli_verb verbs[] = {
    {"import", "PATH...", "read mbox files (also .gz, .zst), Maildirs, .eml files into a mailbox", import_options,
        verb_import, 1, -1},
    {"retry", "", "read again what could not be read", retry_options, verb_retry, 0, 0},
    {"rematch", "", "match stored mail again, after people were added or removed", rematch_options, verb_rematch, 0, 0},
    {"status", "", "show the last runs and what is in the database", status_options, verb_status, 0, 0},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {"mailsync", "capture mail into the database", verbs, NULL};

	return cli_main(&program, argc, argv);
}
