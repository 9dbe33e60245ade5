#include "store/sources.h"

#include "sql.h"
#include "store/db.h"

#include <string.h>

int sources_get(
    struct store *s, struct arena *a, int64_t account_id, const char *path, struct source_row *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_source_get, e);
	const void *hash;
	bool row;

	*out = (struct source_row){0};
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":path", path);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*out = (struct source_row){.id = db_int(st, 0),
	    .keep = arena_strdup(a, db_text(st, 1)),
	    .device = db_int(st, 2),
	    .inode = db_int(st, 3),
	    .size_bytes = db_int(st, 4),
	    .mtime_ns = db_int(st, 5),
	    .ctime_ns = db_int(st, 6),
	    .cursor_offset = db_int(st, 7),
	    .messages = db_int(st, 9),
	    .is_complete = db_text(st, 10) != NULL};
	hash = sqlite3_column_blob(st, 8);
	if (hash && sqlite3_column_bytes(st, 8) == SOURCES_HASH_BYTES)
		memcpy(out->prefix_hash, hash, SOURCES_HASH_BYTES);
	sqlite3_reset(st);
	return 0;
}

int sources_insert(struct store *s, int64_t account_id, const char *kind, const char *path, const char *keep,
    int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_source_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":kind", kind);
	db_bind_text(st, ":path", path);
	db_bind_text(st, ":keep", keep);
	if (db_run(s, st, e) != 0)
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

int sources_restart(struct store *s, int64_t id, const char *kind, const char *keep, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_source_restart, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":kind", kind);
	db_bind_text(st, ":keep", keep);
	return db_run(s, st, e);
}

int sources_advance(struct store *s, const struct source_row *row, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_source_advance, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", row->id);
	db_bind_int(st, ":offset", row->cursor_offset);
	db_bind_blob(st, ":hash", row->prefix_hash, SOURCES_HASH_BYTES);
	db_bind_int(st, ":messages", row->messages);
	return db_run(s, st, e);
}

int sources_complete(struct store *s, const struct source_row *row, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_source_complete, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", row->id);
	db_bind_int(st, ":device", row->device);
	db_bind_int(st, ":inode", row->inode);
	db_bind_int(st, ":size", row->size_bytes);
	db_bind_int(st, ":mtime_ns", row->mtime_ns);
	db_bind_int(st, ":ctime_ns", row->ctime_ns);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int failed_put(struct store *s, int64_t account_id, int64_t source_id, int64_t offset, const char *name,
    int64_t size_bytes, const char *reason, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_failed_put, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":source", source_id);
	db_bind_int(st, ":offset", offset);
	db_bind_text(st, ":name", name ? name : "");
	db_bind_int(st, ":size", size_bytes);
	db_bind_text(st, ":reason", reason);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int failed_resolve(struct store *s, int64_t id, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_failed_resolve, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int failed_resolve_place(struct store *s, int64_t account_id, int64_t source_id, int64_t offset, const char *name,
    int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_failed_resolve_place, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":source", source_id);
	db_bind_int(st, ":offset", offset);
	db_bind_text(st, ":name", name ? name : "");
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int failed_count(struct store *s, int64_t account_id, int64_t source_id, int64_t cursor, int64_t *all, int64_t *before,
    struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_failed_count, e);
	bool row;

	*all = *before = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":source", source_id);
	db_bind_int(st, ":cursor", cursor);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	*all = db_int(st, 0);
	*before = db_int(st, 1);
	sqlite3_reset(st);
	return 0;
}

int failed_next(struct store *s, struct arena *a, int64_t account_id, const struct failed_item *after,
    struct failed_item *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_failed_next, e);
	bool row;

	*out = (struct failed_item){0};
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":source", after->source_id);
	db_bind_int(st, ":offset", after->offset);
	db_bind_text(st, ":name", after->name ? after->name : "");
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*out = (struct failed_item){.id = db_int(st, 0),
	    .source_id = db_int(st, 1),
	    .path = arena_strdup(a, db_text(st, 2)),
	    .kind = arena_strdup(a, db_text(st, 3)),
	    .offset = db_int(st, 4),
	    .name = arena_strdup(a, db_text(st, 5)),
	    .is_behind_cursor = db_int(st, 6) != 0};
	sqlite3_reset(st);
	return 0;
}
