#include "job/transports.h"

#include <string.h>

static const struct transport_kind smtp = {"smtp", NULL, transport_smtp_readiness, transport_smtp_open};
static const struct transport_kind gmail_delegation = {
    "gmail", "by delegation", transport_gmail_delegation_readiness, transport_gmail_open};
static const struct transport_kind gmail_login = {
    "gmail", "by its own login", transport_gmail_login_readiness, transport_gmail_open};
static const struct transport_kind postmark = {"postmark", NULL, transport_postmark_readiness, transport_postmark_open};
static const struct transport_kind simulation = {
    "simulation", NULL, transport_simulation_readiness, transport_simulation_open};

/* A team digest is from the room rather than from a person: the Workspace's own delegation sends it best. */
static const struct transport_kind *const for_team[] = {
    &gmail_delegation, &smtp, &gmail_login, &postmark, &simulation, NULL};
static const struct transport_kind *const for_people[] = {
    &smtp, &gmail_delegation, &gmail_login, &postmark, &simulation, NULL};

static const char *only_of(const struct transport_context *c, const char *only)
{
	const char *setting = config_text(c->config, "MAILROOM_TRANSPORT");

	if (only)
		return only;
	return strcmp(setting, "auto") == 0 ? NULL : setting;
}

static int check_name(const char *name, struct err *e)
{
	static const char *const names[] = {"smtp", "gmail", "postmark", "simulation"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!name || strcmp(name, names[i]) == 0)
			return 0;
	return err_set(e, ERR_USAGE, "\"%s\" is no transport: smtp, gmail, postmark or simulation", name);
}

static int ask(const struct transport_context *c, const char *from, const char *only, struct transport_choice *out,
    struct transport_offer *o, struct err *e)
{
	o->is_asked = false;
	o->ready = TRANSPORT_NOT_CONFIGURED;
	if (only && strcmp(only, o->kind->name) != 0) {
		o->why = arena_printf(c->arena, "only %s is asked", only);
		return 0;
	}
	if (out->chosen) {
		o->why = arena_printf(c->arena, "%s comes before it", out->chosen->kind->name);
		return 0;
	}
	o->is_asked = true;
	if (o->kind->readiness(c, from, &o->ready, &o->why, e) != 0)
		return -1;
	/* Mail of a stopped account waits: another way out would be another sender in the eyes of the one who gets
	 * it. */
	if (o->ready != TRANSPORT_NOT_CONFIGURED)
		out->chosen = o;
	return 0;
}

int transports_choose(const struct transport_context *c, const struct outbox_message *m, const char *only,
    struct transport_choice *out, struct err *e)
{
	const struct transport_kind *const *kinds = c->kinds;

	*out = (struct transport_choice){0};
	only = only_of(c, only);
	if (check_name(only, e) != 0)
		return -1;
	if (!kinds)
		kinds = strcmp(m->kind, "team") == 0 ? for_team : for_people;
	while (kinds[out->count])
		out->count++;
	out->offers = arena_array(c->arena, out->count, sizeof *out->offers);
	for (size_t i = 0; i < out->count; i++) {
		out->offers[i].kind = kinds[i];
		if (ask(c, m->from_address, only, out, &out->offers[i], e) != 0)
			return err_prefix(e, "transport %s", kinds[i]->name);
	}
	return 0;
}
