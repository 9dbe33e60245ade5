#include "mailsync_run.h"

#include "base/clock.h"
#include "base/log.h"
#include "job/sync.h"
#include "mailsync_print.h"
#include "mailsync_settings.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct report {
	const struct cli *cli;
	json_t *accounts; /* NULL: in words */
};

static json_t *result_json(const char *address, const struct sync_result *r)
{
	json_t *row = json_pack("{s:s, s:b, s:b, s:s?}", "address", address, "delayed", r->is_delayed, "cut_off",
	    r->is_cut, "error", r->err.code && !r->is_cut ? r->err.text : NULL);

	json_object_update_new(row, counts_json(&r->counts));
	return row;
}

static void print_result(const char *address, const struct sync_result *r, void *arg)
{
	const struct report *p = arg;
	const struct run_counts *c = &r->counts;

	log_progress_end();
	if (r->err.code && !r->is_cut)
		log_error("%s: %s", address, r->err.text);
	else if (c->failed > 0)
		log_error(
		    "%s: %lld messages could not be captured: `mailsync status` counts them, `mailsync retry` tries "
		    "them again",
		    address, (long long)c->failed);
	if (p->accounts)
		json_array_append_new(p->accounts, result_json(address, r));
	else if (r->is_delayed)
		log_info("%s: not its turn yet", address);
	else
		log_info("%s: %lld seen, %lld stored, %lld already known, %lld matched, %lld failed, %lld left out%s",
		    address, (long long)c->seen, (long long)c->stored, (long long)c->known, (long long)c->matched,
		    (long long)c->failed, (long long)c->skipped, r->is_cut ? "; goes on in the next run" : "");
}

/* The worst of what happened: all mailboxes share an error, or some failed, or there was no time left. */
static int exit_status(const struct sync_totals *t)
{
	struct err common = {.code = t->code};

	if (t->failed > 0 && t->failed == t->accounts && t->code)
		return err_exit_status(&common);
	if (t->failed > 0)
		return 1;
	if (t->cut > 0)
		return EX_TEMPFAIL;
	return t->counts.failed > 0 ? 1 : 0;
}

static void print_totals(struct report *p, const struct sync_totals *t)
{
	json_t *doc;

	if (!p->accounts) {
		if (log_shows_progress())
			print_counts(p->cli, &t->counts);
		return;
	}
	doc = json_pack("{s:i, s:O}", "format", 1, "accounts", p->accounts);
	json_object_update_new(doc, counts_json(&t->counts));
	json_dumpf(doc, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(doc);
}

static int run(struct cli *cli, struct settings *set, const struct sync_options *given, struct err *e)
{
	struct sync_options o = *given;
	struct report report = {.cli = cli, .accounts = cli_json(cli) ? json_array() : NULL};
	struct sync_totals totals;
	int status = -1;

	if (settings_open_remotes(set, cli, e) == 0) {
		o.mailbox = set->o;
		o.each = print_result;
		o.arg = &report;
		if (sync_run(&o, &totals, e) == 0) {
			print_totals(&report, &totals);
			status = exit_status(&totals);
		}
	}
	json_decref(report.accounts);
	return status;
}

static int read_options(struct cli *cli, struct sync_options *o, struct err *e)
{
	const struct config *c = cli_config(cli);
	const char *since = cli_value(cli, "since"), *max = cli_value(cli, "max");
	char *end;

	*o = (struct sync_options){.database = config_text(c, "MAILROOM_DB"),
	    .since = INT64_MIN,
	    .page_size = (int)config_int(c, "MAILROOM_GMAIL_BACKFILL_PAGE_SIZE"),
	    .stale_days = (int)config_int(c, "MAILROOM_GMAIL_HISTORY_STALE_DAYS"),
	    .parallel = (int)config_int(c, "MAILROOM_SYNC_PARALLEL"),
	    .imap_max = config_int(c, "MAILROOM_IMAP_MAX_PER_RUN"),
	    .imap_poll_s = (int)config_int(c, "MAILROOM_IMAP_POLL_MIN") * 60,
	    .gmail_disabled = !config_bool(c, "MAILROOM_GMAIL_ENABLED")};
	if (since && clock_parse(since, &o->since, e) != 0)
		return -1;
	o->max = max ? strtoll(max, &end, 10) : 0;
	if (max && (*end || !*max || o->max < 1))
		return err_set(e, ERR_USAGE, "--max: \"%s\" is no number of messages", max);
	return 0;
}

int verb_run(struct cli *cli, int argc, char **argv)
{
	struct sync_options o;
	struct settings set;
	struct err e = {0};
	int status = -1;

	(void)argc, (void)argv;
	if (cli_dry_run(cli))
		return cli_usage(cli, "run: there is no dry run; --max 10 captures ten messages");
	if (read_options(cli, &o, &e) != 0)
		return cli_fail(&e);
	settings_read(&set, cli);
	settings_catch_signals();
	status = run(cli, &set, &o, &e);
	log_progress_end();
	settings_clear(&set);
	return status >= 0 ? status : cli_fail(&e);
}
