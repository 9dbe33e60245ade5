/* Freezes participant updates in the outbox, for tests and measurements: one a participant, whose row it makes. The
 * settings come from the environment. usage: outbox_fill FROM DOMAIN FIRST COUNT [BYTES]    participants
 * p<FIRST>@DOMAIN and on, texts of BYTES (default 500) bytes        outbox_fill --single ...
 * each in a transaction of its own, not all in one */
#include "base/clock.h"
#include "base/config.h"
#include "base/mem.h"
#include "job/outbox.h"
#include "mail/compose.h"
#include "mail/compose_automatic.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 60 };

struct fill {
	const char *from, *domain;
	int64_t first, count, bytes, now;
	struct config *config;
	struct store *store;
	struct arena arena;
};

struct letter {
	const struct fill *fill;
	struct address to;
};

static int compose(void *arg, const struct outbox_stamp *stamp, struct buf *out, struct err *e)
{
	struct letter *l = arg;
	struct compose_headers headers;
	struct arena a = {0};
	struct buf text = {0};
	int rc;

	for (int64_t n = 0; n < l->fill->bytes; n += LINE_BYTES)
		buf_puts(&text, "So far so good: three days of four, and one day still to come.\n");
	compose_headers_automatic(&a,
	    &(struct compose_automatic){.list = "participant", .domain = "study.example", .token = stamp->token},
	    &headers);
	struct compose c = {.from = {.address = l->fill->from},
	    .to = {&l->to, 1},
	    .subject = "Your progress",
	    .date = stamp->date,
	    .message_id = stamp->message_id,
	    .headers = headers.items,
	    .header_count = headers.count,
	    .text = buf_str(&text)};
	rc = compose_message(&c, out, e);
	buf_clear(&text);
	arena_clear(&a);
	return rc;
}

/* The tool's own way to the table: no program of Mailroom makes participants for a test alone. */
static int add_participants(const struct fill *f, struct err *e)
{
	sqlite3 *db = NULL;
	char *sql = sqlite3_mprintf(
	    "BEGIN; WITH RECURSIVE n (i) AS (SELECT %lld UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %lld)"
	    "INSERT INTO participants (id, did, email, created_at, updated_at, status_changed_at, email_changed_at)"
	    "SELECT i, 'did:' || i, 'p' || i || '@%q', 1, 1, 1, 1 FROM n; COMMIT",
	    (long long)f->first, (long long)f->first + (long long)f->count, f->domain);
	int rc = sqlite3_open(config_text(f->config, "MAILROOM_DB"), &db) == SQLITE_OK &&
	                 sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK
	             ? 0
	             : err_set(e, ERR_SYSTEM, "participants: %s", sqlite3_errmsg(db));

	sqlite3_free(sql);
	sqlite3_close(db);
	return rc;
}

static int add_one(struct fill *f, struct outbox_batch *b, int64_t i, struct err *e)
{
	struct arena *a = &f->arena;
	struct letter l = {f, {.address = arena_printf(a, "p%lld@%s", (long long)i, f->domain)}};
	const struct outbox_recipient to = {.address = l.to.address, .participant_id = i};
	const struct outbox_draft d = {.kind = "participant",
	    .dedupe_key = arena_printf(a, "participant:%lld", (long long)i),
	    .subject = "Your progress",
	    .from_address = f->from,
	    .domain = "study.example",
	    .period_start = f->now,
	    .period_end = f->now,
	    .expires_at = f->now + 86400,
	    .recipients = &to,
	    .recipient_count = 1,
	    .compose = compose,
	    .arg = &l};
	struct outbox_frozen out;
	int rc = b ? outbox_freeze_add(b, a, &d, &out, e) : outbox_freeze(f->store, f->config, a, &d, f->now, &out, e);

	arena_reset(a);
	return rc;
}

static int fill(struct fill *f, bool single, struct err *e)
{
	struct outbox_batch *b = NULL;

	if (add_participants(f, e) != 0 ||
	    store_open(config_text(f->config, "MAILROOM_DB"), STORE_WRITE, &f->store, e) != 0 ||
	    (!single && outbox_freeze_begin(f->store, f->config, f->now, &b, e) != 0))
		return -1;
	for (int64_t i = f->first; i < f->first + f->count; i++)
		if (add_one(f, b, i, e) != 0) {
			outbox_freeze_abort(b);
			return -1;
		}
	return b ? outbox_freeze_commit(b, e) : 0;
}

int main(int argc, char **argv)
{
	bool single = argc > 1 && strcmp(argv[1], "--single") == 0;
	struct fill f = {.config = config_new()};
	struct err e = {0};
	double started = clock_monotonic_s();
	int rc = -1;

	argc -= single;
	argv += single;
	if (argc < 5) {
		fputs("usage: outbox_fill [--single] FROM DOMAIN FIRST COUNT [BYTES]\n", stderr);
		return 64;
	}
	f.from = argv[1];
	f.domain = argv[2];
	f.first = atoll(argv[3]);
	f.count = atoll(argv[4]);
	f.bytes = argc > 5 ? atoll(argv[5]) : 500;
	if (config_load_environment(f.config, environ, &e) == 0 && config_finish(f.config, environ, &e) == 0 &&
	    clock_parse(config_text(f.config, "MAILROOM_NOW"), &f.now, &e) == 0)
		rc = fill(&f, single, &e);
	if (rc != 0)
		fprintf(stderr, "outbox_fill: %s\n", e.text);
	else if (isatty(STDOUT_FILENO))
		printf("%lld messages in %.2f s\n", (long long)f.count, clock_monotonic_s() - started);
	store_close(f.store);
	config_free(f.config);
	arena_clear(&f.arena);
	return rc == 0 ? 0 : 1;
}
