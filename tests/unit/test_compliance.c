/* The compliance database: opened whatever its writer does, nothing left beside it, one moment. And its queries. */
#include "base/file.h"
#include "base/mem.h"
#include "sql.h"
#include "store/compliance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char schema[] =
    "CREATE TABLE feed_requests (requester_did TEXT, timestamp TEXT);"
    "CREATE TABLE engagements (did_engagement TEXT, engagement_type TEXT, timestamp TEXT);"
    "INSERT INTO feed_requests VALUES ('did:a', '2026-11-20T09:00:00Z'), (NULL, NULL), ('did:b', 7);"
    "INSERT INTO engagements VALUES ('did:a', 'like', 'x'), ('did:b', NULL, 'y');";

struct place {
	char dir[64], path[100], wal[110], shm[110];
};

static int make_place(void **state)
{
	struct place *p = mem_alloc(sizeof *p);

	snprintf(p->dir, sizeof p->dir, "/tmp/mailroom-compliance-XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	/* SQLite reads a file name with these in it as a URI if it is given as one. */
	snprintf(p->path, sizeof p->path, "%s/a b%%41?x#y.db", p->dir);
	snprintf(p->wal, sizeof p->wal, "%s-wal", p->path);
	snprintf(p->shm, sizeof p->shm, "%s-shm", p->path);
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;

	unlink(p->path);
	unlink(p->wal);
	unlink(p->shm);
	rmdir(p->dir);
	free(p);
	return 0;
}

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static sqlite3 *writer(const struct place *p, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
	run(db, sql);
	return db;
}

static void write_once(const struct place *p, const char *sql)
{
	sqlite3_close(writer(p, sql));
}

static int note(const struct compliance_row *row, void *arg, struct err *e)
{
	struct buf *b = arg;

	(void)e;
	buf_printf(b, "[%.*s %.*s %.*s]", (int)row->did.len, row->did.at ? row->did.at : "", (int)row->timestamp.len,
	    row->timestamp.at ? row->timestamp.at : "", (int)row->type.len, row->type.at ? row->type.at : "");
	return 0;
}

static int stop(const struct compliance_row *row, void *arg, struct err *e)
{
	(void)row;
	++*(int *)arg;
	return err_set(e, ERR_INPUT, "enough");
}

static void expect(struct compliance *c, const char *did, const char *requests, const char *engagements)
{
	struct buf b = {0};
	struct err e = {0};

	assert_int_equal(compliance_each_request(c, did, note, &b, &e), 0);
	assert_string_equal(buf_str(&b), requests);
	buf_reset(&b);
	assert_int_equal(compliance_each_engagement(c, did, note, &b, &e), 0);
	assert_string_equal(buf_str(&b), engagements);
	buf_clear(&b);
}

static struct compliance *opened(const struct place *p)
{
	struct compliance *c = NULL;
	struct err e = {0};

	if (compliance_open(p->path, &c, &e) != 0)
		fail_msg("%s", e.text);
	return c;
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void rows_come_as_they_are(void **state)
{
	struct place *p = *state;
	struct compliance *c;
	struct err e = {0};
	int calls = 0;

	write_once(p, schema);
	c = opened(p);
	expect(c, NULL, "[did:a 2026-11-20T09:00:00Z ][  ][did:b 7 ]", "[did:a x like][did:b y ]");
	expect(c, "did:b", "[did:b 7 ]", "[did:b y ]");
	expect(c, "did:c", "", "");
	assert_int_equal(compliance_each_request(c, NULL, stop, &calls, &e), -1);
	assert_int_equal(calls, 1);
	assert_string_equal(e.text, "enough");
	assert_true(compliance_held_still(c));
	compliance_close(c);
	compliance_close(NULL);
}

/* A database that is left in write-ahead-log mode, whose folder stays as it is. */
static void a_log_at_rest_is_left_alone(void **state)
{
	struct place *p = *state;
	struct compliance *c;
	struct stat before, after;

	write_once(p, "PRAGMA journal_mode = WAL");
	write_once(p, schema);
	assert_false(is_there(p->wal));
	assert_int_equal(stat(p->dir, &before), 0);
	c = opened(p);
	expect(c, "did:b", "[did:b 7 ]", "[did:b y ]");
	assert_true(compliance_held_still(c));
	compliance_close(c);
	assert_int_equal(stat(p->dir, &after), 0);
	assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim);
}

static void what_was_written_meanwhile_is_told(void **state)
{
	struct place *p = *state;
	struct compliance *c;
	sqlite3 *db;

	write_once(p, "PRAGMA journal_mode = WAL");
	write_once(p, schema);
	c = opened(p);
	db = writer(p, "INSERT INTO feed_requests VALUES ('did:c', '')");
	assert_false(compliance_held_still(c));
	sqlite3_close(db);
	assert_false(is_there(p->wal));
	assert_false(compliance_held_still(c));
	compliance_close(c);
	c = opened(p);
	expect(c, "did:c", "[did:c  ]", "");
	assert_true(compliance_held_still(c));
	compliance_close(c);
}

static void a_writer_at_work_is_seen_as_of_one_moment(void **state)
{
	static const char *const modes[] = {"PRAGMA journal_mode = WAL", "PRAGMA journal_mode = DELETE"};
	struct place *p = *state;

	for (size_t i = 0; i < 2; i++) {
		struct compliance *c;
		sqlite3 *db;
		unlink(p->path);
		db = writer(p, modes[i]);
		run(db, schema);
		run(db, "BEGIN IMMEDIATE; INSERT INTO feed_requests VALUES ('did:c', '')");
		c = opened(p);
		expect(c, "did:c", "", "");
		run(db, i == 0 ? "COMMIT" : "ROLLBACK");
		expect(c, "did:c", "", "");
		assert_true(compliance_held_still(c));
		compliance_close(c);
		c = opened(p);
		expect(c, "did:c", i == 0 ? "[did:c  ]" : "", "");
		compliance_close(c);
		sqlite3_close(db);
		assert_false(is_there(p->wal));
	}
}

/* What the reader makes of the log that a killed writer left, it leaves to the writer; the log itself stays. */
static void a_log_that_was_left_is_read(void **state)
{
	struct place *p = *state;
	struct compliance *c;
	struct buf wal = {0};
	struct err e = {0};
	sqlite3 *db = writer(p, "PRAGMA journal_mode = WAL");

	run(db, schema);
	run(db, "INSERT INTO feed_requests VALUES ('did:c', 'in the log')");
	assert_int_equal(file_read(p->wal, -1, 1 << 20, &wal, &e), 0);
	sqlite3_close(db);
	/* The file as it was before the log was worked in: the log alone has all tables. */
	unlink(p->path);
	write_once(p, "PRAGMA journal_mode = WAL");
	assert_int_equal(file_write_atomic(p->wal, wal.data, wal.len, 0600, &e), 0);
	c = opened(p);
	expect(c, "did:c", "[did:c in the log ]", "");
	compliance_close(c);
	assert_true(is_there(p->wal));
	buf_clear(&wal);
}

int __real_sqlite3_busy_timeout(sqlite3 *db, int ms);
int __wrap_sqlite3_busy_timeout(sqlite3 *db, int ms);

/* No test waits: whoever holds the file here never lets it go. */
int __wrap_sqlite3_busy_timeout(sqlite3 *db, int ms)
{
	assert_int_equal(ms, 10000);
	return __real_sqlite3_busy_timeout(db, 0);
}

static void refused(const struct place *p, enum err_code code, const char *words)
{
	struct compliance *c;
	struct err e = {0};

	if (compliance_open(p->path, &c, &e) == 0)
		fail_msg("it was opened; wanted: %s", words);
	if (e.code != code || !strstr(e.text, words) || !strstr(e.text, p->path))
		fail_msg("%d: %s", e.code, e.text);
}

static void what_is_no_compliance_database_is_named(void **state)
{
	static const struct {
		const char *sql, *words;
	} rows[] = {
	    {"CREATE TABLE x (y)", "no such table: feed_requests; wanted is feed_requests (requester_did, timestamp)"},
	    {"CREATE TABLE feed_requests (requester_did, time)", "no such column: timestamp; wanted is feed_requests"},
	    {"CREATE TABLE feed_requests (requester_did, timestamp)",
	        "no such table: engagements; wanted is engagements ("},
	    {"CREATE TABLE feed_requests (requester_did, timestamp);"
	     "CREATE TABLE engagements (did_engagement, timestamp)",
	        "no such column: engagement_type"},
	};
	struct place *p = *state;
	char real[100];
	struct err e = {0};

	refused(p, ERR_NO_INPUT, "open the compliance database: No such file or directory");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unlink(p->path);
		write_once(p, rows[i].sql);
		refused(p, ERR_INPUT, rows[i].words);
	}
	assert_int_equal(file_write_atomic(p->path, "", 0, 0600, &e), 0);
	refused(p, ERR_INPUT, "no such table: feed_requests");
	memset(real, 'x', sizeof real);
	assert_int_equal(file_write_atomic(p->path, real, sizeof real, 0600, &e), 0);
	refused(p, ERR_INPUT, "is no SQLite database");
	unlink(p->path);
	assert_int_equal(mkdir(p->path, 0700), 0);
	refused(p, ERR_INPUT, "is no plain file");
	rmdir(p->path);
}

