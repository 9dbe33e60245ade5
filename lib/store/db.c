#include "store/db.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static size_t slot_of(const struct store *s, const char *sql)
{
	size_t i = ((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 32;

	for (i &= s->cache_size - 1; s->cache[i].sql && s->cache[i].sql != sql; i = (i + 1) & (s->cache_size - 1))
		;
	return i;
}

static void grow_cache(struct store *s)
{
	struct db_cached *old = s->cache;
	size_t n = s->cache_size;

	s->cache_size = n ? n * 2 : 64;
	s->cache = mem_alloc(s->cache_size * sizeof *s->cache);
	for (size_t i = 0; i < n; i++)
		if (old[i].sql)
			s->cache[slot_of(s, old[i].sql)] = old[i];
	free(old);
}

sqlite3_stmt *db_prepare(struct store *s, const char *sql, struct err *e)
{
	struct db_cached *c;

	if (s->cache_count * 2 >= s->cache_size)
		grow_cache(s);
	c = &s->cache[slot_of(s, sql)];
	if (c->sql) {
		sqlite3_reset(c->st);
		sqlite3_clear_bindings(c->st);
		return c->st;
	}
	switch (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &c->st, NULL)) {
	case SQLITE_OK: break;
	case SQLITE_ERROR: err_set(e, ERR_BUG, "database: %s, in: %.200s", sqlite3_errmsg(s->db), sql); return NULL;
	default: db_error(s, "prepare", e); return NULL; /* the schema cannot be read */
	}
	c->sql = sql;
	s->cache_count++;
	return c->st;
}

static int parameter(sqlite3_stmt *st, const char *name)
{
	int i = sqlite3_bind_parameter_index(st, name);

	if (i == 0)
		abort();
	return i;
}

void db_bind_int(sqlite3_stmt *st, const char *name, int64_t value)
{
	sqlite3_bind_int64(st, parameter(st, name), value);
}

void db_bind_text(sqlite3_stmt *st, const char *name, const char *text)
{
	sqlite3_bind_text(st, parameter(st, name), text, -1, SQLITE_STATIC);
}

void db_bind_text_n(sqlite3_stmt *st, const char *name, const char *text, size_t n)
{
	sqlite3_bind_text64(st, parameter(st, name), text, n, SQLITE_STATIC, SQLITE_UTF8);
}

void db_bind_blob(sqlite3_stmt *st, const char *name, const void *bytes, size_t n)
{
	sqlite3_bind_blob64(st, parameter(st, name), bytes, n, SQLITE_STATIC);
}

int db_step(struct store *s, sqlite3_stmt *st, bool *row, struct err *e)
{
	int rc = sqlite3_step(st);

	*row = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW)
		return 0;
	if (rc == SQLITE_DONE) {
		sqlite3_reset(st);
		return 0;
	}
	db_error(s, "run", e);
	sqlite3_reset(st);
	return -1;
}

int db_run(struct store *s, sqlite3_stmt *st, struct err *e)
{
	bool row = true;

	while (row)
		if (db_step(s, st, &row, e) != 0)
			return -1;
	return 0;
}

int db_get_int(struct store *s, sqlite3_stmt *st, int64_t *value, bool *found, struct err *e)
{
	bool row;

	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (row)
		*value = sqlite3_column_int64(st, 0);
	if (found)
		*found = row;
	if (row)
		sqlite3_reset(st);
	return 0;
}

const char *db_text(sqlite3_stmt *st, int column)
{
	return (const char *)sqlite3_column_text(st, column);
}

int64_t db_int(sqlite3_stmt *st, int column)
{
	return sqlite3_column_int64(st, column);
}

int db_error(struct store *s, const char *what, struct err *e)
{
	enum err_code code = ERR_SYSTEM;
	int number = s->db ? sqlite3_system_errno(s->db) : 0;

	/* What sqlite3_open_v2 leaves is an extended code: the lowest byte is the plain one. */
	switch (sqlite3_errcode(s->db) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED: code = ERR_TEMPORARY; break;
	case SQLITE_FULL:
	case SQLITE_IOERR: code = ERR_IO; break;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_AUTH: code = ERR_REFUSED; break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: code = ERR_INPUT; break;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH: code = ERR_INPUT; break;
	default: break;
	}
	/* "disk I/O error" alone does not say that the disk is full. */
	if (code == ERR_IO && number)
		return err_set(e, code, "%s: %s: %s: %s", s->path, what, sqlite3_errmsg(s->db), strerror(number));
	return err_set(e, code, "%s: %s: %s", s->path, what, sqlite3_errmsg(s->db));
}
