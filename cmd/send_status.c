/* digest-send status, resolve: what happened to each message, and what a person knows of it. */
#include "jsontext.h"
#include "send_verbs.h"
#include "table.h"

#include "base/clock.h"
#include "base/zone.h"
#include "job/display.h"
#include "job/send.h"
#include "mail/address.h"
#include "store/attempts.h"

#include <errno.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct cli_option send_status_options[] = {
    {"limit", 0, "N", "show the last N attempts (default 20)"},
    {"to", 0, "ADDRESS", "only those at this recipient"},
    {NULL, 0, NULL, NULL},
};

const struct cli_option send_resolve_options[] = {
    {"sent", 0, NULL, "they got it"},
    {"retry", 0, NULL, "send it to them again"},
    {NULL, 0, NULL, NULL},
};

bool send_parse_id(const char *text, int64_t *id)
{
	char *end;

	errno = 0;
	*id = strtoll(text, &end, 10);
	return !errno && *text >= '1' && *text <= '9' && *end == '\0';
}

struct listing {
	struct arena *a;
	struct table table;
	json_t *rows; /* NULL: in words */
};

static json_t *instant(int64_t t)
{
	char text[CLOCK_TEXT_BYTES];

	if (!t)
		return json_null();
	clock_format_utc(t, text);
	return json_string(text);
}

static json_t *text_or_null(const char *s)
{
	return s ? jsontext(s) : json_null();
}

static json_t *row_json(const struct attempt *t)
{
	return json_pack("{s:I, s:i, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o}",
	    "outbox_id", (json_int_t)t->outbox_id, "attempt", t->attempt, "recipient", jsontext(t->recipient), "status",
	    attempt_status_name(t->status), "transport", t->transport, "server", text_or_null(t->server), "code",
	    t->code ? json_integer(t->code) : json_null(), "enhanced", text_or_null(t->enhanced), "words",
	    text_or_null(t->words), "remote_id", text_or_null(t->remote_id), "message_id", jsontext(t->message_id),
	    "size_bytes", (json_int_t)t->size_bytes, "rendered_at", instant(t->rendered_at), "started_at",
	    instant(t->started_at), "finished_at", instant(t->finished_at), "delivery", text_or_null(t->delivery),
	    "delivery_at", instant(t->delivery_at));
}

static void add_row(const struct attempt *t, void *arg)
{
	struct listing *l = arg;
	char when[ZONE_TEXT_BYTES];

	if (l->rows) {
		json_array_append_new(l->rows, row_json(t));
		return;
	}
	table_add(&l->table, zone_format(t->started_at, ZONE_DATE_TIME, when));
	table_add(&l->table, arena_printf(l->a, "%lld.%d", (long long)t->outbox_id, t->attempt));
	table_add(&l->table, t->delivery ? arena_printf(l->a, "%s, %s", attempt_status_name(t->status), t->delivery)
	                                 : attempt_status_name(t->status));
	table_add(&l->table, display_clean(l->a, t->recipient));
	table_add(&l->table, t->transport);
	table_add(&l->table, arena_printf(l->a, "%s%s%s", t->code ? arena_printf(l->a, "%d ", t->code) : "",
	                         t->enhanced ? arena_printf(l->a, "%s ", t->enhanced) : "",
	                         t->words ? display_clean(l->a, t->words) : ""));
}

static int list(struct cli *cli, struct arena *a, const char *to, int64_t limit, struct err *e)
{
	struct listing l = {.a = a, .table = {.columns = 6}, .rows = cli_json(cli) ? json_array() : NULL};
	struct store *s;
	int rc = -1;

	if (cli_open_store(cli, STORE_READ, &s, e) == 0 && attempts_each_recent(s, to, limit, add_row, &l, e) == 0)
		rc = 0;
	table_print(&l.table);
	if (l.rows) {
		json_t *doc = json_pack("{s:i, s:o}", "format", 1, "attempts", l.rows);
		json_dumpf(doc, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(doc);
	}
	return rc;
}

int send_verb_status(struct cli *cli, int argc, char **argv)
{
	const char *text = cli_value(cli, "limit"), *to = cli_value(cli, "to");
	struct arena a = {0};
	struct err e = {0};
	char *end;
	int64_t limit = text ? strtoll(text, &end, 10) : 20;
	int rc;

	(void)argc, (void)argv;
	if (text && (*end || !*text || limit < 0))
		return cli_usage(cli, "--limit: \"%s\" is no number of attempts", text);
	if (to && !(to = address_normalise(&a, to))) {
		arena_clear(&a);
		return cli_usage(cli, "--to: \"%s\" is no address", cli_value(cli, "to"));
	}
	rc = list(cli, &a, to, limit, &e);
	arena_clear(&a);
	return rc == 0 ? 0 : cli_fail(&e);
}

static const char *user_name(void)
{
	/* One thread. */
	const struct passwd *p = getpwuid(geteuid()); /* cppcheck-suppress getpwuidCalled */

	return p ? p->pw_name : "somebody";
}

int send_verb_resolve(struct cli *cli, int argc, char **argv)
{
	bool sent = cli_flag(cli, "sent");
	struct err e = {0};
	struct store *s;
	int64_t id;

	(void)argc;
	if (!send_parse_id(argv[0], &id))
		return cli_usage(cli, "\"%s\" is no number of a message", argv[0]);
	if (sent == cli_flag(cli, "retry"))
		return cli_usage(cli, "resolve: did they get it? Say --sent or --retry");
	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0 ||
	    send_resolve(cli_config(cli), s, id, sent, user_name(), cli_dry_run(cli), cli_now(cli), &e) != 0)
		return cli_fail(&e);
	return 0;
}
