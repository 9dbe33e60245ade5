#include "store/cursors.h"

#include "sql.h"
#include "store/db.h"

static const char *text(struct arena *a, sqlite3_stmt *st, int column)
{
	const char *s = db_text(st, column);

	return s ? arena_strdup(a, s) : NULL;
}

static int64_t number(sqlite3_stmt *st, int column, int64_t otherwise)
{
	return sqlite3_column_type(st, column) == SQLITE_NULL ? otherwise : db_int(st, column);
}

int cursors_get(struct store *s, struct arena *a, int64_t account_id, struct cursor *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_cursor_get, e);
	bool row;

	*out = (struct cursor){.since = INT64_MIN, .total = -1};
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*out = (struct cursor){.source_id = db_int(st, 0),
	    .phase = text(a, st, 1),
	    .cursor = text(a, st, 2),
	    .cursor_at = db_int(st, 3),
	    .listing = db_int(st, 4),
	    .since = number(st, 5, INT64_MIN),
	    .people_after = text(a, st, 6),
	    .page_token = text(a, st, 7),
	    .listed = db_int(st, 8),
	    .total = number(st, 9, -1),
	    .begun_at = db_int(st, 10),
	    .finished_at = db_int(st, 11),
	    .in_step_at = db_int(st, 12)};
	sqlite3_reset(st);
	return 0;
}

static void bind_unless(sqlite3_stmt *st, const char *name, int64_t value, int64_t none)
{
	if (value != none)
		db_bind_int(st, name, value);
}

int cursors_put(struct store *s, int64_t account_id, const struct cursor *c, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_cursor_put, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":source", c->source_id);
	db_bind_text(st, ":phase", c->phase);
	db_bind_text(st, ":cursor", c->cursor);
	db_bind_int(st, ":cursor_at", c->cursor_at);
	db_bind_int(st, ":listing", c->listing);
	bind_unless(st, ":since", c->since, INT64_MIN);
	db_bind_text(st, ":people_after", c->people_after);
	db_bind_text(st, ":page_token", c->page_token);
	db_bind_int(st, ":listed", c->listed);
	bind_unless(st, ":total", c->total, -1);
	db_bind_int(st, ":begun_at", c->begun_at);
	bind_unless(st, ":finished_at", c->finished_at, 0);
	bind_unless(st, ":in_step_at", c->in_step_at, 0);
	return db_run(s, st, e);
}

int cursors_get_delay(struct store *s, int64_t account_id, int64_t *failures, int64_t *next_at, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_cursor_delay_get, e);
	bool row;

	*failures = *next_at = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*failures = db_int(st, 0);
	*next_at = db_int(st, 1);
	sqlite3_reset(st);
	return 0;
}

int cursors_delay(struct store *s, int64_t account_id, int64_t failures, int64_t next_at, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_cursor_delay, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":failures", failures);
	bind_unless(st, ":next_at", next_at, 0);
	return db_run(s, st, e);
}
