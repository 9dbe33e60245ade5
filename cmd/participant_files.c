/* participant import-csv, export-csv, seed-completion. */
#include "base/clock.h"
#include "base/log.h"
#include "job/roster_csv.h"
#include "job/roster_log.h"
#include "job/roster_seed.h"
#include "participant_out.h"
#include "participant_verbs.h"
#include "people_out.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* Told of each change, for a dry run. */
struct telling {
	struct json *json; /* NULL: a line each */
	struct arena a;
};

static void tell(size_t line, const struct roster_outcome *o, void *arg)
{
	struct telling *t = arg;

	arena_reset(&t->a);
	if (!t->json) {
		if (o->change != ROSTER_UNCHANGED)
			printf("line %zu: would be %s: %s; %s\n", line, roster_change_name(o->change),
			    participant_out_name(&t->a, &o->participant), participant_out_fields(&t->a, o));
		if (o->stays_unsubscribed)
			printf(
			    "line %zu: stays unsubscribed: %s\n", line, participant_out_name(&t->a, &o->participant));
		return;
	}
	json_open(t->json, '{');
	json_key(t->json, "line");
	json_int(t->json, (int64_t)line);
	json_key(t->json, "change");
	json_str(t->json, roster_change_name(o->change));
	json_key(t->json, "did");
	json_str(t->json, o->participant.did);
	participant_out_json_fields(t->json, o);
	json_key(t->json, "stays_unsubscribed");
	json_bool(t->json, o->stays_unsubscribed);
	json_close(t->json, '}');
}

static void json_lines(struct json *j, const char *name, const struct csv_faults *f)
{
	json_key(j, name);
	json_open(j, '[');
	for (size_t i = 0; i < csv_faults_kept(f); i++) {
		json_open(j, '{');
		json_key(j, "line");
		json_int(j, (int64_t)f->items[i].line);
		json_key(j, "text");
		json_str(j, f->items[i].text);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* Behind the changes, which are open since the beginning. */
static void import_json(const struct cli *cli, struct json *j, const struct roster_import *im)
{
	json_close(j, ']');
	json_key(j, "dry_run");
	json_bool(j, cli_dry_run(cli));
	json_key(j, "imported");
	json_bool(j, im->faults.count == 0 && !cli_dry_run(cli));
	for (int i = ROSTER_ADDED; i <= ROSTER_ERASED; i++) {
		json_key(j, roster_change_name((enum roster_change)i));
		json_int(j, (int64_t)im->changes[i]);
	}
	json_key(j, "stays_unsubscribed");
	json_int(j, (int64_t)im->stays_unsubscribed);
	json_key(j, "fault_count");
	json_int(j, (int64_t)im->faults.count);
	json_lines(j, "faults", &im->faults);
	json_lines(j, "erased_lines", &im->erased);
	people_out_end(j);
}

static void warn(const char *path, const struct csv_faults *f, void (*say)(const char *fmt, ...))
{
	size_t kept = csv_faults_kept(f);

	for (size_t i = 0; i < kept; i++)
		say("%s: line %zu: %s", path, f->items[i].line, f->items[i].text);
	if (f->count > kept)
		say("%s: and %zu more", path, f->count - kept);
}

static void import_text(const struct cli *cli, const char *path, const struct roster_import *im)
{
	const size_t *n = im->changes;

	if (cli_quiet(cli) || im->faults.count)
		return;
	printf("%s%s: %zu added, %zu updated, %zu unchanged", cli_dry_run(cli) ? "dry run: " : "", path,
	    n[ROSTER_ADDED], n[ROSTER_UPDATED], n[ROSTER_UNCHANGED]);
	if (n[ROSTER_ERASED])
		printf(", %zu left out: erased", n[ROSTER_ERASED]);
	if (im->stays_unsubscribed)
		printf(", %zu stay%s unsubscribed", im->stays_unsubscribed, im->stays_unsubscribed == 1 ? "s" : "");
	putchar('\n');
}

static int import(struct cli *cli, struct arena *a, const char *path, struct json *j)
{
	struct telling t = {.json = cli_json(cli) ? j : NULL};
	struct roster_import_rules rules = {.path = path,
	    .actor = participant_out_actor(a),
	    .now = cli_now(cli),
	    .dry_run = cli_dry_run(cli),
	    .arg = &t};
	struct roster_import im;
	struct err e = {0};
	struct store *s;
	int rc;

	if (cli_dry_run(cli) && (!cli_quiet(cli) || cli_json(cli)))
		rules.changed = tell;
	rc = cli_open_store(cli, STORE_WRITE, &s, &e);
	if (rc == 0)
		rc = roster_import(s, a, cli_config(cli), &rules, &im, &e);
	arena_clear(&t.a);
	if (rc != 0)
		return cli_fail(&e);
	warn(path, &im.erased, log_warning);
	warn(path, &im.faults, log_error);
	if (im.faults.count)
		log_error(
		    "%s: nothing was imported: %zu fault%s", path, im.faults.count, im.faults.count == 1 ? "" : "s");
	if (cli_json(cli))
		import_json(cli, j, &im);
	else
		import_text(cli, path, &im);
	return im.faults.count ? EX_DATAERR : 0;
}

int participant_verb_import_csv(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct buf out = {0};
	struct json j = {.out = &out};
	int status;

	(void)argc;
	people_out_list_begin(&j, "changes");
	status = import(cli, &a, argv[0], &j);
	buf_clear(&out);
	arena_clear(&a);
	return status;
}

static void json_count(struct json *j, const char *key, size_t n)
{
	json_key(j, key);
	json_int(j, (int64_t)n);
}

static void log_json(const struct cli *cli, const struct roster_log_result *r)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	json_open(&j, '{');
	json_count(&j, "format", 1);
	json_key(&j, "dry_run");
	json_bool(&j, cli_dry_run(cli));
	json_key(&j, "new_file");
	json_bool(&j, r->is_new);
	json_count(&j, "appended", r->appended);
	json_count(&j, "found", r->found);
	json_count(&j, "elsewhere", r->elsewhere);
	json_count(&j, "cut_bytes", r->cut_bytes);
	people_out_end(&j);
	buf_clear(&out);
}

static int append_log(struct cli *cli, struct store *s, struct arena *a, const char *path, struct err *e)
{
	const struct roster_log log = {path, participant_out_lock(a, cli), cli_now(cli), cli_dry_run(cli)};
	struct roster_log_result r;

	if (roster_log_append(s, &log, &r, e) != 0)
		return -1;
	if (r.cut_bytes)
		log_warning("%s: half a row that a run before left behind %s taken off", path,
		    cli_dry_run(cli) ? "would be" : "was");
	if (r.elsewhere)
		log_warning(
		    "%s: is new; %zu participants are in the audit log that was before (--full writes everybody)", path,
		    r.elsewhere);
	if (cli_json(cli))
		log_json(cli, &r);
	else if (!cli_quiet(cli))
		printf("%s%s: %zu appended%s\n", cli_dry_run(cli) ? "dry run: " : "", path, r.appended,
		    r.found ? ", the others were there already" : "");
	return 0;
}

static void full_json(const struct cli *cli, size_t count)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	json_open(&j, '{');
	json_count(&j, "format", 1);
	json_key(&j, "dry_run");
	json_bool(&j, cli_dry_run(cli));
	json_count(&j, "written", count);
	people_out_end(&j);
	buf_clear(&out);
}

