/* digest-send test-email: does mail leave, and arrive? */
#include "send_live.h"
#include "send_verbs.h"

#include "base/log.h"
#include "job/display.h"
#include "job/test_email.h"

#include <stdio.h>

const struct cli_option send_test_options[] = {
    {"live", 0, NULL, "send; without it only say which transport would take it"},
    {"from", 0, "ADDRESS", "sender (default: the team digest's)"},
    {NULL, 0, NULL, NULL},
};

static int say(struct cli *cli, struct arena *a, const struct test_email *t, struct err *e)
{
	struct transport_context context = {cli_config(cli), NULL, a, cli_now(cli), false, NULL};
	struct transport_choice choice;
	struct outbox_message m;
	const struct transport_offer *c;

	if (cli_open_store(cli, STORE_READ, &context.store, e) != 0 ||
	    test_email_draft(context.store, cli_config(cli), a, t, &m, e) != 0 ||
	    transports_choose(&context, &m, NULL, &choice, e) != 0)
		return -1;
	c = choice.chosen;
	printf("would send a test from %s to %s; transport: %s%s%s\n", m.from_address, m.recipients[0].address,
	    c ? c->kind->name : "none", c ? ": " : "", c ? display_clean(a, c->why) : "");
	return c && c->ready == TRANSPORT_READY ? 0 : 1;
}

/* Through the outbox, like any other message. */
static int send(struct cli *cli, struct arena *a, const struct test_email *t, struct err *e)
{
	struct send_options o = {.config = cli_config(cli), .now = cli_now(cli)};
	struct outbox_frozen frozen;

	if (send_live_allowed(cli, e) != 0 || cli_open_store(cli, STORE_WRITE, &o.store, e) != 0 ||
	    test_email_freeze(o.store, o.config, a, t, o.now, &frozen, e) != 0)
		return -1;
	o.id = frozen.message.id;
	/* A person waits for the answer. */
	if (!cli_quiet(cli))
		log_set_verbosity(1);
	return send_live(cli, &o, e);
}

int send_verb_test(struct cli *cli, int argc, char **argv)
{
	const struct test_email t = {argv[0], cli_value(cli, "from")};
	struct arena a = {0};
	struct err e = {0};
	int status;

	(void)argc;
	status = cli_flag(cli, "live") && !cli_dry_run(cli) ? send(cli, &a, &t, &e) : say(cli, &a, &t, &e);
	arena_clear(&a);
	return status < 0 ? cli_fail(&e) : status;
}
