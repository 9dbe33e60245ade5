#include "store/attempts.h"

#include "sql.h"
#include "store/db.h"

#include <string.h>

static const char *const names[] = {"sending", "sent", "deferred", "failed", "unknown", "simulated", "account"};

const char *attempt_status_name(enum attempt_status status)
{
	return names[status];
}

static enum attempt_status status_of(const char *name)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (name && strcmp(names[i], name) == 0)
			return (enum attempt_status)i;
	return ATTEMPT_UNKNOWN;
}

static void bind_result(sqlite3_stmt *st, const struct attempt *a)
{
	if (a->finished_at)
		db_bind_int(st, ":finished_at", a->finished_at);
	db_bind_text(st, ":status", attempt_status_name(a->status));
	if (a->code)
		db_bind_int(st, ":code", a->code);
	db_bind_text(st, ":enhanced", a->enhanced);
	db_bind_text(st, ":words", a->words);
	db_bind_text(st, ":remote_id", a->remote_id);
}

int attempts_insert(struct store *s, const struct attempt *a, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_attempt_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":outbox_id", a->outbox_id);
	db_bind_int(st, ":attempt", a->attempt);
	db_bind_text(st, ":recipient", a->recipient);
	db_bind_text(st, ":transport", a->transport);
	if (a->account_id)
		db_bind_int(st, ":account_id", a->account_id);
	db_bind_text(st, ":server", a->server);
	db_bind_text(st, ":message_id", a->message_id);
	db_bind_blob(st, ":sha256", a->sha256, sizeof a->sha256);
	db_bind_int(st, ":size_bytes", (int64_t)a->size_bytes);
	db_bind_int(st, ":rendered_at", a->rendered_at);
	db_bind_int(st, ":started_at", a->started_at);
	bind_result(st, a);
	return db_run(s, st, e);
}

int attempts_finish(struct store *s, const struct attempt *a, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_attempt_finish, e);

	if (!st)
		return -1;
	db_bind_int(st, ":outbox_id", a->outbox_id);
	db_bind_int(st, ":attempt", a->attempt);
	db_bind_text(st, ":recipient", a->recipient);
	db_bind_text(st, ":message_id", a->message_id);
	bind_result(st, a);
	return db_run(s, st, e);
}

int attempts_change(struct store *s, int64_t outbox_id, enum attempt_status was, enum attempt_status status,
    const char *words, const char *remote_id, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_attempt_change, e);

	if (!st)
		return -1;
	db_bind_int(st, ":outbox_id", outbox_id);
	db_bind_text(st, ":was", attempt_status_name(was));
	db_bind_text(st, ":status", attempt_status_name(status));
	db_bind_text(st, ":words", words);
	db_bind_text(st, ":remote_id", remote_id);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

static struct attempt row_of(sqlite3_stmt *st)
{
	struct attempt a = {.id = db_int(st, 0),
	    .outbox_id = db_int(st, 1),
	    .attempt = (int)db_int(st, 2),
	    .recipient = db_text(st, 3),
	    .transport = db_text(st, 4),
	    .account_id = db_int(st, 5),
	    .server = db_text(st, 6),
	    .message_id = db_text(st, 7),
	    .size_bytes = (size_t)db_int(st, 9),
	    .rendered_at = db_int(st, 10),
	    .started_at = db_int(st, 11),
	    .finished_at = db_int(st, 12),
	    .status = status_of(db_text(st, 13)),
	    .code = (int)db_int(st, 14),
	    .enhanced = db_text(st, 15),
	    .words = db_text(st, 16),
	    .remote_id = db_text(st, 17),
	    .delivery = db_text(st, 18),
	    .delivery_at = db_int(st, 19)};

	if (sqlite3_column_bytes(st, 8) == SHA256_BYTES)
		memcpy(a.sha256, sqlite3_column_blob(st, 8), SHA256_BYTES);
	return a;
}

static int each(
    struct store *s, sqlite3_stmt *st, void (*row)(const struct attempt *, void *), void *arg, struct err *e)
{
	bool more;

	for (;;) {
		if (db_step(s, st, &more, e) != 0)
			return -1;
		if (!more)
			return 0;
		struct attempt a = row_of(st);
		row(&a, arg);
	}
}

int attempts_each_of(
    struct store *s, int64_t outbox_id, void (*row)(const struct attempt *, void *), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_attempts_of, e);

	if (!st)
		return -1;
	db_bind_int(st, ":outbox_id", outbox_id);
	return each(s, st, row, arg, e);
}

int attempts_each_recent(struct store *s, const char *recipient, int64_t limit,
    void (*row)(const struct attempt *, void *), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, recipient ? sql_attempts_to : sql_attempts_recent, e);

	if (!st)
		return -1;
	if (recipient)
		db_bind_text(st, ":recipient", recipient);
	db_bind_int(st, ":limit", limit);
	return each(s, st, row, arg, e);
}

static const char *kept(struct arena *a, const char *s)
{
	return s ? arena_strdup(a, s) : NULL;
}

int attempts_open_of(struct store *s, struct arena *a, int64_t outbox_id, struct attempt **out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_attempt_open, e);
	bool row;

	*out = NULL;
	if (!st)
		return -1;
	db_bind_int(st, ":outbox_id", outbox_id);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	struct attempt *t = arena_alloc(a, sizeof *t);
	*t = row_of(st);
	t->recipient = kept(a, t->recipient);
	t->transport = kept(a, t->transport);
	t->server = kept(a, t->server);
	t->message_id = kept(a, t->message_id);
	t->enhanced = kept(a, t->enhanced);
	t->words = kept(a, t->words);
	t->remote_id = kept(a, t->remote_id);
	t->delivery = kept(a, t->delivery);
	sqlite3_reset(st);
	*out = t;
	return 0;
}

int attempts_count_since(struct store *s, int64_t since, int64_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_attempts_count_since, e);

	if (!st)
		return -1;
	db_bind_int(st, ":since", since);
	return db_get_int(s, st, n, NULL, e);
}

int attempts_stop_account(
    struct store *s, int64_t account_id, const char *why, int64_t now, bool *stopped, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_attempt_stop_account, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account_id", account_id);
	db_bind_text(st, ":why", why);
	db_bind_int(st, ":now", now);
	if (db_run(s, st, e) != 0)
		return -1;
	*stopped = sqlite3_changes(s->db) > 0;
	return 0;
}

int attempts_participant(
    struct store *s, struct arena *a, int64_t id, struct attempt_participant *out, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_attempt_participant, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	if (db_step(s, st, found, e) != 0)
		return -1;
	if (!*found)
		return 0;
	*out = (struct attempt_participant){arena_strdup(a, db_text(st, 0)), db_int(st, 1) != 0,
	    db_text(st, 2) ? arena_strdup(a, db_text(st, 2)) : NULL};
	sqlite3_reset(st);
	return 0;
}
