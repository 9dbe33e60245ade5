/* mailparse: shows how a message is read and, with --db, what it would match, as JSON, one object a line. */
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "cli.h"
#include "job/match_message.h"
#include "job/message_settings.h"
#include "mail/message.h"
#include "mail/message_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_TRUSTED = 32 };

struct run {
	struct message_settings settings;
	const char *trusted[MAX_TRUSTED + 1];
	struct arena settings_arena;
	struct message_parser *parser;
	struct store *store; /* NULL: without --db */
	struct matcher *matcher;
	struct arena arena;
	struct buf raw, line;
	bool quiet, failed;
	int write_errno; /* not 0: standard output is gone, which ends the run */
};

static const struct cli_option options[] = {
    {"html", 'H', NULL, "add the HTML body"},
    {"limit", 0, "NAME=N", "change a cap (see the manual); may be given again"},
    {"trusted-authserv", 0, "ID", "believe only Authentication-Results of this server; may be given again"},
    {NULL, 0, NULL, NULL},
};

static int read_options(struct run *r, const struct cli *cli, struct err *e)
{
	const char *value;

	message_settings_init(&r->settings, &r->settings_arena, cli_config(cli));
	r->settings.options.want_html = cli_flag(cli, "html");
	r->quiet = cli_quiet(cli);
	for (size_t i = 0; (value = cli_value_at(cli, "limit", i)); i++)
		if (message_limits_set(&r->settings.limits, value, e) != 0)
			return -1;
	for (size_t i = 0; (value = cli_value_at(cli, "trusted-authserv", i)); i++) {
		if (i == MAX_TRUSTED)
			return err_set(e, ERR_USAGE, "more than %d --trusted-authserv", MAX_TRUSTED);
		r->trusted[i] = value;
		r->settings.options.trusted_authserv = r->trusted;
	}
	return 0;
}

/* The database is for matching alone, and only where it was asked for: reading a message needs none. */
static int open_people(struct run *r, struct cli *cli, struct err *e)
{
	if (!cli_flag(cli, "db"))
		return 0;
	if (cli_open_store(cli, STORE_READ, &r->store, e) != 0)
		return -1;
	return matcher_new(r->store, config_text(cli_config(cli), "MAILROOM_FREE_MAIL_DOMAINS"), &r->matcher, e);
}

static int print_message(struct run *r, const char *name, struct err *e)
{
	struct message m;
	struct match_result result;
	struct json j = {.out = &r->line};

	buf_reset(&r->raw);
	buf_reset(&r->line);
	if (file_read(name, strcmp(name, "-") == 0 ? STDIN_FILENO : -1, r->settings.limits.raw_bytes, &r->raw, e) != 0)
		return -1;
	if (message_parse(r->parser, &r->arena, buf_str(&r->raw), r->raw.len, &r->settings.options, &m, e) != 0)
		return err_prefix(e, "%s", name);
	message_json(&j, name, &m, r->settings.options.want_html);
	if (r->matcher && (match_message(r->matcher, r->store, &r->arena, &m, &result, e) != 0 ||
	                      match_message_json(r->store, &j, &result, e) != 0))
		return -1;
	json_close(&j, '}');
	buf_putc(&r->line, '\n');
	if (fwrite(r->line.data, 1, r->line.len, stdout) != r->line.len)
		r->write_errno = errno;
	return 0;
}

static void print_file(struct run *r, const char *name)
{
	struct err e = {0};
	int failed = print_message(r, name, &e);

	if (failed && !r->quiet)
		log_error("%s", e.text);
	r->failed = r->failed || failed;
	arena_reset(&r->arena);
}

static int print_files(struct run *r, int argc, char **argv)
{
	r->parser = message_parser_new();
	if (argc == 0)
		print_file(r, "-");
	for (int i = 0; i < argc && !r->write_errno; i++)
		print_file(r, argv[i]);
	message_parser_free(r->parser);
	arena_clear(&r->arena);
	buf_clear(&r->raw);
	buf_clear(&r->line);
	return r->failed ? 1 : 0;
}

static int parse(struct cli *cli, int argc, char **argv)
{
	struct run r = {0};
	struct err e = {0};
	int status;

	if (read_options(&r, cli, &e) != 0 || open_people(&r, cli, &e) != 0)
		status = cli_fail(&e);
	else
		status = print_files(&r, argc, argv);
	matcher_free(r.matcher);
	arena_clear(&r.settings_arena);
	errno = r.write_errno; /* cli_finish tells it */
	return status;
}

int main(int argc, char **argv)
{
	static const struct cli_verb verbs[] = {
	    {"", "[FILE...]", "Prints each message (standard input without FILE) as one JSON object a line.", options,
	        parse, 0, -1},
	    {NULL, NULL, NULL, NULL, NULL, 0, 0},
	};
	static const struct cli_program program = {"mailparse", "how a message is read, as JSON", verbs, NULL};

	return cli_main(&program, argc, argv);
}
