#include "store/match_data.h"

#include "sql.h"
#include "store/db.h"

int match_data_each_own(struct store *s, void (*each)(const char *address, void *arg), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_match_own, e);
	bool row;

	if (!st)
		return -1;
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		each(db_text(st, 0), arg);
	}
}

static int each_row(
    struct store *s, const char *sql, void (*each)(const struct match_row *, void *arg), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);
	bool row;

	if (!st)
		return -1;
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		struct match_row r = {
		    db_text(st, 0), db_int(st, 1), (int)db_int(st, 2), db_int(st, 3) != 0, db_text(st, 4)};
		each(&r, arg);
	}
}

int match_data_each_address(
    struct store *s, void (*each)(const struct match_row *, void *arg), void *arg, struct err *e)
{
	return each_row(s, sql_match_addresses, each, arg, e);
}

int match_data_each_domain(struct store *s, void (*each)(const struct match_row *, void *arg), void *arg, struct err *e)
{
	return each_row(s, sql_match_domains, each, arg, e);
}

int match_data_thread(
    struct store *s, struct arena *a, int64_t thread_id, int64_t email_id, int64_t **ids, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_match_thread, e);
	bool row;

	*ids = NULL;
	*n = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":thread_id", thread_id);
	db_bind_int(st, ":email_id", email_id);
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		*ids = arena_more(a, *ids, *n, sizeof **ids);
		(*ids)[(*n)++] = db_int(st, 0);
	}
}

int match_data_own_name(struct store *s, struct arena *a, const char *address, const char **name, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_match_own_name, e);
	bool row;

	*name = NULL;
	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (row) {
		*name = arena_strdup(a, db_text(st, 0));
		sqlite3_reset(st);
	}
	return 0;
}
