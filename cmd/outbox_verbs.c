#include "outbox_verbs.h"

#include "job/outbox.h"
#include "outbox_view.h"
#include "send_verbs.h"

static const char *dir_of(const struct cli *cli)
{
	return config_text(cli_config(cli), "MAILROOM_OUTBOX_DIR");
}

static int list(struct cli *cli, struct arena *a, const enum outbox_state *state, struct err *e)
{
	struct outbox_messages l;
	struct store *s;

	if (cli_open_store(cli, STORE_READ, &s, e) != 0 || outbox_list(s, a, state, &l, e) != 0)
		return -1;
	if (cli_json(cli)) {
		json_t *rows = json_array();
		for (size_t i = 0; i < l.count; i++)
			json_array_append_new(rows,
			    outbox_view_json(&l.items[i], outbox_path(a, dir_of(cli), l.items[i].id), NULL, NULL));
		outbox_view_print_json(json_pack("{s:i, s:o}", "format", 1, "messages", rows));
		return 0;
	}
	for (size_t i = 0; i < l.count; i++)
		outbox_view_print_row(a, &l.items[i]);
	return 0;
}

int outbox_verb_list(struct cli *cli, int argc, char **argv)
{
	const char *wanted = cli_value(cli, "state");
	enum outbox_state state;
	struct arena a = {0};
	struct err e = {0};
	int rc;

	(void)argc, (void)argv;
	if (wanted && !outbox_state_parse(wanted, &state))
		return cli_usage(cli, "--state: \"%s\" is no state (digest-send(1) lists them)", wanted);
	rc = list(cli, &a, wanted ? &state : NULL, &e);
	arena_clear(&a);
	return rc == 0 ? 0 : cli_fail(&e);
}

/* The state first, then what was frozen; 1 when it would be refused. */
static int show(struct cli *cli, struct arena *a, int64_t id, struct err *e)
{
	struct outbox_shown shown;
	struct store *s;

	if (cli_open_store(cli, STORE_READ, &s, e) != 0 || outbox_show(s, a, dir_of(cli), id, &shown, e) != 0)
		return -1;
	if (cli_json(cli)) {
		json_t *j = outbox_view_json(shown.message, shown.path, &shown.problems, NULL);
		json_object_set_new(j, "format", json_integer(1));
		json_object_set_new(j, "headers", json_string(shown.headers));
		json_object_set_new(j, "text", json_string(shown.text));
		outbox_view_print_json(j);
	} else {
		outbox_view_print_shown(&shown);
	}
	return shown.problems.count ? 1 : 0;
}

int outbox_verb_show(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct err e = {0};
	int64_t id;
	int status;

	(void)argc;
	if (!send_parse_id(argv[0], &id))
		return cli_usage(cli, "\"%s\" is no number of a message", argv[0]);
	status = show(cli, &a, id, &e);
	arena_clear(&a);
	return status < 0 ? cli_fail(&e) : status;
}

/* Each message in turn; one that cannot be moved is told and the others go on. */
static int move_all(struct cli *cli, int argc, char **argv, enum outbox_state to)
{
	struct arena a = {0};
	struct err e = {0};
	struct store *s;
	int64_t id;
	int status = 0;

	for (int i = 0; i < argc; i++)
		if (!send_parse_id(argv[i], &id))
			return cli_usage(cli, "\"%s\" is no number of a message", argv[i]);
	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0)
		return cli_fail(&e);
	for (int i = 0; i < argc; i++) {
		send_parse_id(argv[i], &id);
		if (outbox_move(s, &a, dir_of(cli), id, to, cli_dry_run(cli), cli_now(cli), &e) != 0)
			status = argc == 1 ? cli_fail(&e) : (cli_fail(&e), 1);
	}
	arena_clear(&a);
	return status;
}

int outbox_verb_hold(struct cli *cli, int argc, char **argv)
{
	return move_all(cli, argc, argv, OUTBOX_HELD);
}

int outbox_verb_release(struct cli *cli, int argc, char **argv)
{
	return move_all(cli, argc, argv, OUTBOX_READY);
}

int outbox_verb_discard(struct cli *cli, int argc, char **argv)
{
	return move_all(cli, argc, argv, OUTBOX_DISCARDED);
}
