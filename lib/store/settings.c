#include "store/settings.h"

#include "sql.h"
#include "store/db.h"

int settings_get(struct store *s, struct arena *a, const char *key, const char **value, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_setting_get, e);
	bool row;

	*value = NULL;
	if (!st)
		return -1;
	db_bind_text(st, ":key", key);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (row)
		*value = arena_strdup(a, db_text(st, 0));
	sqlite3_reset(st);
	return 0;
}

int settings_set(struct store *s, const char *key, const char *value, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_setting_set, e);

	if (!st)
		return -1;
	db_bind_text(st, ":key", key);
	db_bind_text(st, ":value", value);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}
