#include "store/store.h"

#include "base/mem.h"
#include "sql.h"
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 10000, BUSY_STEP_MS = 20 };
/* "MLRM": tells our file from another program's (sql/queries/database_owner.sql). */
enum { APPLICATION_ID = 0x4d4c524d };

static int exec(struct store *s, const char *sql, const char *what, struct err *e)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(s, what, e);
	return 0;
}

/* The file and what SQLite puts beside it are the owner's alone: mail is private. */
static int create_private(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		err_errno(e, "%s: create the database", path);
		e->code = ERR_CANNOT_CREATE;
		return -1;
	}
	close(fd);
	return 0;
}

/* SQLite's own tally of memory takes a lock at every allocation, and nobody reads it. Only before SQLite's first use; later it is
 * refused, which is good. */
static void leave_memory_uncounted(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int open_file(struct store *s, enum store_mode mode, struct err *e)
{
	int flags = mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	struct stat st;

	if (mode == STORE_CREATE && create_private(s->path, e) != 0)
		return -1;
	if (stat(s->path, &st) != 0) {
		if (errno == ENOENT)
			return err_set(e, ERR_NO_INPUT, "%s: no database there; `mailroom init` makes one", s->path);
		return err_errno(e, "%s", s->path);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: is no plain file, let alone a database", s->path);
	leave_memory_uncounted();
	if (sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return db_error(s, "open", e);
	sqlite3_extended_result_codes(s->db, 0);
	sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return 0;
}

/* The change to WAL, once in a database's life, needs it alone and does not wait by SQLite's busy timeout. */
static int use_wal(struct store *s, struct err *e)
{
	for (int waited_ms = 0;; waited_ms += BUSY_STEP_MS) {
		if (exec(s, "PRAGMA journal_mode = WAL", "turn to WAL", e) == 0)
			return 0;
		if (e->code != ERR_TEMPORARY || waited_ms >= BUSY_TIMEOUT_MS)
			return -1;
		sqlite3_sleep(BUSY_STEP_MS);
	}
}

static int configure(struct store *s, struct err *e)
{
	return exec(s, "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY", "set up", e);
}

/* Only once the database is known to be ours: WAL stays in the file. */
static int prepare_to_write(struct store *s, struct err *e)
{
	if (use_wal(s, e) != 0)
		return -1;
	return exec(s, "PRAGMA synchronous = FULL", "set up", e);
}

/* Another program's tables would stand among ours after a migration, and ours among them. */
static int check_owner(struct store *s, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_database_owner, e);
	int64_t ours;

	if (!st || db_get_int(s, st, &ours, NULL, e) != 0)
		return -1;
	return ours ? 0 : err_set(e, ERR_CONFIG, "%s: is another program's database, not Mailroom's", s->path);
}

static int check_version(struct store *s, enum store_mode mode, struct err *e)
{
	int version;

	if (store_schema_version(s, &version, e) != 0 || check_owner(s, e) != 0)
		return -1;
	if (version > store_schema_latest())
		return err_set(e, ERR_CONFIG, "%s: schema version %d, this program knows %d: install a newer Mailroom",
		    s->path, version, store_schema_latest());
	if (mode < STORE_UPGRADE && version < store_schema_latest())
		return err_set(e, ERR_CONFIG, "%s: schema version %d, this program needs %d: run `mailroom migrate`",
		    s->path, version, store_schema_latest());
	return 0;
}

int store_open(const char *path, enum store_mode mode, struct store **out, struct err *e)
{
	struct store *s = mem_alloc(sizeof *s);

	s->path = mem_strdup(path);
	if (open_file(s, mode, e) != 0 || configure(s, e) != 0 || check_version(s, mode, e) != 0 ||
	    (mode != STORE_READ && prepare_to_write(s, e) != 0)) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->cache_size; i++)
		sqlite3_finalize(s->cache[i].st);
	free(s->cache);
	sqlite3_close(s->db);
	free(s->path);
	free(s);
}

int store_schema_latest(void)
{
	return (int)sql_migration_count;
}

int store_schema_version(struct store *s, int *version, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = -1;

	if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &st, NULL) != SQLITE_OK ||
	    sqlite3_step(st) != SQLITE_ROW)
		db_error(s, "read the schema version", e);
	else
		rc = 0;
	*version = rc == 0 ? sqlite3_column_int(st, 0) : 0;
	sqlite3_finalize(st);
	return rc;
}

static int apply(struct store *s, int step, struct err *e)
{
	/* These take no parameters; the numbers are ours. */
	char *mark = mem_printf("PRAGMA user_version = %d; PRAGMA application_id = %d", step + 1, APPLICATION_ID);
	int rc = -1;

	if (exec(s, sql_migrations[step], "run", e) == 0 && exec(s, mark, "mark", e) == 0)
		rc = 0;
	free(mark);
	return rc;
}

int store_migrate(struct store *s, int *applied, struct err *e)
{
	int version;

	*applied = 0;
	for (;;) {
		/* The version is read inside the transaction: two programs may migrate at once. */
		if (store_begin(s, e) != 0)
			return -1;
		if (store_schema_version(s, &version, e) != 0)
			break;
		if (version >= store_schema_latest()) {
			store_rollback(s);
			return 0;
		}
		if (apply(s, version, e) != 0) {
			err_prefix(e, "migration %d", version + 1);
			break;
		}
		if (store_commit(s, e) != 0)
			break;
		++*applied;
	}
	store_rollback(s);
	return -1;
}

int store_begin(struct store *s, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, "BEGIN IMMEDIATE", e);

	return st ? db_run(s, st, e) : -1;
}

int store_commit(struct store *s, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, "COMMIT", e);

	return st ? db_run(s, st, e) : -1;
}

void store_rollback(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

static int check_with(
    struct store *s, const char *sql, void (*finding)(const char *, void *), void *arg, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);
	bool row = true;

	if (!st)
		return -1;
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		const char *text = db_text(st, 0);
		if (text && strcmp(text, "ok") == 0)
			continue;
		++*n;
		finding(text ? text : "", arg);
	}
}

int store_check(struct store *s, void (*finding)(const char *text, void *arg), void *arg, size_t *n, struct err *e)
{
	*n = 0;
	if (check_with(s, "PRAGMA integrity_check", finding, arg, n, e) != 0)
		return -1;
	return check_with(s,
	    "SELECT 'row ' || coalesce(rowid, '?') || ' of ' || \"table\" || ' names a row of ' || parent || ' that is "
	    "not there' "
	    "FROM pragma_foreign_key_check",
	    finding, arg, n, e);
}

const char *store_path(const struct store *s)
{
	return s->path;
}
