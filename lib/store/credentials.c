#include "store/credentials.h"

#include "sql.h"
#include "store/db.h"

#include <inttypes.h>
#include <string.h>

static const char *text_or_null(struct arena *a, sqlite3_stmt *st, int column)
{
	const char *s = db_text(st, column);

	return s ? arena_strdup(a, s) : NULL;
}

static void read_row(struct arena *a, sqlite3_stmt *st, struct credential *out)
{
	const void *blob = sqlite3_column_blob(st, 3);
	size_t n = (size_t)sqlite3_column_bytes(st, 3);
	void *sealed = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(sealed, blob, n);
	*out = (struct credential){
	    .account_id = db_int(st, 0),
	    .address = arena_strdup(a, db_text(st, 1)),
	    .kind = arena_strdup(a, db_text(st, 2)),
	    .sealed = sealed,
	    .sealed_len = n,
	    .key_id = arena_strdup(a, db_text(st, 4)),
	    .client_id = text_or_null(a, st, 5),
	    .scopes = text_or_null(a, st, 6),
	    .updated_at = db_int(st, 7),
	};
}

int credentials_get(struct store *s, struct arena *a, int64_t account_id, const char *kind, struct credential *out,
    bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_credential_get, e);

	*found = false;
	if (!st)
		return -1;
	db_bind_int(st, ":account_id", account_id);
	db_bind_text(st, ":kind", kind);
	if (db_step(s, st, found, e) != 0)
		return -1;
	if (*found) {
		read_row(a, st, out);
		sqlite3_reset(st);
	}
	return 0;
}

int credentials_all(struct store *s, struct arena *a, struct credential **list, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_credential_list, e);
	size_t size = 0;
	bool row;

	*list = NULL;
	*n = 0;
	if (!st)
		return -1;
	for (;;) {
		struct credential c;
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		read_row(a, st, &c);
		if (*n == size) {
			*list = arena_grow(a, *list, size * sizeof **list, (size * 2 + 8) * sizeof **list);
			size = size * 2 + 8;
		}
		(*list)[(*n)++] = c;
	}
}

static void bind_key(sqlite3_stmt *st, const struct credential *c)
{
	db_bind_int(st, ":account_id", c->account_id);
	db_bind_text(st, ":kind", c->kind);
	db_bind_blob(st, ":sealed", c->sealed, c->sealed_len);
	db_bind_text(st, ":key_id", c->key_id);
}

int credentials_put(struct store *s, const struct credential *c, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_credential_put, e);

	if (!st)
		return -1;
	bind_key(st, c);
	db_bind_text(st, ":client_id", c->client_id);
	db_bind_text(st, ":scopes", c->scopes);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int credentials_reseal(struct store *s, const struct credential *c, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_credential_reseal, e);

	if (!st)
		return -1;
	bind_key(st, c);
	return db_run(s, st, e);
}

int credentials_remove(struct store *s, int64_t account_id, const char *kind, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_credential_remove, e);
	int64_t id;

	if (!st)
		return -1;
	db_bind_int(st, ":account_id", account_id);
	db_bind_text(st, ":kind", kind);
	return db_get_int(s, st, &id, found, e);
}

const char *credentials_place(struct arena *a, int64_t account_id, const char *address, const char *kind)
{
	return arena_printf(a, "email_credentials:%" PRId64 ":%s:%s", account_id, address, kind);
}
