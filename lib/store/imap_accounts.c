#include "store/imap_accounts.h"

#include "sql.h"
#include "store/db.h"

int imap_accounts_get(struct store *s, struct arena *a, int64_t account_id, struct imap_account *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_imap_get, e);
	bool row;

	*out = (struct imap_account){0};
	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*out = (struct imap_account){.host = arena_strdup(a, db_text(st, 0)),
	    .port = db_int(st, 1),
	    .security = arena_strdup(a, db_text(st, 2)),
	    .plain_anywhere = db_int(st, 3) != 0,
	    .login = arena_strdup(a, db_text(st, 4)),
	    .folders = db_text(st, 5) ? arena_strdup(a, db_text(st, 5)) : NULL};
	sqlite3_reset(st);
	return 0;
}

int imap_accounts_put(struct store *s, int64_t account_id, const struct imap_account *i, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_imap_put, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":host", i->host);
	db_bind_int(st, ":port", i->port);
	db_bind_text(st, ":security", i->security);
	db_bind_int(st, ":plain_anywhere", i->plain_anywhere);
	db_bind_text(st, ":login", i->login);
	db_bind_text(st, ":folders", i->folders);
	return db_run(s, st, e);
}
