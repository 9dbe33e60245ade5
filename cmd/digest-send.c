/* digest-send: what is ready in the outbox, checked and (one day) sent. */
#include "cli.h"
#include "outbox_view.h"

#include "job/outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

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

static bool parse_id(const char *text, int64_t *id)
{
	char *end;

	errno = 0;
	*id = strtoll(text, &end, 10);
	return !errno && *text >= '1' && *text <= '9' && *end == '\0';
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

static int list(struct cli *cli, struct arena *a, const enum outbox_state *state, struct err *e)
{
	struct outbox_messages l;
	struct store *s;

	if (cli_open_store(cli, STORE_READ, &s, e) != 0 || outbox_list(s, a, state, &l, e) != 0)
		return -1;
	if (cli_json(cli)) {
		json_t *rows = json_array();
		for (size_t i = 0; i < l.count; i++)
			json_array_append_new(
			    rows, outbox_view_json(&l.items[i], outbox_path(a, dir_of(cli), l.items[i].id), NULL));
		outbox_view_print_json(json_pack("{s:i, s:o}", "format", 1, "messages", rows));
		return 0;
	}
	for (size_t i = 0; i < l.count; i++)
		outbox_view_print_row(a, &l.items[i]);
	return 0;
}

static int verb_list(struct cli *cli, int argc, char **argv)
{
	const char *wanted = cli_value(cli, "state");
	enum outbox_state state;
	struct arena a = {0};
	struct err e = {0};
	int rc;

	(void)argc, (void)argv;
	if (wanted && !outbox_state_parse(wanted, &state))
		return cli_usage(cli, "--state: \"%s\" is no state: ready, held, discarded or sent", wanted);
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
		json_t *j = outbox_view_json(shown.message, shown.path, &shown.problems);
		json_object_set_new(j, "format", json_integer(1));
		json_object_set_new(j, "headers", json_string(shown.headers));
		json_object_set_new(j, "text", json_string(shown.text));
		outbox_view_print_json(j);
	} else {
		outbox_view_print_shown(&shown);
	}
	return shown.problems.count ? 1 : 0;
}

static int verb_show(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct err e = {0};
	int64_t id;
	int status;

	(void)argc;
	if (!parse_id(argv[0], &id))
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
		if (!parse_id(argv[i], &id))
			return cli_usage(cli, "\"%s\" is no number of a message", argv[i]);
	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0)
		return cli_fail(&e);
	for (int i = 0; i < argc; i++) {
		parse_id(argv[i], &id);
		if (outbox_move(s, &a, dir_of(cli), id, to, cli_dry_run(cli), cli_now(cli), &e) != 0)
			status = argc == 1 ? cli_fail(&e) : (cli_fail(&e), 1);
	}
	arena_clear(&a);
	return status;
}

static int verb_hold(struct cli *cli, int argc, char **argv)
{
	return move_all(cli, argc, argv, OUTBOX_HELD);
}

static int verb_release(struct cli *cli, int argc, char **argv)
{
	return move_all(cli, argc, argv, OUTBOX_READY);
}

static int verb_discard(struct cli *cli, int argc, char **argv)
{
	return move_all(cli, argc, argv, OUTBOX_DISCARDED);
}

static const struct cli_verb verbs[] = {
    {"run", "", "check what is ready and say what would be sent; --live sends it", run_options, verb_run, 0, 0},
    {"list", "", "the messages of the outbox, oldest first", list_options, verb_list, 0, 0},
    {"show", "ID", "one message: its state, the checks, headers and text", NULL, verb_show, 1, 1},
    {"hold", "ID...", "keep messages back", NULL, verb_hold, 1, -1},
    {"release", "ID...", "let held messages go again", NULL, verb_release, 1, -1},
    {"discard", "ID...", "drop messages for good; their files are removed", NULL, verb_discard, 1, -1},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {
	    "digest-send", "what is ready in the outbox, checked and sent", verbs, "run"};

	return cli_main(&program, argc, argv);
}
