#include "store/remotes.h"

#include "sql.h"
#include "store/db.h"

int remotes_get(struct store *s, struct arena *a, int64_t account_id, const char *remote_id, struct remote_message *out,
    struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_remote_get, e);
	bool row;

	*out = (struct remote_message){0};
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":remote", remote_id);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*out = (struct remote_message){.remote_id = remote_id,
	    .email_id = db_int(st, 0),
	    .labels = arena_strdup(a, db_text(st, 1)),
	    .received_at = db_int(st, 2),
	    .listing = db_int(st, 3),
	    .is_deleted = db_int(st, 4) != 0};
	sqlite3_reset(st);
	return 0;
}

int remotes_put(struct store *s, int64_t account_id, const struct remote_message *m, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_remote_put, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":remote", m->remote_id);
	if (m->email_id)
		db_bind_int(st, ":email", m->email_id);
	db_bind_text(st, ":labels", m->labels);
	db_bind_int(st, ":received_at", m->received_at);
	db_bind_int(st, ":listing", m->listing);
	if (m->is_deleted)
		db_bind_int(st, ":deleted_at", now);
	return db_run(s, st, e);
}

int remotes_update_sighting(struct store *s, int64_t account_id, int64_t email_id, const char *remote_id,
    const char *thread_id, bool is_sent, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_remote_sighting, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":email", email_id);
	db_bind_text(st, ":remote", remote_id);
	db_bind_text(st, ":thread", thread_id);
	db_bind_int(st, ":is_sent", is_sent);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int remotes_next_unlisted(struct store *s, struct arena *a, int64_t account_id, const char *after, int64_t listing,
    int64_t since, struct remote_message *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_remote_next_unlisted, e);
	bool row;

	*out = (struct remote_message){0};
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":after", after);
	db_bind_int(st, ":listing", listing);
	if (since != INT64_MIN)
		db_bind_int(st, ":since", since);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*out = (struct remote_message){.remote_id = arena_strdup(a, db_text(st, 0)),
	    .email_id = db_int(st, 1),
	    .labels = arena_strdup(a, db_text(st, 2)),
	    .received_at = db_int(st, 3)};
	sqlite3_reset(st);
	return 0;
}

int remotes_next_wanted(struct store *s, struct arena *a, int64_t account_id, int64_t after, bool all,
    struct remote_message *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, all ? sql_remote_wanted_all : sql_remote_wanted, e);
	bool row;

	*out = (struct remote_message){0};
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":after", after);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*out = (struct remote_message){.email_id = db_int(st, 0), .remote_id = arena_strdup(a, db_text(st, 1))};
	sqlite3_reset(st);
	return 0;
}
