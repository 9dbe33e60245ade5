#include "store/smtp_settings.h"

#include "sql.h"
#include "store/db.h"

static const char *kept(struct arena *a, sqlite3_stmt *st, int column)
{
	const char *text = db_text(st, column);

	return text ? arena_strdup(a, text) : NULL;
}

static struct smtp_settings read_row(struct arena *a, sqlite3_stmt *st)
{
	return (struct smtp_settings){
	    .host = kept(a, st, 1),
	    .port = (int)db_int(st, 2),
	    .security = kept(a, st, 3),
	    .is_forced = db_int(st, 4) != 0,
	    .auth = kept(a, st, 5),
	    .user = kept(a, st, 6),
	    .password_command = kept(a, st, 7),
	    .envelope_sender = kept(a, st, 8),
	    .ca_file = kept(a, st, 9),
	    .is_enabled = db_int(st, 10) != 0,
	    .disabled_why = kept(a, st, 11),
	    .last_ok_at = db_int(st, 12),
	    .last_error_at = db_int(st, 13),
	    .last_error = kept(a, st, 14),
	};
}

int smtp_settings_get(
    struct store *s, struct arena *a, int64_t account_id, struct smtp_settings *out, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_smtp_settings_get, e);

	*out = (struct smtp_settings){0};
	*found = false;
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	if (db_step(s, st, found, e) != 0)
		return -1;
	if (!*found)
		return 0;
	*out = read_row(a, st);
	sqlite3_reset(st);
	return 0;
}

int smtp_settings_each(struct store *s, int (*each)(const char *address, const struct smtp_settings *, void *arg),
    void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_smtp_settings_list, e);
	struct arena a = {0};
	bool row;
	int rc;

	if (!st)
		return -1;
	while ((rc = db_step(s, st, &row, e)) == 0 && row) {
		struct smtp_settings i;
		arena_reset(&a);
		i = read_row(&a, st);
		if ((rc = each(db_text(st, 0), &i, arg)) != 0)
			break;
	}
	sqlite3_reset(st);
	arena_clear(&a);
	return rc;
}

int smtp_settings_put(struct store *s, int64_t account_id, const struct smtp_settings *i, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_smtp_settings_put, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":host", i->host);
	db_bind_int(st, ":port", i->port);
	db_bind_text(st, ":security", i->security);
	db_bind_int(st, ":is_forced", i->is_forced);
	db_bind_text(st, ":auth", i->auth);
	db_bind_text(st, ":user", i->user);
	db_bind_text(st, ":password_command", i->password_command);
	db_bind_text(st, ":envelope_sender", i->envelope_sender);
	db_bind_text(st, ":ca_file", i->ca_file);
	db_bind_int(st, ":is_enabled", i->is_enabled);
	db_bind_text(st, ":disabled_why", i->disabled_why);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int smtp_settings_remove(struct store *s, int64_t account_id, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_smtp_settings_remove, e);

	*found = false;
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	return db_get_int(s, st, &account_id, found, e);
}

int smtp_settings_set_enabled(struct store *s, int64_t account_id, const char *why_not, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_smtp_settings_set_enabled, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":why", why_not);
	return db_run(s, st, e);
}

int smtp_settings_set_health(struct store *s, int64_t account_id, const char *error, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_smtp_settings_set_health, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":error", error);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int smtp_settings_is_participant(struct store *s, const char *address, bool *is, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_has_address, e);
	int64_t id;

	*is = false;
	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	return db_get_int(s, st, &id, is, e);
}
