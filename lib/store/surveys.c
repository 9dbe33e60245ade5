#include "store/surveys.h"

#include "sql.h"
#include "store/db.h"

static void bind_time(sqlite3_stmt *st, const char *name, int64_t t)
{
	if (t != INT64_MIN)
		db_bind_int(st, name, t);
}

static int64_t time_of(sqlite3_stmt *st, int column)
{
	return sqlite3_column_type(st, column) == SQLITE_NULL ? INT64_MIN : db_int(st, column);
}

/* The statement, bound to one answer. */
static sqlite3_stmt *of_answer(
    struct store *s, const char *sql, const char *survey_id, const char *response_id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (!st)
		return NULL;
	db_bind_text(st, ":survey", survey_id);
	db_bind_text(st, ":response", response_id);
	return st;
}

/* The first column as a time. */
static int get_time(struct store *s, sqlite3_stmt *st, int64_t *t, struct err *e)
{
	bool row;

	*t = INT64_MIN;
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (row) {
		*t = time_of(st, 0);
		sqlite3_reset(st);
	}
	return 0;
}

int surveys_get_synced(struct store *s, const char *survey_id, int64_t *synced_at, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_survey_cursor_get, e);

	if (!st)
		return -1;
	db_bind_text(st, ":survey", survey_id);
	return get_time(s, st, synced_at, e);
}

int surveys_set_synced(struct store *s, const char *survey_id, const char *name, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_survey_cursor_put, e);

	if (!st)
		return -1;
	db_bind_text(st, ":survey", survey_id);
	db_bind_text(st, ":name", name);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int surveys_is_known(struct store *s, const char *survey_id, const char *response_id, bool *known, struct err *e)
{
	sqlite3_stmt *st = of_answer(s, sql_survey_response_known, survey_id, response_id, e);
	int64_t one;

	return st ? db_get_int(s, st, &one, known, e) : -1;
}

int surveys_add_response(struct store *s, const char *survey_id, const char *response_id, int64_t participant_id,
    int64_t recorded_at, int64_t now, struct err *e)
{
	sqlite3_stmt *st = of_answer(s, sql_survey_response_insert, survey_id, response_id, e);

	if (!st)
		return -1;
	if (participant_id)
		db_bind_int(st, ":participant", participant_id);
	bind_time(st, ":recorded_at", recorded_at);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int surveys_latest_response(struct store *s, int64_t participant_id, int64_t *recorded_at, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_survey_response_latest, e);

	if (!st)
		return -1;
	db_bind_int(st, ":participant", participant_id);
	return get_time(s, st, recorded_at, e);
}

static sqlite3_stmt *of_quarantined(struct store *s, const char *sql, const struct survey_quarantined *q, struct err *e)
{
	sqlite3_stmt *st = of_answer(s, sql, q->survey_id, q->response_id, e);

	if (!st)
		return NULL;
	db_bind_text(st, ":reason", q->reason);
	db_bind_text(st, ":did", q->did);
	db_bind_text(st, ":email", q->email);
	db_bind_text(st, ":feed_url", q->feed_url);
	db_bind_text(st, ":prolific_id", q->prolific_id);
	return st;
}

int surveys_quarantine(struct store *s, const struct survey_quarantined *q, int64_t now, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = of_quarantined(s, sql_survey_quarantine_insert, q, e);
	bool added;

	*id = 0;
	if (!st)
		return -1;
	bind_time(st, ":recorded_at", q->recorded_at);
	db_bind_int(st, ":now", now);
	if (db_get_int(s, st, id, &added, e) != 0)
		return -1;
	if (added)
		return 0;
	*id = 0;
	st = of_quarantined(s, sql_survey_quarantine_update, q, e);
	return st ? db_run(s, st, e) : -1;
}

int surveys_release(struct store *s, const char *survey_id, const char *response_id, int64_t now, struct err *e)
{
	sqlite3_stmt *st = of_answer(s, sql_survey_quarantine_complete, survey_id, response_id, e);

	if (!st)
		return -1;
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int surveys_resolve(struct store *s, int64_t id, int64_t now, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_survey_quarantine_resolve, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, ":now", now);
	return db_get_int(s, st, &id, found, e);
}

int surveys_release_overtaken(struct store *s, int64_t from, int64_t now, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_survey_quarantine_overtaken, e);
	bool row;

	*n = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":now", now);
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		*n += from > 0 && db_int(st, 0) >= from;
	}
}

int surveys_each_quarantined(
    struct store *s, bool all, int (*each)(const struct survey_quarantined *q, void *arg), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_survey_quarantine_list, e);
	bool row;
	int rc;

	if (!st)
		return -1;
	db_bind_int(st, ":all", all);
	while ((rc = db_step(s, st, &row, e)) == 0 && row) {
		struct survey_quarantined q = {.id = db_int(st, 0),
		    .survey_id = db_text(st, 1),
		    .response_id = db_text(st, 2),
		    .reason = db_text(st, 3),
		    .did = db_text(st, 4),
		    .email = db_text(st, 5),
		    .feed_url = db_text(st, 6),
		    .prolific_id = db_text(st, 7),
		    .recorded_at = time_of(st, 8),
		    .seen_at = time_of(st, 9),
		    .resolved_at = time_of(st, 10)};
		if ((rc = each(&q, arg)) != 0)
			break;
	}
	sqlite3_reset(st);
	return rc;
}
