/* digest-send: what is ready in the outbox, checked and (one day) sent. */
#include "cli.h"
#include "outbox_verbs.h"
#include "outbox_view.h"

#include "job/outbox.h"

static const struct cli_option run_options[] = {
    {"live", 0, NULL, "send; without it nothing leaves and each message is only checked"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_option list_options[] = {
    {"state", 0, "STATE", "only those that are ready, held, discarded or sent"},
    {NULL, 0, NULL, NULL},
};

static const char *dir_of(const struct cli *cli)
{
	return config_text(cli_config(cli), "MAILROOM_OUTBOX_DIR");
}

/* Checks one message and says what would be done with it; `list` NULL: in words. */
static int check_one(const struct cli *cli, struct store *s, struct arena *a, const struct outbox_message *m,
    json_t *list, bool *good, struct err *e)
{
	struct outbox_problems p;
	struct buf bytes = {0};
	int rc = outbox_check(s, a, dir_of(cli), m, &bytes, &p, e);

	buf_clear(&bytes);
	if (rc != 0)
		return -1;
	*good = p.count == 0;
	if (list)
		json_array_append_new(list, outbox_view_json(m, outbox_path(a, dir_of(cli), m->id), &p));
	else
		outbox_view_print_check(a, m, &p);
	return 0;
}

/* The dry run: 1 when one of the messages would be refused. */
static int dry_run(struct cli *cli, struct arena *a, struct err *e)
{
	const enum outbox_state ready = OUTBOX_READY;
	json_t *list = cli_json(cli) ? json_array() : NULL;
	struct outbox_messages l;
	struct store *s;
	bool all = true, good;
	int rc = -1;

	if (cli_open_store(cli, STORE_READ, &s, e) != 0 || outbox_list(s, a, &ready, &l, e) != 0)
		goto out;
	for (size_t i = 0; i < l.count; i++) {
		if (check_one(cli, s, a, &l.items[i], list, &good, e) != 0)
			goto out;
		all = all && good;
	}
	if (list)
		outbox_view_print_json(json_pack("{s:i, s:O}", "format", 1, "messages", list));
	rc = all ? 0 : 1;
out:
	json_decref(list);
	return rc;
}

/* Nothing can be sent yet; the two reasons are told apart, since each has a cure of its own. */
static int live(const struct cli *cli)
{
	struct err e = {0};

	if (!config_bool(cli_config(cli), "MAILROOM_LIVE"))
		err_set(&e, ERR_REFUSED,
		    "nothing was sent: MAILROOM_LIVE is false, which forbids --live (mailroom.conf(5))");
	else
		err_set(&e, ERR_UNAVAILABLE,
		    "nothing was sent: no transport is configured; this version only builds and checks");
	return cli_fail(&e);
}

static int verb_run(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct err e = {0};
	int status;

	(void)argc, (void)argv;
	if (cli_flag(cli, "live") && !cli_dry_run(cli))
		return live(cli);
	status = dry_run(cli, &a, &e);
	arena_clear(&a);
	return status < 0 ? cli_fail(&e) : status;
}

static const struct cli_verb verbs[] = {
    {"run", "", "check what is ready and say what would be sent; --live sends it", run_options, verb_run, 0, 0},
    {"list", "", "the messages of the outbox, oldest first", list_options, outbox_verb_list, 0, 0},
    {"show", "ID", "one message: its state, the checks, headers and text", NULL, outbox_verb_show, 1, 1},
    {"hold", "ID...", "keep messages back", NULL, outbox_verb_hold, 1, -1},
    {"release", "ID...", "let held messages go again", NULL, outbox_verb_release, 1, -1},
    {"discard", "ID...", "drop messages for good; their files are removed", NULL, outbox_verb_discard, 1, -1},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {
	    "digest-send", "what is ready in the outbox, checked and sent", verbs, "run"};

	return cli_main(&program, argc, argv);
}
