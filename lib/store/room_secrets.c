#include "store/room_secrets.h"

#include "sql.h"
#include "store/db.h"

#include <string.h>

static void read_row(struct arena *a, sqlite3_stmt *st, struct room_secret *out)
{
	const void *blob = sqlite3_column_blob(st, 1);
	size_t n = (size_t)sqlite3_column_bytes(st, 1);
	void *sealed = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(sealed, blob, n);
	*out = (struct room_secret){
	    .name = arena_strdup(a, db_text(st, 0)),
	    .sealed = sealed,
	    .sealed_len = n,
	    .key_id = arena_strdup(a, db_text(st, 2)),
	};
}

int room_secrets_get(
    struct store *s, struct arena *a, const char *name, struct room_secret *out, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_room_secret_get, e);

	*found = false;
	if (!st)
		return -1;
	db_bind_text(st, ":name", name);
	if (db_step(s, st, found, e) != 0)
		return -1;
	if (*found) {
		read_row(a, st, out);
		sqlite3_reset(st);
	}
	return 0;
}

int room_secrets_all(struct store *s, struct arena *a, struct room_secret **list, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_room_secret_list, e);
	bool row;

	*list = NULL;
	*n = 0;
	if (!st)
		return -1;
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		*list = arena_more(a, *list, *n, sizeof **list);
		read_row(a, st, &(*list)[(*n)++]);
	}
}

static void bind(sqlite3_stmt *st, const struct room_secret *r)
{
	db_bind_text(st, ":name", r->name);
	db_bind_blob(st, ":sealed", r->sealed, r->sealed_len);
	db_bind_text(st, ":key_id", r->key_id);
}

int room_secrets_insert(struct store *s, const struct room_secret *r, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_room_secret_insert, e);

	if (!st)
		return -1;
	bind(st, r);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int room_secrets_reseal(struct store *s, const struct room_secret *r, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_room_secret_reseal, e);

	if (!st)
		return -1;
	bind(st, r);
	return db_run(s, st, e);
}
