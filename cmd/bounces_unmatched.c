/* bounces-scan unmatched and resolve. */
#include "bounces_verbs.h"
#include "participant_out.h"
#include "table.h"

#include "base/json.h"
#include "base/log.h"
#include "base/zone.h"
#include "job/bounces.h"
#include "job/display.h"
#include "people_out.h"
#include "store/bounces.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const struct cli_option bounces_resolve_options[] = {
    {"ignore", 0, NULL, "it says nothing about anybody"},
    {"as-bounce", 0, NULL, "it is true: the participant becomes inactive"},
    {"did", 0, "DID", "the participant, where the report does not name the address"},
    {NULL, 0, NULL, NULL},
};

struct listing {
	struct json *json; /* NULL: a table */
	struct table table;
	struct arena a;
};

static void put(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

static void add_json(struct json *j, const struct bounce_line *l)
{
	json_open(j, '{');
	json_key(j, "id");
	json_int(j, l->report_id);
	put(j, "kind", l->kind);
	participant_out_json_time(j, "seen_at", l->at);
	put(j, "from", l->from_address);
	put(j, "message_id", l->message_id);
	put(j, "original_message_id", l->original_message_id);
	put(j, "token", l->token);
	put(j, "why", l->why);
	put(j, "address", l->address);
	put(j, "action", l->action);
	put(j, "class", l->class);
	put(j, "reason", l->reason);
	put(j, "status", l->status);
	put(j, "diagnostic", l->diagnostic);
	put(j, "effect", l->effect);
	json_close(j, '}');
}

static void add(const struct bounce_line *l, void *arg)
{
	struct listing *list = arg;
	struct arena *a = &list->a;
	char when[ZONE_TEXT_BYTES];

	if (list->json) {
		add_json(list->json, l);
		return;
	}
	table_add(&list->table, arena_printf(a, "%lld", (long long)l->report_id));
	table_add(&list->table, zone_format(l->at, ZONE_DATE_TIME, when));
	table_add(&list->table, l->kind);
	table_add(&list->table, l->address ? display_clean(a, l->address) : "-");
	table_add(&list->table, l->class ? l->class : "-");
	table_add(&list->table, l->from_address ? display_clean(a, l->from_address) : "-");
	table_add(&list->table, l->why ? display_clean(a, l->why) : "-");
	arena_reset(a);
}

int bounces_verb_unmatched(struct cli *cli, int argc, char **argv)
{
	struct buf out = {0};
	struct json j = {.out = &out};
	struct listing list = {.json = cli_json(cli) ? &j : NULL, .table = {.columns = 7}};
	struct err e = {0};
	struct store *s;
	int status = 0;

	(void)argc, (void)argv;
	if (list.json)
		people_out_list_begin(&j, "unmatched");
	if (cli_open_store(cli, STORE_READ, &s, &e) != 0 || bounces_each_unmatched(s, 0, add, &list, &e) != 0)
		status = cli_fail(&e);
	else if (list.json)
		people_out_list_end(&j);
	else
		table_print(&list.table);
	buf_clear(&out);
	arena_clear(&list.a);
	return status;
}

static bool parse_id(const char *text, int64_t *id)
{
	char *end;

	errno = 0;
	*id = strtoll(text, &end, 10);
	return !errno && *text >= '1' && *text <= '9' && *end == '\0';
}

int bounces_verb_resolve(struct cli *cli, int argc, char **argv)
{
	struct bounces_options o = {.config = cli_config(cli), .now = cli_now(cli), .dry_run = cli_dry_run(cli)};
	struct bounces_decision d = {.as_bounce = cli_flag(cli, "as-bounce"), .did = cli_value(cli, "did")};
	struct arena a = {0};
	struct err e = {0};
	const char *what;
	int status = 0;

	(void)argc;
	if (!parse_id(argv[0], &d.report_id))
		return cli_usage(cli, "\"%s\" is no number of a report", argv[0]);
	if (d.as_bounce == cli_flag(cli, "ignore"))
		return cli_usage(cli, "resolve: what is it? Say --ignore or --as-bounce");
	if (d.did && !d.as_bounce)
		return cli_usage(cli, "--did goes with --as-bounce");
	d.who = participant_out_actor(&a);
	if (cli_open_store(cli, STORE_WRITE, &o.store, &e) != 0 || bounces_decide(&o, &d, &a, &what, &e) != 0)
		status = cli_fail(&e);
	else
		log_info("report %lld: %s%s", (long long)d.report_id, o.dry_run ? "would be: " : "", what);
	arena_clear(&a);
	return status;
}
