#include "store/participants.h"
#include "store/participants_row.h"

#include "sql.h"
#include "store/db.h"

static const char *text_of(struct arena *a, sqlite3_stmt *st, int column)
{
	const char *s = db_text(st, column);

	return s ? arena_strdup(a, s) : NULL;
}

static int64_t time_of(sqlite3_stmt *st, int column)
{
	return sqlite3_column_type(st, column) == SQLITE_NULL ? PARTICIPANT_NEVER : db_int(st, column);
}

int participants_read_row(struct store *s, struct arena *a, sqlite3_stmt *st, struct participant *out, struct err *e)
{
	*out = (struct participant){.id = db_int(st, 0),
	    .did = text_of(a, st, 1),
	    .email = text_of(a, st, 2),
	    .type = text_of(a, st, 4),
	    .feed_url = text_of(a, st, 5),
	    .survey_completed_at = time_of(st, 6),
	    .prolific_id = text_of(a, st, 7),
	    .study_type = text_of(a, st, 8),
	    .language = text_of(a, st, 9),
	    .created_at = db_int(st, 10),
	    .updated_at = db_int(st, 11),
	    .status_changed_at = db_int(st, 12),
	    .email_changed_at = db_int(st, 13),
	    .exported_at = time_of(st, 14),
	    .is_removed = db_int(st, 15) != 0};
	if (!participant_status_parse(db_text(st, 3), &out->status))
		return err_set(e, ERR_INPUT, "%s: participant %s has an unknown status", store_path(s), out->did);
	return 0;
}

int participants_by_email(
    struct store *s, struct arena *a, const char *email, struct participant **list, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_by_email, e);
	bool row;

	*list = NULL;
	*n = 0;
	if (!st)
		return -1;
	db_bind_text(st, ":email", email);
	while (db_step(s, st, &row, e) == 0) {
		if (!row)
			return 0;
		*list = arena_more(a, *list, *n, sizeof **list);
		if (participants_read_row(s, a, st, &(*list)[(*n)++], e) != 0)
			break;
	}
	sqlite3_reset(st);
	return -1;
}

static int each_of(
    struct store *s, sqlite3_stmt *st, int (*each)(const struct participant *, void *arg), void *arg, struct err *e)
{
	struct arena a = {0};
	bool row;
	int rc;

	while ((rc = db_step(s, st, &row, e)) == 0 && row) {
		struct participant p;
		arena_reset(&a);
		if ((rc = participants_read_row(s, &a, st, &p, e)) != 0 || (rc = each(&p, arg)) != 0)
			break;
	}
	sqlite3_reset(st);
	arena_clear(&a);
	return rc;
}

int participants_each(struct store *s, const enum participant_status *status,
    int (*each)(const struct participant *, void *arg), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_list, e);

	if (!st)
		return -1;
	db_bind_text(st, ":status", status ? participant_status_name(*status) : NULL);
	return each_of(s, st, each, arg, e);
}

int participants_each_unexported(
    struct store *s, int (*each)(const struct participant *, void *arg), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_unexported, e);

	return st ? each_of(s, st, each, arg, e) : -1;
}

int participants_count_exported(struct store *s, int64_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_count_exported, e);

	return st ? db_get_int(s, st, n, NULL, e) : -1;
}

static void read_change(struct arena *a, sqlite3_stmt *st, struct participant_change *c)
{
	const char *old = db_text(st, 0);

	*c = (struct participant_change){.has_old = old != NULL,
	    .reason = text_of(a, st, 2),
	    .actor = text_of(a, st, 3),
	    .changed_at = db_int(st, 4)};
	/* The table's checks allow no other words. */
	if (old)
		participant_status_parse(old, &c->old_status);
	participant_status_parse(db_text(st, 1), &c->new_status);
}

int participants_history(
    struct store *s, struct arena *a, int64_t id, struct participant_change **list, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_history, e);
	bool row;

	*list = NULL;
	*n = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	while (db_step(s, st, &row, e) == 0) {
		if (!row)
			return 0;
		*list = arena_more(a, *list, *n, sizeof **list);
		read_change(a, st, &(*list)[(*n)++]);
	}
	return -1;
}

static void read_mail(struct arena *a, sqlite3_stmt *st, struct participant_mail *m)
{
	*m = (struct participant_mail){.outbox_id = db_int(st, 0),
	    .created_at = db_int(st, 1),
	    .subject = text_of(a, st, 2),
	    .address = text_of(a, st, 3),
	    .state = text_of(a, st, 4),
	    .attempt_status = text_of(a, st, 5),
	    .attempt_count = db_int(st, 6),
	    .attempted_at = time_of(st, 7),
	    .transport = text_of(a, st, 8),
	    .enhanced = text_of(a, st, 9),
	    .words = text_of(a, st, 10),
	    .code = db_int(st, 11)};
}

int participants_mails(
    struct store *s, struct arena *a, int64_t id, size_t max, struct participant_mail **list, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_participant_mails, e);
	bool row;

	*list = NULL;
	*n = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, ":max", (int64_t)max);
	while (db_step(s, st, &row, e) == 0) {
		if (!row)
			return 0;
		*list = arena_more(a, *list, *n, sizeof **list);
		read_mail(a, st, &(*list)[(*n)++]);
	}
	return -1;
}
