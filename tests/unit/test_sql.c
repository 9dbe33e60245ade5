/* Every embedded query: it compiles on a fresh database, and it walks over no big table without a reason. And the migrations. */
#include "sql.h"
#include "store/db.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* These grow with the mail. */
static const char *const big_tables[] = {"emails", "email_bodies", "email_recipients", "email_account_messages",
    "email_thread_keys", "email_threads", "addresses", "email_investor_links", "email_attachments",
    "email_remote_messages", "participants", "participant_status_history", "daily_snapshots", "compliance_monitoring",
    "survey_responses", "survey_quarantine", "bounce_reports", "bounce_recipients", "bounce_places", NULL};

/* Queries whose purpose is the whole table. */
static const struct {
	const char *query, *table, *reason;
} whole_tables[] = {
    {"capture_totals", "emails", "counts everything, for a person who asks"},
    {"capture_totals", "email_bodies", "counts everything, for a person who asks"},
    {"capture_totals", "email_threads", "counts everything, for a person who asks"},
    {"capture_totals", "email_account_messages", "counts everything, for a person who asks"},
    {"capture_totals", "email_attachments", "counts everything, for a person who asks"},
    {"stats_counts", "emails", "counts all messages, for a person who asks"},
    {"stats_counts", "email_attachments", "counts all files, for a person who asks"},
    {"participant_each", "participants", "reckons everybody on the roster"},
    {"audit_attachments", "email_attachments", "looks for each file, newest first"},
    {"participant_list", "participants", "gives everybody"},
    {"participant_unexported", "participants", "once a day, and the file is read then, too"},
    {"bounces_untold", "bounce_reports", "an index of those that are still to be told"},
    {"bounces_unmatched", "bounce_reports", "an index of those that wait for a person"},
    {"bounces_unlogged", "bounce_recipients", "an index of those that are not in the log yet"},
    {"stats_bounces", "bounce_reports", "an index of those that wait for a person"},
    {"stats_bounces", "bounce_places", "an index of those that are to be marked"},
    {"participant_count_exported", "participants", "counts, when a new audit log is begun"},
    {"participant_erase_quarantine", "survey_quarantine", "somebody is erased: by did, address or Prolific id"},
    {"survey_quarantine_list", "survey_quarantine", "gives all that are open, to a person who asks"},
    {"survey_quarantine_overtaken", "survey_quarantine", "once a sync, over what is open"},
};
enum { WHOLE_COUNT = sizeof whole_tables / sizeof *whole_tables };

