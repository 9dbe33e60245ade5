#include "store/snapshots.h"

#include "sql.h"
#include "store/db.h"

int snapshots_each_person(
    struct store *s, bool all, void (*each)(const struct snapshot_person *, void *arg), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_each, e);
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":all", all);
	while (db_step(s, st, &row, e) == 0) {
		if (!row)
			return 0;
		each(&(struct snapshot_person){db_int(st, 0), db_text(st, 1), db_text(st, 2)}, arg);
	}
	return -1;
}

int snapshots_person_is_there(struct store *s, int64_t participant_id, bool *there, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_is_there, e);
	int64_t one;

	if (!st)
		return -1;
	db_bind_int(st, ":id", participant_id);
	return db_get_int(s, st, &one, there, e);
}

static int put(struct store *s, sqlite3_stmt *st, bool *changed, struct err *e)
{
	if (db_run(s, st, e) != 0)
		return -1;
	*changed = sqlite3_changes(s->db) > 0;
	return 0;
}

int snapshots_put_day(struct store *s, const struct snapshot_day *d, int64_t now, bool *changed, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_snapshot_day_put, e);

	if (!st)
		return -1;
	db_bind_text(st, ":label", d->study_label);
	db_bind_int(st, ":id", d->participant_id);
	db_bind_text(st, ":day", d->day);
	db_bind_int(st, ":retrievals", d->retrievals);
	db_bind_int(st, ":engagements", d->engagements);
	db_bind_text(st, ":breakdown", d->breakdown);
	db_bind_int(st, ":active", d->is_active);
	db_bind_int(st, ":cumulative_active", d->cumulative_active);
	db_bind_int(st, ":cumulative_skip", d->cumulative_skip);
	db_bind_int(st, ":now", now);
	return put(s, st, changed, e);
}

int snapshots_put_standing(
    struct store *s, const struct snapshot_standing *d, int64_t now, bool *changed, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_snapshot_standing_put, e);

	if (!st)
		return -1;
	db_bind_text(st, ":label", d->study_label);
	db_bind_int(st, ":id", d->participant_id);
	db_bind_text(st, ":day", d->day);
	db_bind_int(st, ":active_days", d->active_days);
	db_bind_int(st, ":required", d->required_active_days);
	db_bind_int(st, ":window_days", d->window_days);
	db_bind_int(st, ":on_track", d->on_track);
	db_bind_int(st, ":now", now);
	return put(s, st, changed, e);
}
