
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "job/survey_access.h"
#include "job/survey_sync.h"
#include "participant_verbs.h"
#include "people_out.h"

#include <stdio.h>
#include <stdlib.h>

/* Adds up to answers: the figures of the report, by their names in it. */
struct figure {
	const char *name;
	size_t n;
};

static void print_json_report(const struct cli *cli, const struct survey_sync_totals *t)
{
	const struct figure figures[] = {{"surveys", t->surveys}, {"skipped_surveys", t->skipped},
	    {"answers", t->answers}, {"added", t->added}, {"updated", t->updated}, {"unchanged", t->unchanged},
	    {"quarantined", t->quarantined}, {"quarantined_before", t->quarantined_before},
	    {"duplicates", t->duplicates}, {"erased", t->erased}, {"previews", t->previews},
	    {"requests", (size_t)t->stats.requests}, {"tried_again", (size_t)t->stats.tries_again}};
	struct buf out = {0};
	struct json j = {.out = &out};

	json_open(&j, '{');
	json_key(&j, "format");
	json_int(&j, 1);
	json_key(&j, "dry_run");
	json_bool(&j, cli_dry_run(cli));
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
		json_key(&j, figures[i].name);
		json_int(&j, (int64_t)figures[i].n);
	}
	people_out_end(&j);
	buf_clear(&out);
}

static void print_report(const struct cli *cli, const struct survey_sync_totals *t)
{
	char line[400];

	snprintf(line, sizeof line,
	    "%zu survey%s, %zu answer%s: %zu added, %zu updated, %zu unchanged, %zu quarantined, %zu in quarantine "
	    "before, %zu already known, %zu of erased people; %zu preview%s left out",
	    t->surveys, t->surveys == 1 ? "" : "s", t->answers, t->answers == 1 ? "" : "s", t->added, t->updated,
	    t->unchanged, t->quarantined, t->quarantined_before, t->duplicates, t->erased, t->previews,
	    t->previews == 1 ? "" : "s");
	if (cli_json(cli))
		print_json_report(cli, t);
	else if (cli_dry_run(cli) && !cli_quiet(cli))
		printf("dry run: %s\n", line);
	else if (log_shows_progress())
		puts(line);
	else
		log_info("%s", line);
}

/* A dry run keeps nothing that could be shown. */
static int report(const struct cli *cli, const struct survey_sync_totals *t)
{
	bool one = t->still_open == 1;

	print_report(cli, t);
	if (t->still_open == 0)
		return 0;
	log_error("%zu answer%s lack%s what a participant needs%s%s", t->still_open, one ? "" : "s", one ? "s" : "",
	    cli_dry_run(cli) ? ", and would go to quarantine" : ": `participant quarantine` shows ",
	    cli_dry_run(cli) ? ""
	    : one            ? "it"
	                     : "them");
	return 1;
}

static int open_and_sync(
    struct cli *cli, struct survey_sync_options *o, struct http *http, struct survey_sync_totals *t, struct err *e)
{
	struct gmail_clock clock = gmail_clock_system();
	struct qualtrics *q = NULL;
	int rc = -1;

	if (survey_access_open(o->config, http, &clock, &q, e) == 0 &&
	    cli_open_store(cli, STORE_WRITE, &o->store, e) == 0) {
		o->qualtrics = q;
		rc = survey_sync(o, t, e);
	}
	qualtrics_close(q);
	return rc;
}

static int read_options(struct cli *cli, struct arena *a, struct survey_sync_options *o, struct err *e)
{
	const char *map = config_text(o->config, "MAILROOM_QUALTRICS_FIELD_MAPPING"), *since = cli_value(cli, "since");
	struct people_words ids = people_out_words_given(a, cli, 0, NULL, "survey-id");

	o->ids = ids.items;
	o->id_count = ids.count;
	if (since && clock_parse(since, &o->since, e) != 0) {
		e->code = ERR_USAGE;
		return err_prefix(e, "--since");
	}
	return map ? survey_map_read(map, a, o->map, e) : 0;
}

int participant_verb_sync_qualtrics(struct cli *cli, int argc, char **argv)
{
	const struct config *c = cli_config(cli);
	char *lock = file_join(config_text(c, "MAILROOM_DATA_DIR"), "sync-qualtrics.lock");
	char *backups = file_join(config_text(c, "MAILROOM_DATA_DIR"), "roster-backups");
	struct http *http = http_new(&(struct http_options){0});
	struct survey_map map = {0};
	struct survey_sync_options o = {.config = c,
	    .map = &map,
	    .filter = cli_value(cli, "survey-filter"),
	    .since = INT64_MIN,
	    .lock_path = lock,
	    .backup_dir = backups,
	    .backups = (size_t)config_int(c, "MAILROOM_ROSTER_BACKUPS"),
	    .actor = "sync-qualtrics",
	    .now = cli_now(cli),
	    .dry_run = cli_dry_run(cli)};
	struct survey_sync_totals totals;
	struct arena a = {0};
	struct err e = {0};
	int status;

	(void)argc;
	(void)argv;
	if (read_options(cli, &a, &o, &e) != 0 || open_and_sync(cli, &o, http, &totals, &e) != 0)
		status = cli_fail(&e);
	else
		status = report(cli, &totals);
	http_free(http);
	arena_clear(&a);
	free(backups);
	free(lock);
	return status;
}
