#include "store/runs.h"

#include "sql.h"
#include "store/db.h"

int runs_begin(
    struct store *s, int64_t account_id, const char *kind, const char *source, int64_t now, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_run_insert, e);

	if (!st)
		return -1;
	if (account_id)
		db_bind_int(st, ":account", account_id);
	db_bind_text(st, ":kind", kind);
	db_bind_text(st, ":source", source);
	db_bind_int(st, ":now", now);
	if (db_run(s, st, e) != 0)
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

int runs_update(struct store *s, int64_t id, const char *status, const struct run_counts *c, const char *error,
    int64_t finished_at, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_run_update, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":status", status);
	db_bind_int(st, ":seen", c->seen);
	db_bind_int(st, ":stored", c->stored);
	db_bind_int(st, ":known", c->known);
	db_bind_int(st, ":matched", c->matched);
	db_bind_int(st, ":failed", c->failed);
	db_bind_int(st, ":attachments", c->attachments);
	db_bind_int(st, ":skipped", c->skipped);
	db_bind_int(st, ":requests", c->requests);
	db_bind_int(st, ":units", c->units);
	db_bind_text(st, ":error", error);
	if (finished_at)
		db_bind_int(st, ":finished", finished_at);
	return db_run(s, st, e);
}

int runs_interrupt(struct store *s, int64_t account_id, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_run_interrupt, e);

	if (!st)
		return -1;
	if (account_id)
		db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int runs_prune(struct store *s, int64_t account_id, int64_t before, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_run_prune, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":before", before);
	return db_run(s, st, e);
}

int runs_each(struct store *s, int64_t limit, int (*each)(const struct run *, void *arg), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_run_list, e);
	int rc = 0;
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":limit", limit);
	while (rc == 0) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		struct run r = {.id = db_int(st, 0),
		    .address = db_text(st, 1),
		    .kind = db_text(st, 2),
		    .source = db_text(st, 3),
		    .status = db_text(st, 4),
		    .error = db_text(st, 11),
		    .started_at = db_int(st, 12),
		    .finished_at = db_int(st, 13),
		    .counts = {db_int(st, 5), db_int(st, 6), db_int(st, 7), db_int(st, 8), db_int(st, 9),
		        db_int(st, 10), db_int(st, 14), db_int(st, 15), db_int(st, 16)}};
		rc = each(&r, arg);
	}
	sqlite3_reset(st);
	return rc;
}