static void a_file_that_is_held_is_for_later(void **state)
{
	struct place *p = *state;
	sqlite3 *db = writer(p, schema);

	run(db, "BEGIN EXCLUSIVE");
	refused(p, ERR_TEMPORARY, "another program has held it for 10 s");
	run(db, "COMMIT; PRAGMA journal_mode = WAL; PRAGMA locking_mode = EXCLUSIVE; INSERT INTO feed_requests VALUES "
	        "(1, 2)");
	refused(p, ERR_TEMPORARY, "another program has held it for 10 s");
	sqlite3_close(db);
}

/* The journal of a writer that was killed has to be played back, which a reader may not do. */
static void a_write_that_was_interrupted_is_for_its_writer(void **state)
{
	struct place *p = *state;
	char journal[120];
	struct buf file = {0}, undo = {0};
	struct err e = {0};
	sqlite3 *db = writer(p, schema);

	snprintf(journal, sizeof journal, "%s-journal", p->path);
	run(db, "PRAGMA cache_size = 2; PRAGMA cache_spill = 1; BEGIN; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
	        "SELECT i + 1 "
	        "FROM n WHERE i < 20000) INSERT INTO feed_requests SELECT i, i FROM n");
	assert_int_equal(file_read(p->path, -1, 1 << 24, &file, &e), 0);
	assert_int_equal(file_read(journal, -1, 1 << 24, &undo, &e), 0);
	sqlite3_close(db);
	assert_int_equal(file_write_atomic(p->path, file.data, file.len, 0600, &e), 0);
	assert_int_equal(file_write_atomic(journal, undo.data, undo.len, 0600, &e), 0);
	refused(p, ERR_TEMPORARY, "its writer was interrupted");
	assert_true(is_there(journal));
	unlink(journal);
	buf_clear(&file);
	buf_clear(&undo);
}

