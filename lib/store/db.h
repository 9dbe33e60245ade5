/* SQLite as lib/store uses it: cached statements with named parameters. Not for other rooms. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/err.h"
#include "store/store.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A prepared statement, found by the address of its SQL text. */
struct db_cached {
	const char *sql;
	sqlite3_stmt *st;
};

struct store {
	sqlite3 *db;
	char *path;
	struct db_cached *cache; /* hash table of prepared statements, by the address of their SQL */
	size_t cache_size, cache_count;
};

/* The statement of an embedded text (sql.h), prepared at most once a connection, reset, its bindings cleared. An SQL text that
 * does not compile is a bug, and a test finds it; here it is BUG in *e and NULL; a schema that cannot be read is not. Text and blobs that are bound are borrowed:
 * they must live until the statement is run to its end or reset. */
sqlite3_stmt *db_prepare(struct store *s, const char *sql, struct err *e);

/* Bind by name (":address"). NULL text is NULL. A name that the statement has not is a bug and aborts. */
void db_bind_int(sqlite3_stmt *st, const char *name, int64_t value);
void db_bind_text(sqlite3_stmt *st, const char *name, const char *text);
void db_bind_text_n(sqlite3_stmt *st, const char *name, const char *text, size_t n);
void db_bind_blob(sqlite3_stmt *st, const char *name, const void *bytes, size_t n);

/* One step: *row says whether there is a row. At the end and on failure the statement is reset. */
int db_step(struct store *s, sqlite3_stmt *st, bool *row, struct err *e);
/* Runs a statement to its end, rows ignored. */
int db_run(struct store *s, sqlite3_stmt *st, struct err *e);
/* The first column of the first row as an integer; *found (may be NULL) says whether there was one. */
int db_get_int(struct store *s, sqlite3_stmt *st, int64_t *value, bool *found, struct err *e);

/* Column of the current row, as bytes valid until the next step; NULL for NULL. */
const char *db_text(sqlite3_stmt *st, int column);
int64_t db_int(sqlite3_stmt *st, int column);

/* Fills *e from the connection's last error ("database: <what>: ..."): TEMPORARY when busy, IO when the disk is full. */
int db_error(struct store *s, const char *what, struct err *e);

#endif
