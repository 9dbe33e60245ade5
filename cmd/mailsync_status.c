#include "mailsync_status.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "base/zone.h"
#include "mailsync_print.h"
#include "store/emails.h"
#include "store/runs.h"
#include "store/sync_stats.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add_run(const struct run *r, void *arg)
{
	json_t *run = json_pack("{s:I, s:s?, s:s, s:s?, s:s, s:s?, s:I, s:o}", "id", (json_int_t)r->id, "account",
	    r->address, "kind", r->kind, "source", r->source, "status", r->status, "error", r->error, "started_at",
	    (json_int_t)r->started_at, "finished_at", r->finished_at ? json_integer(r->finished_at) : json_null());

	json_object_update_new(run, counts_json(&r->counts));
	json_array_append_new(arg, run);
	return 0;
}

/* A file name is as hostile as a message. */
static void print_plain(const char *before, const char *text, const char *after)
{
	char *plain = mem_strdup(text);

	utf8_disarm(plain, "");
	printf("%s%s%s", before, plain, after);
	free(plain);
}

static int print_run(const struct run *r, void *arg)
{
	char when[ZONE_TEXT_BYTES];

	(void)arg;
	printf("%s  %-8s %-11s %s", zone_format(r->started_at, ZONE_DATE_TIME, when), r->kind, r->status,
	    r->address ? r->address : "all accounts");
	if (r->source)
		print_plain("  ", r->source, "");
	printf("\n    %lld seen, %lld stored, %lld known, %lld matched, %lld failed, %lld attachments\n",
	    (long long)r->counts.seen, (long long)r->counts.stored, (long long)r->counts.known,
	    (long long)r->counts.matched, (long long)r->counts.failed, (long long)r->counts.attachments);
	if (r->error)
		print_plain("    ", r->error, "\n");
	return 0;
}

/* The mailboxes as JSON. */
struct accounts {
	json_t *rows;
	int64_t now;
};

static json_t *time_or_null(int64_t t)
{
	return t ? json_integer(t) : json_null();
}

static json_t *listing_json(const struct sync_stats *a, int64_t now)
{
	if (!a->phase)
		return json_null();
	return json_pack("{s:s, s:b, s:I, s:o, s:I, s:o, s:o}", "phase", a->phase, "done", a->finished_at != 0,
	    "listed", (json_int_t)a->listed, "total", a->total >= 0 ? json_integer(a->total) : json_null(), "begun_at",
	    (json_int_t)a->begun_at, "finished_at", time_or_null(a->finished_at), "estimated_end_at",
	    time_or_null(sync_stats_end_at(a, now)));
}

static json_t *last_run_json(const struct sync_stats *a)
{
	if (!a->last_run.id)
		return json_null();
	return json_pack("{s:I, s:s, s:s, s:I, s:o, s:I, s:s?}", "id", (json_int_t)a->last_run.id, "kind",
	    a->last_run.kind, "status", a->last_run.status, "started_at", (json_int_t)a->last_run.started_at,
	    "finished_at", time_or_null(a->last_run.finished_at), "units", (json_int_t)a->last_run.units, "error",
	    a->last_run.error);
}

static void add_account(const struct sync_stats *a, void *arg)
{
	struct accounts *list = arg;

	json_array_append_new(list->rows,
	    json_pack("{s:s, s:s, s:b, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:o, s:s?, s:o}", "address",
	        a->address, "provider", a->provider, "enabled", a->enabled, "in_step_at", time_or_null(a->in_step_at),
	        "lag_s", a->in_step_at ? json_integer(list->now - a->in_step_at) : json_null(), "messages",
	        (json_int_t)a->messages, "unmatched", (json_int_t)a->unmatched, "failed", (json_int_t)a->failed,
	        "units_last_day", (json_int_t)a->units_day, "backfill", listing_json(a, list->now), "last_run",
	        last_run_json(a), "failures", (json_int_t)a->failures, "next_at", time_or_null(a->next_at),
	        "last_error", a->last_error, "last_error_at", time_or_null(a->last_error_at)));
}

static void print_listing(const struct sync_stats *a, int64_t now)
{
	int64_t end = sync_stats_end_at(a, now);
	char when[ZONE_TEXT_BYTES];

	if (!a->phase || a->finished_at)
		return;
	printf("    %s: %lld", strcmp(a->phase, "reconcile") == 0 ? "being listed anew" : "first capture",
	    (long long)a->listed);
	if (a->total >= 0)
		printf(" of about %lld", (long long)a->total);
	printf(" messages listed%s%s\n", end ? ", done about " : "", end ? zone_format(end, ZONE_DATE_TIME, when) : "");
}

static void print_account(const struct sync_stats *a, void *arg)
{
	const int64_t *now = arg;
	char when[ZONE_TEXT_BYTES];

	if (!a->phase && !a->last_error)
		return;
	printf("%s: %lld messages, %lld unmatched, %lld failed, %lld units in a day, %s%s%s\n", a->address,
	    (long long)a->messages, (long long)a->unmatched, (long long)a->failed, (long long)a->units_day,
	    a->in_step_at ? "in step at " : "not yet in step",
	    a->in_step_at ? zone_format(a->in_step_at, ZONE_DATE_TIME, when) : "", a->enabled ? "" : ", paused");
	print_listing(a, *now);
	if (a->last_error) {
		printf("    %s: ", zone_format(a->last_error_at, ZONE_DATE_TIME, when));
		print_plain("", a->last_error, "\n");
	}
}

static int print_status_json(struct store *s, const struct email_totals *t, int64_t now, int64_t limit, struct err *e)
{
	struct accounts accounts = {json_array(), now};
	json_t *runs = json_array();
	int rc = runs_each(s, limit, add_run, runs, e);
	json_t *totals = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "messages", (json_int_t)t->messages,
	    "with_text", (json_int_t)t->with_text, "matched", (json_int_t)t->matched, "threads", (json_int_t)t->threads,
	    "sightings", (json_int_t)t->sightings, "attachments", (json_int_t)t->attachments, "failed",
	    (json_int_t)t->failed);

	if (rc == 0)
		rc = sync_stats_each(s, now, add_account, &accounts, e);
	print_json(
	    json_pack("{s:i, s:o, s:o, s:o}", "format", 1, "totals", totals, "accounts", accounts.rows, "runs", runs));
	return rc;
}

int print_status(const struct cli *cli, struct store *s, int64_t limit, struct err *e)
{
	struct email_totals t;
	int64_t now = cli_now(cli);

	if (emails_totals(s, &t, e) != 0)
		return -1;
	if (cli_json(cli))
		return print_status_json(s, &t, cli_now(cli), limit, e);
	printf("%lld messages in %lld threads, %lld with their text, %lld matched, %lld attachments, %lld waiting for "
	       "a retry\n",
	    (long long)t.messages, (long long)t.threads, (long long)t.with_text, (long long)t.matched,
	    (long long)t.attachments, (long long)t.failed);
	if (sync_stats_each(s, now, print_account, &now, e) != 0)
		return -1;
	return runs_each(s, limit, print_run, NULL, e);
}