static char *temp_path(void)
{
	static char path[64];
	int fd;

	snprintf(path, sizeof path, "/tmp/mailroom-sql-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	return path;
}

static void remove_database(const char *path)
{
	char name[100];

	unlink(path);
	snprintf(name, sizeof name, "%s-wal", path);
	unlink(name);
	snprintf(name, sizeof name, "%s-shm", path);
	unlink(name);
}

static int fresh(void **state)
{
	struct store *s;
	struct err e = {0};
	int applied;

	if (store_open(temp_path(), STORE_CREATE, &s, &e) != 0 || store_migrate(s, &applied, &e) != 0) {
		print_error("%s\n", e.text);
		return -1;
	}
	*state = s;
	return 0;
}

static int done(void **state)
{
	struct store *s = *state;
	char path[100];

	snprintf(path, sizeof path, "%s", store_path(s));
	store_close(s);
	remove_database(path);
	return 0;
}

static bool is_word_at(const char *text, const char *at, size_t n)
{
	return (at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_')) && !isalnum((unsigned char)at[n]) &&
	       at[n] != '_';
}

/* Is `name`, as the plan has it, the table or an alias that the text gives to it ("emails AS e", "emails e")? */
static bool stands_for(const char *text, const char *name, size_t name_len, const char *table)
{
	size_t n = strlen(table);

	if (name_len == n && strncmp(name, table, n) == 0)
		return true;
	for (const char *at = text; (at = strstr(at, table)); at += n) {
		const char *next = at + n;
		if (!is_word_at(text, at, n))
			continue;
		next += strspn(next, " \n\t");
		if (strncasecmp(next, "AS ", 3) == 0)
			next += 3 + strspn(next + 3, " \n\t");
		if (strncmp(next, name, name_len) == 0 && is_word_at(text, next, name_len))
			return true;
	}
	return false;
}

static bool names(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += n)
		if (is_word_at(text, at, n))
			return true;
	return false;
}

/* The query's text and that of the views it names, and of those that they name: a plan shows aliases of theirs too. */
static char *with_views(struct store *s, const char *text)
{
	char *all = sqlite3_mprintf("%s", text);

	for (int depth = 0; depth < 3; depth++) {
		sqlite3_stmt *st = NULL;
		assert_int_equal(
		    sqlite3_prepare_v2(s->db, "SELECT name, sql FROM sqlite_schema WHERE type = 'view'", -1, &st, NULL),
		    SQLITE_OK);
		while (sqlite3_step(st) == SQLITE_ROW) {
			const char *sql = (const char *)sqlite3_column_text(st, 1);
			if (names(all, (const char *)sqlite3_column_text(st, 0)) && !strstr(all, sql)) {
				char *more = sqlite3_mprintf("%s\n%s", all, sql);
				sqlite3_free(all);
				all = more;
			}
		}
		sqlite3_finalize(st);
	}
	return all;
}

static bool may_scan(const char *query, const char *table, bool used[])
{
	for (size_t i = 0; i < WHOLE_COUNT; i++)
		if (strcmp(whole_tables[i].query, query) == 0 && strcmp(whole_tables[i].table, table) == 0) {
			used[i] = true;
			return true;
		}
	return false;
}

/* One line of a plan, as "SCAN emails" or "SCAN e USING COVERING INDEX ...". */
static size_t check_line(const struct sql_named *q, const char *all, const char *line, bool used[])
{
	const char *name;
	size_t n, bad = 0;

	if (strncmp(line, "SCAN ", 5) != 0 || strstr(line, "VIRTUAL TABLE"))
		return 0;
	name = line + 5;
	n = strcspn(name, " ");
	for (const char *const *t = big_tables; *t; t++)
		if (stands_for(all, name, n, *t) && !may_scan(q->name, *t, used)) {
			print_error("sql/queries/%s.sql: %s: walks over all of %s\n", q->name, line, *t);
			bad++;
		}
	return bad;
}

static void queries_compile_and_walk_over_no_big_table(void **state)
{
	struct store *s = *state;
	bool used[WHOLE_COUNT] = {false};
	size_t bad = 0;

	for (const struct sql_named *q = sql_queries; q->name; q++) {
		sqlite3_stmt *st = NULL;
		char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", q->text), *all = with_views(s, q->text);
		const char *tail = NULL;
		if (sqlite3_prepare_v2(s->db, text, -1, &st, &tail) != SQLITE_OK)
			fail_msg("sql/queries/%s.sql: %s", q->name, sqlite3_errmsg(s->db));
		if (tail[strspn(tail, " \n;")] != '\0')
			fail_msg("sql/queries/%s.sql: more than one statement", q->name);
		while (sqlite3_step(st) == SQLITE_ROW)
			bad += check_line(q, all, (const char *)sqlite3_column_text(st, 3), used);
		sqlite3_finalize(st);
		sqlite3_free(text);
		sqlite3_free(all);
	}
	assert_int_equal(bad, 0);
	for (size_t i = 0; i < WHOLE_COUNT; i++)
		if (!used[i])
			fail_msg("%s walks over %s no more: take it off the list", whole_tables[i].query,
			    whole_tables[i].table);
}

static void queries_begin_with_a_comment_and_name_their_parameters(void **state)
{
	struct store *s = *state;

	for (const struct sql_named *q = sql_queries; q->name; q++) {
		sqlite3_stmt *st = NULL;
		if (strncmp(q->text, "-- ", 3) != 0)
			fail_msg("sql/queries/%s.sql: no comment that says what a row means", q->name);
		assert_int_equal(sqlite3_prepare_v2(s->db, q->text, -1, &st, NULL), SQLITE_OK);
		for (int i = 1; i <= sqlite3_bind_parameter_count(st); i++) {
			const char *name = sqlite3_bind_parameter_name(st, i);
			if (!name || *name != ':')
				fail_msg("sql/queries/%s.sql: parameter %d has no name", q->name, i);
		}
		sqlite3_finalize(st);
	}
}

static void the_check_sees_a_scan_by_any_name(void **state)
{
	static const struct {
		const char *text, *name;
		bool is_emails;
	} rows[] = {
	    {"SELECT 1 FROM emails", "emails", true},
	    {"SELECT 1 FROM emails e", "e", true},
	    {"SELECT 1 FROM emails AS mail", "mail", true},
	    {"SELECT 1 FROM\n emails\n AS m", "m", true},
	    {"SELECT 1 FROM email_bodies e", "e", false},
	    {"SELECT 1 FROM v_emails e", "e", false},
	    {"SELECT 1 FROM users emails2", "emails2", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (stands_for(rows[i].text, rows[i].name, strlen(rows[i].name), "emails") != rows[i].is_emails)
			fail_msg("%s", rows[i].text);
	(void)state;
}

static char *schema_of(struct store *s)
{
	sqlite3_str *all = sqlite3_str_new(NULL);
	sqlite3_stmt *st = NULL;

	assert_int_equal(
	    sqlite3_prepare_v2(s->db, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name", -1, &st, NULL),
	    SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW)
		sqlite3_str_appendf(all, "%s %s %s\n", sqlite3_column_text(st, 0), sqlite3_column_text(st, 1),
		    sqlite3_column_text(st, 2));
	sqlite3_finalize(st);
	return sqlite3_str_finish(all);
}

static void any_older_schema_becomes_the_newest(void **state)
{
	char *wanted = schema_of(*state);

	for (int from = 0; from <= store_schema_latest(); from++) {
		struct store *s;
		struct err e = {0};
		int applied, version;
		char path[100], mark[50], *got;

		snprintf(path, sizeof path, "%s", temp_path());
		assert_int_equal(store_open(path, STORE_CREATE, &s, &e), 0);
		for (int i = 0; i < from; i++)
			assert_int_equal(sqlite3_exec(s->db, sql_migrations[i], NULL, NULL, NULL), SQLITE_OK);
		snprintf(mark, sizeof mark, "PRAGMA user_version = %d", from);
		assert_int_equal(sqlite3_exec(s->db, mark, NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(store_migrate(s, &applied, &e), 0);
		assert_int_equal(applied, store_schema_latest() - from);
		assert_int_equal(store_schema_version(s, &version, &e), 0);
		assert_int_equal(version, store_schema_latest());
		got = schema_of(s);
		assert_string_equal(got, wanted);
		sqlite3_free(got);
		store_close(s);
		remove_database(path);
	}
	sqlite3_free(wanted);
}

static void a_step_that_fails_leaves_nothing(void **state)
{
	struct store *s;
	struct err e = {0};
	int applied, version;
	char path[100], *schema;

	snprintf(path, sizeof path, "%s", temp_path());
	assert_int_equal(store_open(path, STORE_CREATE, &s, &e), 0);
	assert_int_equal(sqlite3_exec(s->db, "CREATE TABLE outbox (x)", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(store_migrate(s, &applied, &e), -1);
	assert_non_null(strstr(e.text, "migration 1"));
	assert_int_equal(store_schema_version(s, &version, &e), 0);
	assert_int_equal(version, 0);
	schema = schema_of(s);
	assert_string_equal(schema, "table outbox CREATE TABLE outbox (x)\n");
	sqlite3_free(schema);
	assert_true(sqlite3_get_autocommit(s->db));
	store_close(s);
	remove_database(path);
	(void)state;
}

static void every_table_is_strict(void **state)
{
	struct store *s = *state;
	sqlite3_stmt *st = NULL;

	assert_int_equal(sqlite3_prepare_v2(s->db,
	                     "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
	                     "AND name NOT LIKE 'sqlite_%'",
	                     -1, &st, NULL),
	    SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW)
		if (!sqlite3_column_int(st, 1))
			fail_msg("table %s is not STRICT", sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(queries_compile_and_walk_over_no_big_table),
	    cmocka_unit_test(queries_begin_with_a_comment_and_name_their_parameters),
	    cmocka_unit_test(the_check_sees_a_scan_by_any_name),
	    cmocka_unit_test(any_older_schema_becomes_the_newest),
	    cmocka_unit_test(a_step_that_fails_leaves_nothing),
	    cmocka_unit_test(every_table_is_strict),
	};

	return cmocka_run_group_tests(tests, fresh, done);
}
