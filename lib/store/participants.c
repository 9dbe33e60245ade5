#include "store/participants.h"

#include "sql.h"
#include "store/db.h"
#include "store/participants_row.h"
#include "store/scope.h"

#include <strings.h>

static const char *const status_names[] = {"active", "inactive", "unsubscribed"};

const char *participant_status_name(enum participant_status status)
{
	return status_names[status];
}

bool participant_status_parse(const char *name, enum participant_status *status)
{
	for (size_t i = 0; i < sizeof status_names / sizeof *status_names; i++)
		if (strcasecmp(status_names[i], name) == 0) {
			*status = (enum participant_status)i;
			return true;
		}
	return false;
}

static int get_one(
    struct store *s, struct arena *a, sqlite3_stmt *st, struct participant *out, bool *found, struct err *e)
{
	int rc;

	if (db_step(s, st, found, e) != 0)
		return -1;
	if (!*found)
		return 0;
	rc = participants_read_row(s, a, st, out, e);
	sqlite3_reset(st);
	return rc;
}

int participants_get(
    struct store *s, struct arena *a, const char *did, struct participant *out, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_get, e);

	*found = false;
	if (!st)
		return -1;
	db_bind_text(st, ":did", did);
	return get_one(s, a, st, out, found, e);
}

int participants_get_by_id(
    struct store *s, struct arena *a, int64_t id, struct participant *out, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_get_by_id, e);

	*found = false;
	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	return get_one(s, a, st, out, found, e);
}

static void bind_time(sqlite3_stmt *st, const char *name, int64_t t)
{
	if (t != PARTICIPANT_NEVER)
		db_bind_int(st, name, t);
}

static void bind_contact(sqlite3_stmt *st, const struct participant *p)
{
	db_bind_text(st, ":email", p->email);
	db_bind_text(st, ":type", p->type);
	db_bind_text(st, ":feed_url", p->feed_url);
	bind_time(st, ":survey_completed_at", p->survey_completed_at);
	db_bind_text(st, ":prolific_id", p->prolific_id);
	db_bind_text(st, ":study_type", p->study_type);
	db_bind_text(st, ":language", p->language);
}

static int add_history(struct store *s, int64_t id, const enum participant_status *was, enum participant_status to,
    const char *reason, const char *actor, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_history_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":participant_id", id);
	if (was)
		db_bind_text(st, ":old_status", participant_status_name(*was));
	db_bind_text(st, ":new_status", participant_status_name(to));
	db_bind_text(st, ":reason", reason);
	db_bind_text(st, ":actor", actor);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

static int insert(struct store *s, struct participant *p, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_insert, e);

	if (!st)
		return -1;
	p->created_at = p->updated_at = p->status_changed_at = p->email_changed_at = now;
	db_bind_text(st, ":did", p->did);
	db_bind_text(st, ":status", participant_status_name(p->status));
	db_bind_int(st, ":now", now);
	bind_time(st, ":exported_at", p->exported_at);
	bind_contact(st, p);
	return db_get_int(s, st, &p->id, NULL, e);
}

int participants_insert(
    struct store *s, struct participant *p, const char *reason, const char *actor, int64_t now, struct err *e)
{
	bool mine;
	int rc;

	if (scope_enter(s, &mine, e) != 0)
		return -1;
	rc = insert(s, p, now, e);
	if (rc == 0)
		rc = add_history(s, p->id, NULL, p->status, reason, actor, now, e);
	return scope_leave(s, mine, rc, e);
}

int participants_update(struct store *s, const struct participant *p, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_update, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", p->id);
	db_bind_int(st, ":now", now);
	bind_contact(st, p);
	return db_run(s, st, e);
}

static int read_status(struct store *s, int64_t id, enum participant_status *status, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_status, e);
	bool row, known;

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return err_set(e, ERR_INPUT, "%s: no participant %lld", store_path(s), (long long)id);
	known = participant_status_parse(db_text(st, 0), status);
	sqlite3_reset(st);
	return known ? 0 : err_set(e, ERR_INPUT, "%s: participant %lld: unknown status", store_path(s), (long long)id);
}

static int write_status(struct store *s, int64_t id, enum participant_status to, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_set_status, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":status", participant_status_name(to));
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int participants_set_status(struct store *s, int64_t id, enum participant_status to, const char *reason,
    const char *actor, int64_t now, bool *changed, struct err *e)
{
	enum participant_status was = PARTICIPANT_ACTIVE;
	bool mine;
	int rc;

	*changed = false;
	if (scope_enter(s, &mine, e) != 0)
		return -1;
	rc = read_status(s, id, &was, e);
	*changed = rc == 0 && was != to;
	if (*changed) {
		rc = write_status(s, id, to, now, e);
		if (rc == 0)
			rc = add_history(s, id, &was, to, reason, actor, now, e);
	}
	return scope_leave(s, mine, rc, e);
}

int participants_renew_status(
    struct store *s, int64_t id, const char *reason, const char *actor, int64_t now, struct err *e)
{
	enum participant_status was = PARTICIPANT_ACTIVE;
	bool mine;
	int rc;

	if (scope_enter(s, &mine, e) != 0)
		return -1;
	rc = read_status(s, id, &was, e);
	if (rc == 0)
		rc = write_status(s, id, was, now, e);
	if (rc == 0)
		rc = add_history(s, id, &was, was, reason, actor, now, e);
	return scope_leave(s, mine, rc, e);
}

int participants_set_exported(struct store *s, int64_t id, int64_t exported_at, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_set_exported, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, ":exported_at", exported_at);
	return db_run(s, st, e);
}

int participants_is_erased(
    struct store *s, const unsigned char hash[static PARTICIPANT_HASH_BYTES], bool *erased, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_is_erased, e);
	int64_t is = 0;

	if (!st)
		return -1;
	db_bind_blob(st, ":hash", hash, PARTICIPANT_HASH_BYTES);
	if (db_get_int(s, st, &is, NULL, e) != 0)
		return -1;
	*erased = is != 0;
	return 0;
}

int participants_any_erased(struct store *s, bool *any, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_any_erased, e);
	int64_t is = 0;

	if (!st || db_get_int(s, st, &is, NULL, e) != 0)
		return -1;
	*any = is != 0;
	return 0;
}
