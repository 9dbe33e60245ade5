/* bounces-scan run and postmark. */
#include "bounces_file.h"
#include "bounces_verbs.h"
#include "jsontext.h"

#include "base/clock.h"
#include "base/log.h"
#include "job/bounces.h"
#include "job/message_settings.h"
#include "mail/address.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

const struct cli_option bounces_run_options[] = {
    {"account", 0, "ADDRESS", "the IMAP mailbox to read (default: MAILROOM_BOUNCE_MAILBOX)"},
    {"folder", 0, "NAME", "read this folder (may be given again; default: MAILROOM_BOUNCE_FOLDERS)"},
    {"since", 0, "WHEN", "look at all that came since then (a date, or 14d), read or not"},
    {"keep-unseen", 0, NULL, "mark nothing in the mailbox"},
    {"move-to", 0, "NAME", "move the reports to this folder"},
    {"file", 0, "PATH", "only tell what a report, a folder of them, or - says (may be given again)"},
    {NULL, 0, NULL, NULL},
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static json_t *lines_json(const char *text)
{
	json_t *list = json_array();

	while (*text) {
		size_t n = strcspn(text, "\n");
		json_array_append_new(list, json_stringn(text, n));
		text += n + (text[n] == '\n');
	}
	return list;
}

static void print_json(const struct bounces_totals *t, const char *text, bool look)
{
	json_t *doc = json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o}", "format", 1,
	    "seen", (json_int_t)t->seen, "other", (json_int_t)t->other, "reports", (json_int_t)t->reports, "known",
	    (json_int_t)t->known, "failed", (json_int_t)t->failed, "matched", (json_int_t)t->matched, "unmatched",
	    (json_int_t)t->unmatched, "deactivated", (json_int_t)t->deactivated, "unsubscribed",
	    (json_int_t)t->unsubscribed, "soft", (json_int_t)t->counted, "alerts", (json_int_t)t->alerts, "look", look,
	    "news", lines_json(text));

	json_dumpf(doc, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(doc);
}

static void print_totals(const struct bounces_totals *t)
{
	printf(
	    "%zu seen: %zu reports, %zu known, %zu other; %zu matched, %zu unmatched; %zu inactive, %zu unsubscribed, "
	    "%zu soft; %zu alerts\n",
	    t->seen, t->reports, t->known, t->other, t->matched, t->unmatched, t->deactivated, t->unsubscribed,
	    t->counted, t->alerts);
}

/* What was done is told, also when the run failed half-way. */
static int tell(struct cli *cli, struct bounces_run *r, int status)
{
	struct buf text = {0};
	struct err e = {0};
	bool look = false;

	if (bounces_tell(r, &text, &look, &e) != 0)
		status = status ? status : cli_fail(&e);
	if (cli_json(cli)) {
		print_json(&r->totals, buf_str(&text), look);
	} else {
		fputs(buf_str(&text), stdout);
		if (log_shows_progress() || cli_dry_run(cli))
			print_totals(&r->totals);
	}
	buf_clear(&text);
	/* What nobody can have read is told again. */
	if (fflush(stdout) == 0 && !ferror(stdout) && bounces_told(r, &e) != 0)
		status = status ? status : cli_fail(&e);
	return status ? status : look || r->totals.failed > 0;
}

static bool has_postmark(const struct cli *cli)
{
	const struct config *c = cli_config(cli);

	return config_text(c, "MAILROOM_POSTMARK_TOKEN") || config_text(c, "MAILROOM_POSTMARK_TOKEN_FILE");
}

static int find_account(struct store *s, struct arena *a, const char *given, struct account *out, struct err *e)
{
	const char *address = address_normalise(a, given);
	bool found = false;

	if (address && accounts_get(s, a, address, out, &found, e) != 0)
		return -1;
	return found ? 0 : err_set(e, ERR_CONFIG, "%s: no such mailbox (account imap sets one up)", given);
}