static int export_full(struct cli *cli, struct store *s, const char *path, struct err *e)
{
	struct buf text = {0};
	size_t count = 0;
	int rc;

	if (strcmp(path, "-") == 0) {
		rc = roster_export_text(s, &text, &count, e);
		if (rc == 0 && !cli_dry_run(cli))
			fwrite(text.data, 1, text.len, stdout);
		buf_clear(&text);
		return rc;
	}
	rc = cli_dry_run(cli) ? roster_export_text(s, &text, &count, e) : roster_export_full(s, path, &count, e);
	buf_clear(&text);
	if (rc != 0)
		return -1;
	if (cli_json(cli))
		full_json(cli, count);
	else if (!cli_quiet(cli))
		printf("%s%s: %zu written\n", cli_dry_run(cli) ? "dry run: " : "", path, count);
	return 0;
}

int participant_verb_export_csv(struct cli *cli, int argc, char **argv)
{
	bool full = cli_flag(cli, "full");
	struct arena a = {0};
	struct err e = {0};
	struct store *s;
	int rc;

	(void)argc;
	if (!full && strcmp(argv[0], "-") == 0)
		return cli_usage(cli, "the audit log is a file; --full writes to standard output");
	rc = cli_open_store(cli, full || cli_dry_run(cli) ? STORE_READ : STORE_WRITE, &s, &e);
	if (rc == 0)
		rc = full ? export_full(cli, s, argv[0], &e) : append_log(cli, s, &a, argv[0], &e);
	arena_clear(&a);
	return rc == 0 ? 0 : cli_fail(&e);
}

static void print_seeded(const struct participant *p, void *arg)
{
	struct arena a = {0};

	(void)arg;
	printf("would be updated: %s\n", participant_out_name(&a, p));
	arena_clear(&a);
}

static void seed_out(const struct cli *cli, size_t count)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	if (cli_json(cli)) {
		json_open(&j, '{');
		json_count(&j, "format", 1);
		json_key(&j, "dry_run");
		json_bool(&j, cli_dry_run(cli));
		json_count(&j, "updated", count);
		people_out_end(&j);
	} else if (!cli_quiet(cli)) {
		printf("%s%zu updated\n", cli_dry_run(cli) ? "dry run: " : "", count);
	}
	buf_clear(&out);
}

int participant_verb_seed_completion(struct cli *cli, int argc, char **argv)
{
	struct roster_seed seed = {.now = cli_now(cli), .dry_run = cli_dry_run(cli)};
	struct arena a = {0};
	struct err e = {0};
	struct people_words dids = people_out_words_given(&a, cli, 0, NULL, "did");
	struct store *s;
	size_t count;
	int status = 0;

	(void)argc, (void)argv;
	seed.dids = dids.items;
	seed.did_count = dids.count;
	if (cli_dry_run(cli) && !cli_json(cli) && !cli_quiet(cli))
		seed.seeded = print_seeded;
	if (!cli_value(cli, "timestamp"))
		status = cli_usage(cli, "say --timestamp TIME");
	else if (clock_parse(cli_value(cli, "timestamp"), &seed.timestamp, &e) != 0 ||
	         cli_open_store(cli, STORE_WRITE, &s, &e) != 0 || roster_seed(s, &a, &seed, &count, &e) != 0)
		status = cli_fail(&e);
	else
		seed_out(cli, count);
	arena_clear(&a);
	return status;
}
