/* digest-send explain: which transport a message takes, and why each other one does not. */
#include "jsontext.h"
#include "outbox_view.h"
#include "send_verbs.h"

#include "job/display.h"
#include "job/outbox.h"
#include "job/transports.h"

#include <stdio.h>

static const char *verdict(const struct transport_choice *c, const struct transport_offer *o)
{
	if (o == c->chosen)
		return o->ready == TRANSPORT_READY ? "takes it" : "waits";
	return o->is_asked ? "not set up" : "not asked";
}

static void print_json(const struct outbox_message *m, const struct transport_choice *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->count; i++) {
		const struct transport_offer *o = &c->offers[i];
		json_array_append_new(list, json_pack("{s:s, s:s?, s:s, s:o}", "name", o->kind->name, "detail",
		                                o->kind->detail, "verdict", verdict(c, o), "why", jsontext(o->why)));
	}
	outbox_view_print_json(json_pack("{s:i, s:I, s:o, s:s?, s:o}", "format", 1, "id", (json_int_t)m->id, "from",
	    jsontext(m->from_address), "transport", c->chosen ? c->chosen->kind->name : NULL, "transports", list));
}

static void print_words(struct arena *a, const struct outbox_message *m, const struct transport_choice *c)
{
	printf("outbox %lld, a %s message from %s:\n", (long long)m->id, m->kind, display_clean(a, m->from_address));
	for (size_t i = 0; i < c->count; i++) {
		const struct transport_offer *o = &c->offers[i];
		printf("  %-10s  %s%s%s: %s\n", verdict(c, o), o->kind->name, o->kind->detail ? " " : "",
		    o->kind->detail ? o->kind->detail : "", display_clean(a, o->why));
	}
	if (!c->chosen)
		printf("  no transport: it waits\n");
}

static int explain(struct cli *cli, struct arena *a, int64_t id, struct err *e)
{
	struct transport_context context = {cli_config(cli), NULL, a, cli_now(cli), false, NULL};
	struct transport_choice choice;
	struct outbox_message *m;

	if (cli_open_store(cli, STORE_READ, &context.store, e) != 0 || outbox_get(context.store, a, id, &m, e) != 0)
		return -1;
	if (!m)
		return err_set(e, ERR_NO_INPUT, "outbox %lld: there is no such message", (long long)id);
	if (transports_choose(&context, m, NULL, &choice, e) != 0)
		return -1;
	if (cli_json(cli))
		print_json(m, &choice);
	else
		print_words(a, m, &choice);
	return 0;
}

int send_verb_explain(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct err e = {0};
	int64_t id;
	int rc;

	(void)argc;
	if (!send_parse_id(argv[0], &id))
		return cli_usage(cli, "\"%s\" is no number of a message", argv[0]);
	rc = explain(cli, &a, id, &e);
	arena_clear(&a);
	return rc == 0 ? 0 : cli_fail(&e);
}
