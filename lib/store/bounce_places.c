/* Where copies of reports lie, and how far folders are read. */
#include "sql.h"
#include "store/bounces.h"
#include "store/db.h"

static sqlite3_stmt *of_folder(struct store *s, const char *sql, const struct bounce_folder *f, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (!st)
		return NULL;
	db_bind_int(st, ":account_id", f->account_id);
	db_bind_text(st, ":folder", f->name);
	return st;
}

int bounces_put_place(
    struct store *s, const struct bounce_folder *f, uint32_t uid, int64_t report_id, bool due, struct err *e)
{
	sqlite3_stmt *st = of_folder(s, sql_bounce_place_insert, f, e);

	if (!st)
		return -1;
	db_bind_int(st, ":uidvalidity", f->uidvalidity);
	db_bind_int(st, ":uid", uid);
	db_bind_int(st, ":report_id", report_id);
	db_bind_int(st, ":is_due", due);
	return db_run(s, st, e);
}

int bounces_places_due(struct store *s, struct arena *a, const struct bounce_folder *f, size_t limit, uint32_t **uids,
    size_t *n, struct err *e)
{
	sqlite3_stmt *st = of_folder(s, sql_bounce_places_due, f, e);
	bool row;

	*uids = NULL;
	*n = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":uidvalidity", f->uidvalidity);
	db_bind_int(st, ":limit", (int64_t)limit);
	while (db_step(s, st, &row, e) == 0) {
		if (!row)
			return 0;
		*uids = arena_more(a, *uids, *n, sizeof **uids);
		(*uids)[(*n)++] = (uint32_t)db_int(st, 0);
	}
	return -1;
}

int bounces_place_marked(struct store *s, const struct bounce_folder *f, uint32_t uid, int64_t now, struct err *e)
{
	sqlite3_stmt *st = of_folder(s, sql_bounce_place_marked, f, e);

	if (!st)
		return -1;
	db_bind_int(st, ":uidvalidity", f->uidvalidity);
	db_bind_int(st, ":uid", uid);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int bounces_cursor(struct store *s, const struct bounce_folder *f, uint32_t *uid, bool *found, struct err *e)
{
	sqlite3_stmt *st = of_folder(s, sql_bounce_folder_get, f, e);

	*uid = 0;
	*found = false;
	if (!st || db_step(s, st, found, e) != 0)
		return -1;
	if (!*found)
		return 0;
	*found = db_int(st, 0) == f->uidvalidity;
	if (*found)
		*uid = (uint32_t)db_int(st, 1);
	sqlite3_reset(st);
	return 0;
}

int bounces_set_cursor(struct store *s, const struct bounce_folder *f, uint32_t uid, int64_t now, struct err *e)
{
	sqlite3_stmt *st = of_folder(s, sql_bounce_folder_put, f, e);

	if (!st)
		return -1;
	db_bind_int(st, ":uidvalidity", f->uidvalidity);
	db_bind_int(st, ":uid", uid);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}
