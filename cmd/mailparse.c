/* mailparse: shows how a message is read, as JSON, one object a line; with --db whom it would match, too. */
#include "base/buf.h"
#include "base/file.h"
#include "cli.h"
#include "job/incoming.h"
#include "job/message_settings.h"
#include "job/preview.h"
#include "mail/message_json.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct run {
	struct cli *cli;
	struct message_settings settings;
	struct message_parser *parser;
	struct previewer *previewer; /* NULL without --db */
	struct arena settings_arena, arena;
	struct buf raw, line;
	bool failed;
};

static void put_id(struct json *j, const char *key, int64_t id)
{
	json_key(j, key);
	if (id)
		json_int(j, id);
	else
		json_nil(j);
}

static void put_pair(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

static int put_preview(struct run *r, struct json *j, const struct incoming *in, struct err *e)
{
	static const char *const directions[] = {"in", "out", "internal"};
	struct preview p;

	if (previewer_look(r->previewer, &r->arena, in, &p, e) != 0)
		return -1;
	put_pair(j, "direction", directions[p.direction]);
	put_id(j, "email_id", p.email_id);
	put_id(j, "thread_id", p.thread_id);
	json_key(j, "matched");
	json_bool(j, p.links.is_matched);
	json_key(j, "matches");
	json_open(j, '[');
	for (size_t i = 0; i < p.links.count; i++) {
		const struct match_link *l = &p.links.items[i];
		json_open(j, '{');
		put_id(j, "investor_id", l->investor_id);
		put_pair(j, "investor", p.names[i]);
		put_pair(j, "kind", p.kinds[i]);
		put_pair(j, "match_kind", match_kind_name(l->kind));
		put_pair(j, "status", match_status_name(l->status));
		put_pair(j, "address", l->address);
		put_pair(j, "why", l->why);
		json_close(j, '}');
	}
	json_close(j, ']');
	return 0;
}

static int make_line(struct run *r, const char *name, struct err *e)
{
	struct incoming in;
	struct json j = {.out = &r->line};

	buf_reset(&r->raw);
	buf_reset(&r->line);
	if (file_read(name, strcmp(name, "-") == 0 ? STDIN_FILENO : -1, r->settings.limits.raw_bytes, &r->raw, e) != 0)
		return -1;
	if (incoming_read(r->parser, &r->arena, buf_str(&r->raw), r->raw.len, &r->settings.options, 0, &in, e) != 0)
		return err_prefix(e, "%s", name);
	message_json(&j, name, &in.message, r->settings.options.want_html);
	if (r->previewer && put_preview(r, &j, &in, e) != 0)
		return -1;
	json_close(&j, '}');
	buf_putc(&r->line, '\n');
	return 0;
}

static void print_file(struct run *r, const char *name)
{
	struct err e = {0};

	if (make_line(r, name, &e) == 0) {
		fwrite(r->line.data, 1, r->line.len, stdout);
	} else {
		r->failed = true;
		cli_fail(&e);
	}
	arena_reset(&r->arena);
}

static int read_options(struct run *r, struct err *e)
{
	const char *value, **trusted = NULL;
	size_t n = 0;

	message_settings_init(&r->settings, &r->settings_arena, cli_config(r->cli));
	r->settings.options.want_html = cli_flag(r->cli, "html");
	for (size_t i = 0; (value = cli_value_at(r->cli, "limit", i)); i++)
		if (message_limits_set(&r->settings.limits, value, e) != 0)
			return -1;
	while (cli_value_at(r->cli, "trusted-authserv", n))
		n++;
	if (n > 0) {
		trusted = arena_array(&r->settings_arena, n + 1, sizeof *trusted);
		for (size_t i = 0; i <= n; i++)
			trusted[i] = cli_value_at(r->cli, "trusted-authserv", i);
		r->settings.options.trusted_authserv = trusted;
	}
	return 0;
}

static int open_database(struct run *r, struct err *e)
{
	struct store *s;

	if (!cli_flag(r->cli, "db"))
		return 0;
	if (cli_open_store(r->cli, STORE_READ, &s, e) != 0)
		return -1;
	return previewer_new(s, config_text(cli_config(r->cli), "MAILROOM_FREE_MAIL_DOMAINS"), &r->previewer, e);
}

static int show(struct cli *cli, int argc, char **argv)
{
	struct run r = {.cli = cli};
	struct err e = {0};
	int status;

	if (read_options(&r, &e) != 0 || open_database(&r, &e) != 0) {
		status = cli_fail(&e);
	} else {
		r.parser = message_parser_new();
		if (argc == 0)
			print_file(&r, "-");
		for (int i = 0; i < argc && !ferror(stdout); i++)
			print_file(&r, argv[i]);
		status = r.failed;
	}
	message_parser_free(r.parser);
	previewer_free(r.previewer);
	arena_clear(&r.arena);
	arena_clear(&r.settings_arena);
	buf_clear(&r.raw);
	buf_clear(&r.line);
	return status;
}

static const struct cli_option options[] = {
    {"html", 0, NULL, "add the HTML body"},
    {"limit", 0, "NAME=N", "change a cap: raw, header, nesting, parts, addresses, boundary, comment-depth, ..."},
    {"trusted-authserv", 0, "ID", "believe only Authentication-Results of this server (may be given again)"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_verb verbs[] = {
    {"", "[FILE...]", "Prints each message (standard input without FILE) as one JSON object a line.", options, show, 0,
        -1},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {"mailparse", "show how a message is read, as JSON", verbs, ""};

	return cli_main(&program, argc, argv);
}
