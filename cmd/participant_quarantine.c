#include "base/clock.h"
#include "base/mem.h"
#include "job/display.h"
#include "job/survey_quarantine.h"
#include "participant_verbs.h"
#include "people_out.h"
#include "store/surveys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct listing {
	struct arena a; /* of the row at hand */
	struct table table;
	struct buf out;
	struct json j;
	bool json;
};

static const char *time_text(struct arena *a, int64_t t)
{
	char text[CLOCK_TEXT_BYTES];

	if (t == INT64_MIN)
		return NULL;
	clock_format_utc(t, text);
	return arena_strdup(a, text);
}

static void add_json(struct listing *l, const struct survey_quarantined *q)
{
	const struct {
		const char *name, *value;
	} texts[] = {{"survey_id", q->survey_id}, {"response_id", q->response_id}, {"reason", q->reason},
	    {"did", q->did}, {"email", q->email}, {"feed_url", q->feed_url}, {"prolific_id", q->prolific_id},
	    {"recorded_at", time_text(&l->a, q->recorded_at)}, {"seen_at", time_text(&l->a, q->seen_at)},
	    {"resolved_at", time_text(&l->a, q->resolved_at)}};

	json_open(&l->j, '{');
	json_key(&l->j, "id");
	json_int(&l->j, q->id);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		json_key(&l->j, texts[i].name);
		json_str(&l->j, texts[i].value);
	}
	json_close(&l->j, '}');
}

static void add_line(struct listing *l, const struct survey_quarantined *q)
{
	const char *const cells[] = {arena_printf(&l->a, "%lld", (long long)q->id), q->survey_id, q->response_id,
	    time_text(&l->a, q->recorded_at), q->did, q->email, q->resolved_at == INT64_MIN ? "open" : "resolved",
	    q->reason};

	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
		table_add(&l->table, cells[i] && *cells[i] ? display_clean(&l->a, cells[i]) : "-");
}

static int add_row(const struct survey_quarantined *q, void *arg)
{
	struct listing *l = arg;

	if (l->json)
		add_json(l, q);
	else
		add_line(l, q);
	arena_reset(&l->a);
	return 0;
}

static int list(struct cli *cli, struct store *s, struct err *e)
{
	struct listing l = {.table = {.columns = 8}, .json = cli_json(cli)};
	int rc;

	l.j.out = &l.out;
	if (l.json)
		people_out_list_begin(&l.j, "quarantine");
	rc = surveys_each_quarantined(s, cli_flag(cli, "all"), add_row, &l, e);
	if (rc == 0 && l.json)
		people_out_list_end(&l.j);
	else if (rc == 0)
		table_print(&l.table);
	buf_clear(&l.out);
	arena_clear(&l.a);
	return rc;
}

static int read_id(const char *text, int64_t *id, struct err *e)
{
	char *end;

	errno = 0;
	*id = strtoll(text, &end, 10);
	if (errno || end == text || *end || *id <= 0)
		return err_set(
		    e, ERR_USAGE, "--resolve: \"%.40s\" is no id: `participant quarantine` lists them", text);
	return 0;
}

static void print_resolved(const struct cli *cli, size_t n)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	if (cli_json(cli)) {
		json_open(&j, '{');
		json_key(&j, "format");
		json_int(&j, 1);
		json_key(&j, "dry_run");
		json_bool(&j, cli_dry_run(cli));
		json_key(&j, "resolved");
		json_int(&j, (int64_t)n);
		people_out_end(&j);
	} else if (!cli_quiet(cli)) {
		printf(cli_dry_run(cli) ? "would be resolved: %zu\n" : "resolved %zu\n", n);
	}
	buf_clear(&out);
}

static int resolve(struct cli *cli, struct store *s, struct err *e)
{
	int64_t *ids = NULL;
	const char *text;
	size_t n = 0;
	int rc = 0;

	while (rc == 0 && (text = cli_value_at(cli, "resolve", n)) != NULL) {
		ids = mem_realloc(ids, n + 1, sizeof *ids);
		rc = read_id(text, &ids[n++], e);
	}
	if (rc == 0)
		rc = survey_quarantine_resolve(s, ids, n, cli_now(cli), cli_dry_run(cli), e);
	if (rc == 0)
		print_resolved(cli, n);
	free(ids);
	return rc;
}

int participant_verb_quarantine(struct cli *cli, int argc, char **argv)
{
	bool resolves = cli_flag(cli, "resolve");
	struct err e = {0};
	struct store *s;

	(void)argc;
	(void)argv;
	if (cli_open_store(cli, resolves ? STORE_WRITE : STORE_READ, &s, &e) != 0 ||
	    (resolves ? resolve(cli, s, &e) : list(cli, s, &e)) != 0)
		return cli_fail(&e);
	return 0;
}
