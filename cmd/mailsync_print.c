#include "mailsync_print.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/zone.h"
#include "store/emails.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void print_progress(const struct mailbox_progress *p, void *arg)
{
	double mb = (double)p->bytes / 1e6, s = p->elapsed_s > 0 ? p->elapsed_s : 1;
	int percent = p->total > 0 ? (int)(100 * p->done / p->total) : 0;

	(void)arg;
	log_progress("%lld messages, %.0f MB/s, %d %%", (long long)p->messages, mb / s, percent);
}

static json_t *counts_json(const struct run_counts *c)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "seen", (json_int_t)c->seen, "stored", (json_int_t)c->stored,
	    "known", (json_int_t)c->known, "matched", (json_int_t)c->matched, "failed", (json_int_t)c->failed,
	    "attachments_saved", (json_int_t)c->attachments);
}

static void dump(json_t *doc)
{
	json_dumpf(doc, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(doc);
}

void print_counts(const struct cli *cli, const struct run_counts *c)
{
	if (cli_json(cli)) {
		json_t *doc = json_pack("{s:i, s:b}", "format", 1, "dry_run", cli_dry_run(cli));
		json_object_update_new(doc, counts_json(c));
		dump(doc);
	} else if (!cli_quiet(cli)) {
		printf("%s%lld seen, %lld stored, %lld already known, %lld matched, %lld failed\n",
		    cli_dry_run(cli) ? "dry run: " : "", (long long)c->seen, (long long)c->stored, (long long)c->known,
		    (long long)c->matched, (long long)c->failed);
	}
}

void print_rematch(const struct cli *cli, const struct rematch_counts *c)
{
	if (cli_json(cli)) {
		dump(json_pack("{s:i, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "format", 1, "dry_run",
		    cli_dry_run(cli), "seen", (json_int_t)c->seen, "matched", (json_int_t)c->matched, "gained",
		    (json_int_t)c->gained, "lost", (json_int_t)c->lost, "texts_filled", (json_int_t)c->filled,
		    "source_gone", (json_int_t)c->gone, "texts_removed", (json_int_t)c->removed, "attachments_removed",
		    (json_int_t)c->attachments_removed));
		return;
	}
	if (cli_quiet(cli))
		return;
	printf("%s%lld seen, %lld matched (%lld more, %lld fewer)\n", cli_dry_run(cli) ? "dry run: " : "",
	    (long long)c->seen, (long long)c->matched, (long long)c->gained, (long long)c->lost);
	if (c->filled || c->gone)
		printf("%lld texts read again, %lld whose source is gone\n", (long long)c->filled, (long long)c->gone);
	if (c->removed)
		printf("%lld texts and %lld attachment files removed\n", (long long)c->removed,
		    (long long)c->attachments_removed);
}

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

static int print_status_json(struct store *s, const struct email_totals *t, int64_t limit, struct err *e)
{
	json_t *runs = json_array();
	int rc = runs_each(s, limit, add_run, runs, e);
	json_t *totals = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "messages", (json_int_t)t->messages,
	    "with_text", (json_int_t)t->with_text, "matched", (json_int_t)t->matched, "threads", (json_int_t)t->threads,
	    "sightings", (json_int_t)t->sightings, "attachments", (json_int_t)t->attachments, "failed",
	    (json_int_t)t->failed);

	dump(json_pack("{s:i, s:o, s:o}", "format", 1, "totals", totals, "runs", runs));
	return rc;
}

int print_status(const struct cli *cli, struct store *s, int64_t limit, struct err *e)
{
	struct email_totals t;

	if (emails_totals(s, &t, e) != 0)
		return -1;
	if (cli_json(cli))
		return print_status_json(s, &t, limit, e);
	printf("%lld messages in %lld threads, %lld with their text, %lld matched, %lld attachments, %lld waiting for "
	       "a retry\n",
	    (long long)t.messages, (long long)t.threads, (long long)t.with_text, (long long)t.matched,
	    (long long)t.attachments, (long long)t.failed);
	return runs_each(s, limit, print_run, NULL, e);
}
