#include "store/imap_settings.h"

#include "sql.h"
#include "store/db.h"

int imap_settings_get(
    struct store *s, struct arena *a, int64_t account_id, struct imap_settings *out, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_imap_settings_get, e);

	*out = (struct imap_settings){0};
	*found = false;
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	if (db_step(s, st, found, e) != 0)
		return -1;
	if (!*found)
		return 0;
	*out = (struct imap_settings){.host = arena_strdup(a, db_text(st, 0)),
	    .port = (int)db_int(st, 1),
	    .security = arena_strdup(a, db_text(st, 2)),
	    .is_forced = db_int(st, 3) != 0,
	    .auth = arena_strdup(a, db_text(st, 4)),
	    .user = arena_strdup(a, db_text(st, 5)),
	    .ca_file = db_text(st, 6) ? arena_strdup(a, db_text(st, 6)) : NULL,
	    .folders = arena_strdup(a, db_text(st, 7))};
	sqlite3_reset(st);
	return 0;
}

int imap_settings_put(struct store *s, int64_t account_id, const struct imap_settings *i, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_imap_settings_put, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":host", i->host);
	db_bind_int(st, ":port", i->port);
	db_bind_text(st, ":security", i->security);
	db_bind_int(st, ":is_forced", i->is_forced);
	db_bind_text(st, ":auth", i->auth);
	db_bind_text(st, ":user", i->user);
	db_bind_text(st, ":ca_file", i->ca_file);
	db_bind_text(st, ":folders", i->folders);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}