static void a_damaged_file_is_an_error(void **state)
{
	struct place *p = *state;
	struct compliance *c;
	struct buf b = {0};
	struct err e = {0};
	char page[4096];
	int fd;

	write_once(p, schema);
	memset(page, 0xee, sizeof page);
	fd = open(p->path, O_WRONLY);
	assert_int_equal(pwrite(fd, page, sizeof page, 4096), 4096);
	close(fd);
	c = opened(p);
	assert_int_equal(compliance_each_request(c, NULL, note, &b, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.text, p->path));
	compliance_close(c);
	buf_clear(&b);
}

static void views_and_wide_tables_do(void **state)
{
	struct place *p = *state;
	struct compliance *c;

	write_once(p,
	    "CREATE TABLE log (who, what, at, more);"
	    "INSERT INTO log VALUES ('did:a', NULL, 't1', 1), ('did:a', 'like', 't2', 2);"
	    "CREATE VIEW feed_requests AS SELECT who AS requester_did, at AS timestamp FROM log WHERE what IS NULL;"
	    "CREATE TABLE engagements (id PRIMARY KEY, timestamp, engagement_type, did_engagement) WITHOUT ROWID;"
	    "INSERT INTO engagements SELECT more, at, what, who FROM log WHERE what IS NOT NULL");
	c = opened(p);
	expect(c, NULL, "[did:a t1 ]", "[did:a t2 like]");
	compliance_close(c);
}

static void its_queries_begin_with_a_comment_and_read_only(void **state)
{
	struct place *p = *state;
	sqlite3 *db = writer(p, schema);
	int count = 0;

	for (const struct sql_named *q = sql_compliance; q->name; q++, count++) {
		sqlite3_stmt *st = NULL;
		const char *tail = NULL;
		assert_int_equal(sqlite3_prepare_v2(db, q->text, -1, &st, &tail), SQLITE_OK);
		if (strncmp(q->text, "-- ", 3) != 0 || !sqlite3_stmt_readonly(st) || tail[strspn(tail, " \n;")] != '\0')
			fail_msg("sql/compliance/%s.sql", q->name);
		sqlite3_finalize(st);
	}
	assert_true(count > 0);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(rows_come_as_they_are, make_place, remove_place),
	    cmocka_unit_test_setup_teardown(a_log_at_rest_is_left_alone, make_place, remove_place),
	    cmocka_unit_test_setup_teardown(what_was_written_meanwhile_is_told, make_place, remove_place),
	    cmocka_unit_test_setup_teardown(a_writer_at_work_is_seen_as_of_one_moment, make_place, remove_place),
	    cmocka_unit_test_setup_teardown(a_log_that_was_left_is_read, make_place, remove_place),
	    cmocka_unit_test_setup_teardown(what_is_no_compliance_database_is_named, make_place, remove_place),
	    cmocka_unit_test_setup_teardown(a_file_that_is_held_is_for_later, make_place, remove_place),
	    cmocka_unit_test_setup_teardown(a_write_that_was_interrupted_is_for_its_writer, make_place, remove_place),
	    cmocka_unit_test_setup_teardown(a_damaged_file_is_an_error, make_place, remove_place),
	    cmocka_unit_test_setup_teardown(views_and_wide_tables_do, make_place, remove_place),
	    cmocka_unit_test_setup_teardown(its_queries_begin_with_a_comment_and_read_only, make_place, remove_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
