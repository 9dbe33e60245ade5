#include "store/participants_erase.h"

#include "sql.h"
#include "store/db.h"

int participants_messages(struct store *s, struct arena *a, const struct participant *p, const char *normal,
    struct participant_message **list, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_messages, e);
	bool row;

	*list = NULL;
	*n = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":id", p->id);
	db_bind_text(st, ":email", p->email);
	db_bind_text(st, ":normal", normal);
	while (db_step(s, st, &row, e) == 0) {
		if (!row)
			return 0;
		*list = arena_more(a, *list, *n, sizeof **list);
		(*list)[(*n)++] = (struct participant_message){
		    db_int(st, 0), arena_strdup(a, db_text(st, 1)), db_int(st, 2) != 0, db_int(st, 3) != 0};
	}
	return -1;
}

static int of_message(
    struct store *s, const char *sql, const struct participant *p, const struct participant_message *m, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (!st)
		return -1;
	db_bind_int(st, ":participant_id", p->id);
	db_bind_int(st, ":outbox_id", m->outbox_id);
	db_bind_text(st, ":address", m->address);
	return db_run(s, st, e);
}

int participants_erase_message(
    struct store *s, const struct participant *p, const struct participant_message *m, int64_t now, struct err *e)
{
	sqlite3_stmt *st;

	if (of_message(s, sql_participant_erase_attempts, p, m, e) != 0 ||
	    of_message(s, sql_participant_erase_recipient, p, m, e) != 0)
		return -1;
	if (!m->is_alone)
		return 0;
	if (!(st = db_prepare(s, sql_participant_erase_outbox, e)))
		return -1;
	db_bind_int(st, ":outbox_id", m->outbox_id);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

static int run_for(struct store *s, const char *sql, int64_t id, size_t *rows, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	if (db_run(s, st, e) != 0)
		return -1;
	*rows += (size_t)sqlite3_changes(s->db);
	return 0;
}

static int erase_quarantine(struct store *s, const struct participant *p, size_t *rows, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_erase_quarantine, e);

	if (!st)
		return -1;
	db_bind_text(st, ":did", p->did);
	db_bind_text(st, ":email", p->email);
	db_bind_text(st, ":prolific_id", p->prolific_id);
	if (db_run(s, st, e) != 0)
		return -1;
	*rows += (size_t)sqlite3_changes(s->db);
	return 0;
}

static int erase_bounces_to(struct store *s, int64_t id, const char *address, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_erase_bounces_to, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":address", address);
	return db_run(s, st, e);
}

int participants_erase_bounces(
    struct store *s, const struct participant *p, const char *const *addresses, size_t n, struct err *e)
{
	size_t rows = 0;

	if (run_for(s, sql_participant_erase_bounces, p->id, &rows, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (erase_bounces_to(s, p->id, addresses[i], e) != 0)
			return -1;
	return run_for(s, sql_participant_erase_bounces_from, p->id, &rows, e);
}

int participants_erase(struct store *s, const struct participant *p, struct participants_erased *out, struct err *e)
{
	size_t rows = 0;

	if (run_for(s, sql_participant_erase_history, p->id, &out->history, e) != 0 ||
	    run_for(s, sql_participant_erase_snapshots, p->id, &out->snapshots, e) != 0 ||
	    run_for(s, sql_participant_erase_monitoring, p->id, &out->snapshots, e) != 0 ||
	    run_for(s, sql_participant_erase_answers, p->id, &out->answers, e) != 0 ||
	    erase_quarantine(s, p, &out->quarantine, e) != 0)
		return -1;
	return run_for(s, sql_participant_erase_row, p->id, &rows, e);
}

int participants_remember_erased(
    struct store *s, const unsigned char hash[static PARTICIPANT_HASH_BYTES], int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_remember_erased, e);

	if (!st)
		return -1;
	db_bind_blob(st, ":hash", hash, PARTICIPANT_HASH_BYTES);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int participants_erase_prepare(struct store *s, struct err *e)
{
	if (sqlite3_exec(s->db, "PRAGMA secure_delete = ON", NULL, NULL, NULL) != SQLITE_OK)
		return db_error(s, "turn on secure_delete", e);
	return 0;
}

int participants_erase_settle(struct store *s, bool *emptied, struct err *e)
{
	int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	*emptied = rc == SQLITE_OK;
	if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
		return 0;
	return db_error(s, "empty the write-ahead log", e);
}
