/* digest-send run: what is due, checked, and with --live sent. */
#include "jsontext.h"
#include "outbox_view.h"
#include "send_live.h"
#include "send_verbs.h"

#include "base/log.h"
#include "job/outbox.h"
#include "job/send.h"

#include <stdlib.h>
#include <string.h>

const struct cli_option send_run_options[] = {
    {"live", 0, NULL, "send; without it nothing leaves and each message is only checked"},
    {"kind", 0, "KIND", "only messages of this kind: team, participant, test"},
    {"id", 0, "ID", "only this message, be it its time or not"},
    {"transport", 0, "NAME", "with --id: by smtp, gmail, postmark or simulation, also what failed before"},
    {"max", 0, "N", "at most N recipients in this run"},
    {NULL, 0, NULL, NULL},
};

/* One look at the outbox: what a run would do with each message. */
struct look {
	const struct cli *cli;
	const struct send_options *o;
	struct transport_context context;
	struct store *store;
	json_t *list; /* NULL: in words */
	bool any, all_good;
};

static int look_at(struct look *l, const struct outbox_message *m, struct err *e)
{
	const char *dir = config_text(l->o->config, "MAILROOM_OUTBOX_DIR");
	struct arena *a = l->context.arena;
	struct transport_choice choice;
	struct outbox_problems p;
	const char *objection = send_objection(l->o, a, m);
	struct buf bytes = {0};
	int rc = outbox_check(l->store, a, dir, m, l->o->transport != NULL, &bytes, &p, e);

	buf_clear(&bytes);
	if (rc != 0 || transports_choose(&l->context, m, l->o->transport, &choice, e) != 0)
		return -1;
	if (objection) {
		/* Of one that is sent or discarded it is of no interest what has become of its file. */
		p.count = 0;
		outbox_problem_add(&p, a, objection);
	} else if (l->o->now >= outbox_stale_at(m))
		outbox_problem_add(&p, a, "is stale: it would not be sent any more");
	l->any = true;
	l->all_good = l->all_good && p.count == 0 && choice.chosen && choice.chosen->ready == TRANSPORT_READY;
	if (l->list)
		json_array_append_new(l->list, outbox_view_json(m, outbox_path(a, dir, m->id), &p, choice.chosen));
	else
		outbox_view_print_check(a, m, &p, choice.chosen);
	return 0;
}

static int look_at_id(struct look *l, int64_t id, struct err *e)
{
	struct outbox_message *m;

	if (outbox_get(l->store, l->context.arena, id, &m, e) != 0)
		return -1;
	if (!m)
		return err_set(e, ERR_NO_INPUT, "outbox %lld: there is no such message", (long long)id);
	return look_at(l, m, e);
}

static int look_at_all(struct look *l, struct err *e)
{
	int64_t *ids;
	size_t n;

	if (l->o->id)
		return look_at_id(l, l->o->id, e);
	if (outbox_due(l->store, l->context.arena, l->o->kind, l->o->now, &ids, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (look_at_id(l, ids[i], e) != 0)
			return -1;
	return 0;
}

/* 1 when one of the messages would not go. */
static int conclude(const struct look *l)
{
	const char *stopped = l->any ? send_stop_file(l->o->config, l->context.arena) : NULL;

	if (stopped)
		log_warning("nothing would be sent: %s", stopped);
	if (l->list)
		outbox_view_print_json(json_pack("{s:i, s:O, s:o}", "format", 1, "messages", l->list, "stopped",
		    stopped ? jsontext(stopped) : json_null()));
	return l->all_good && !stopped ? 0 : 1;
}

/* The dry run. */
static int dry_run(struct cli *cli, struct send_options *o, struct err *e)
{
	struct arena a = {0};
	struct look l = {.cli = cli, .o = o, .list = cli_json(cli) ? json_array() : NULL, .all_good = true};
	int rc = -1;

	if (cli_open_store(cli, STORE_READ, &l.store, e) == 0) {
		l.context = (struct transport_context){o->config, l.store, &a, o->now, false, NULL};
		if (look_at_all(&l, e) == 0)
			rc = conclude(&l);
	}
	json_decref(l.list);
	arena_clear(&a);
	return rc;
}

static int read_options(struct cli *cli, struct send_options *o)
{
	const char *id = cli_value(cli, "id"), *max = cli_value(cli, "max");
	char *end;

	*o = (struct send_options){.config = cli_config(cli),
	    .now = cli_now(cli),
	    .kind = cli_value(cli, "kind"),
	    .transport = cli_value(cli, "transport")};
	if (id && !send_parse_id(id, &o->id))
		return cli_usage(cli, "--id: \"%s\" is no number of a message", id);
	if (o->kind && strcmp(o->kind, "team") != 0 && strcmp(o->kind, "participant") != 0 &&
	    strcmp(o->kind, "test") != 0)
		return cli_usage(cli, "--kind: \"%s\" is none of team, participant, test", o->kind);
	if (o->transport && !id)
		return cli_usage(cli, "--transport: for which message? Name it with --id");
	o->max = max ? strtoll(max, &end, 10) : 0;
	if (max && (*end || !*max || o->max < 1))
		return cli_usage(cli, "--max: \"%s\" is no number of recipients", max);
	return 0;
}

int send_verb_run(struct cli *cli, int argc, char **argv)
{
	struct send_options o;
	struct err e = {0};
	int status = read_options(cli, &o);

	(void)argc, (void)argv;
	if (status != 0)
		return status;
	if (!cli_flag(cli, "live") || cli_dry_run(cli))
		status = dry_run(cli, &o, &e);
	else if (send_live_allowed(cli, &e) != 0 || cli_open_store(cli, STORE_WRITE, &o.store, &e) != 0)
		status = -1;
	else
		status = send_live(cli, &o, &e);
	return status < 0 ? cli_fail(&e) : status;
}
