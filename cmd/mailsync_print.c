#include "mailsync_print.h"

#include "base/log.h"
#include "base/mem.h"

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

json_t *counts_json(const struct run_counts *c)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "seen", (json_int_t)c->seen, "stored",
	    (json_int_t)c->stored, "known", (json_int_t)c->known, "matched", (json_int_t)c->matched, "failed",
	    (json_int_t)c->failed, "attachments_saved", (json_int_t)c->attachments, "skipped", (json_int_t)c->skipped,
	    "requests", (json_int_t)c->requests, "units", (json_int_t)c->units);
}

void print_json(json_t *doc)
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
		print_json(doc);
	} else if (!cli_quiet(cli)) {
		printf("%s%lld seen, %lld stored, %lld already known, %lld matched, %lld failed\n",
		    cli_dry_run(cli) ? "dry run: " : "", (long long)c->seen, (long long)c->stored, (long long)c->known,
		    (long long)c->matched, (long long)c->failed);
	}
}

void print_rematch(const struct cli *cli, const struct rematch_counts *c)
{
	if (cli_json(cli)) {
		print_json(json_pack("{s:i, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "format", 1, "dry_run",
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