static const char *const *folders_of(const struct cli *cli, struct arena *a)
{
	const char **list = NULL, *name;
	const char *const *set = message_settings_list(a, config_text(cli_config(cli), "MAILROOM_BOUNCE_FOLDERS"));
	size_t n = 0;

	while ((name = cli_value_at(cli, "folder", n))) {
		list = arena_more(a, list, n, sizeof *list);
		list[n++] = name;
	}
	if (n == 0 && set)
		return set;
	list = arena_more(a, list, n, sizeof *list);
	list[n] = NULL;
	return list;
}

static int scan_mailbox(
    struct cli *cli, struct bounces_run *r, const char *address, struct bounces_mailbox *m, struct err *e)
{
	struct arena a = {0};
	struct account account;
	int rc = find_account(r->o->store, &a, address, &account, e);

	if (rc == 0) {
		m->account = &account;
		m->folders = folders_of(cli, &a);
		rc = bounces_scan_mailbox(r, m, e);
		m->account = NULL;
		m->folders = NULL;
	}
	arena_clear(&a);
	return rc;
}

/* Both, and what fails does not keep the other one from its turn. */
static int scan(struct cli *cli, const char *address, struct bounces_mailbox *m, bool postmark)
{
	struct bounces_options o = {
	    .config = cli_config(cli), .now = cli_now(cli), .dry_run = cli_dry_run(cli), .stop = &stop};
	struct bounces_run r;
	struct err e = {0};
	int status = 0;

	if (cli_open_store(cli, STORE_WRITE, &o.store, &e) != 0)
		return cli_fail(&e);
	catch_signals();
	if (bounces_begin(&r, &o, &e) != 0) {
		bounces_clear(&r);
		return cli_fail(&e);
	}
	if (address && scan_mailbox(cli, &r, address, m, &e) != 0)
		status = cli_fail(&e);
	e = (struct err){0};
	if (postmark && bounces_scan_postmark(&r, &e) != 0)
		status = status ? status : cli_fail(&e);
	status = tell(cli, &r, status);
	bounces_clear(&r);
	return status;
}

static int read_since(const struct cli *cli, struct bounces_mailbox *m, struct err *e)
{
	const char *text = cli_value(cli, "since");
	struct err ignored = {0};
	int64_t seconds;

	if (!text)
		return 0;
	m->has_since = true;
	if (clock_parse_duration(text, &seconds, &ignored) == 0)
		m->since = cli_now(cli) - seconds;
	else if (clock_parse(text, &m->since, e) != 0)
		return err_prefix(e, "--since");
	return 0;
}

int bounces_verb_run(struct cli *cli, int argc, char **argv)
{
	const char *address = cli_value(cli, "account");
	struct bounces_mailbox m = {.keep_unseen = cli_flag(cli, "keep-unseen"), .move_to = cli_value(cli, "move-to")};
	struct err e = {0};

	if (argc > 0 || cli_value(cli, "file"))
		return address || m.keep_unseen || m.move_to || cli_value(cli, "since") || cli_value(cli, "folder")
		           ? cli_usage(cli, "with --file nothing but that is read")
		           : bounces_file_run(cli, argc, argv);
	if (!address)
		address = config_text(cli_config(cli), "MAILROOM_BOUNCE_MAILBOX");
	if (!address && !has_postmark(cli))
		return cli_usage(
		    cli, "what to read? A mailbox (--account, MAILROOM_BOUNCE_MAILBOX) or files (--file PATH)");
	if (m.keep_unseen && m.move_to)
		return cli_usage(cli, "--keep-unseen or --move-to, not both");
	if (read_since(cli, &m, &e) != 0)
		return cli_fail(&e);
	return scan(cli, address, &m, has_postmark(cli));
}

int bounces_verb_postmark(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};

	(void)argc, (void)argv;
	if (!has_postmark(cli)) {
		err_set(&e, ERR_CONFIG, "there is no token of Postmark (MAILROOM_POSTMARK_TOKEN_FILE)");
		return cli_fail(&e);
	}
	return scan(cli, NULL, NULL, true);
}
