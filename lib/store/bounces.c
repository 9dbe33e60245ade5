#include "store/bounces.h"

#include "sql.h"
#include "store/db.h"

static void bind_id(sqlite3_stmt *st, const char *name, int64_t id)
{
	if (id)
		db_bind_int(st, name, id);
}

static int read_attempts(
    struct store *s, struct arena *a, sqlite3_stmt *st, struct bounce_attempt **list, size_t *n, struct err *e)
{
	bool row;

	*list = NULL;
	*n = 0;
	while (db_step(s, st, &row, e) == 0) {
		if (!row)
			return 0;
		*list = arena_more(a, *list, *n, sizeof **list);
		(*list)[(*n)++] = (struct bounce_attempt){.id = db_int(st, 0),
		    .outbox_id = db_int(st, 1),
		    .attempt = (int)db_int(st, 2),
		    .recipient = arena_strdup(a, db_text(st, 3)),
		    .started_at = db_int(st, 4),
		    .user_id = db_int(st, 5),
		    .participant_id = db_int(st, 6),
		    .message_id = arena_strdup(a, db_text(st, 7))};
	}
	return -1;
}

int bounces_recipients_of(
    struct store *s, struct arena *a, int64_t outbox_id, struct bounce_attempt **list, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounce_recipients_of_message, e);

	if (!st)
		return -1;
	db_bind_int(st, ":outbox_id", outbox_id);
	return read_attempts(s, a, st, list, n, e);
}

static int by_id(struct store *s, struct arena *a, const char *sql, const char *id, int64_t since,
    struct bounce_attempt **list, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (!st)
		return -1;
	db_bind_text(st, ":id", id);
	db_bind_int(st, ":since", since);
	return read_attempts(s, a, st, list, n, e);
}

int bounces_by_message_id(struct store *s, struct arena *a, const char *message_id, int64_t since,
    struct bounce_attempt **list, size_t *n, struct err *e)
{
	return by_id(s, a, sql_bounce_attempts_by_message_id, message_id, since, list, n, e);
}

int bounces_by_remote_id(struct store *s, struct arena *a, const char *remote_id, int64_t since,
    struct bounce_attempt **list, size_t *n, struct err *e)
{
	return by_id(s, a, sql_bounce_attempts_by_remote_id, remote_id, since, list, n, e);
}

int bounces_find(struct store *s, const unsigned char hash[static SHA256_BYTES], int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounce_report_find, e);
	bool found;

	*id = 0;
	if (!st)
		return -1;
	db_bind_blob(st, ":hash", hash, SHA256_BYTES);
	return db_get_int(s, st, id, &found, e);
}

int bounces_insert(struct store *s, const struct bounce_row *row, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounce_report_insert, e);

	if (!st)
		return -1;
	db_bind_text(st, ":source", row->source);
	db_bind_blob(st, ":hash", row->hash, sizeof row->hash);
	db_bind_text(st, ":kind", row->kind);
	db_bind_int(st, ":confidence", row->confidence);
	db_bind_text(st, ":from_address", row->from_address);
	db_bind_text(st, ":message_id", row->message_id);
	db_bind_text(st, ":reporting_mta", row->reporting_mta);
	bind_id(st, ":reported_at", row->reported_at);
	db_bind_int(st, ":seen_at", row->seen_at);
	db_bind_text(st, ":original_message_id", row->original_message_id);
	db_bind_text(st, ":token", row->token);
	db_bind_text(st, ":proof", row->proof);
	bind_id(st, ":outbox_id", row->outbox_id);
	db_bind_text(st, ":outcome", row->outcome);
	db_bind_text(st, ":why", row->why);
	bind_id(st, ":told_at", row->told_at);
	return db_get_int(s, st, id, NULL, e);
}

int bounces_insert_recipient(struct store *s, int64_t report_id, const struct bounce_recipient_row *row, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounce_recipient_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":report_id", report_id);
	db_bind_text(st, ":address", row->address);
	db_bind_text(st, ":final_address", row->final_address);
	db_bind_text(st, ":action", row->action);
	db_bind_text(st, ":class", row->class);
	db_bind_text(st, ":reason", row->reason);
	db_bind_text(st, ":status", row->status);
	db_bind_text(st, ":diagnostic", row->diagnostic);
	db_bind_text(st, ":remote_mta", row->remote_mta);
	bind_id(st, ":attempt_id", row->attempt_id);
	bind_id(st, ":participant_id", row->participant_id);
	bind_id(st, ":user_id", row->user_id);
	db_bind_int(st, ":bounced_at", row->bounced_at);
	db_bind_text(st, ":day", row->day);
	db_bind_text(st, ":effect", row->effect);
	return db_run(s, st, e);
}

int bounces_set_delivery(struct store *s, int64_t attempt_id, const char *delivery, int64_t at, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounce_attempt_delivery, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", attempt_id);
	db_bind_text(st, ":delivery", delivery);
	db_bind_int(st, ":at", at);
	return db_run(s, st, e);
}

int bounces_soft_days(
    struct store *s, int64_t participant_id, int64_t since, const char *day, int64_t *days, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounce_soft_days, e);

	if (!st)
		return -1;
	db_bind_int(st, ":participant_id", participant_id);
	db_bind_int(st, ":since", since);
	db_bind_text(st, ":day", day);
	return db_get_int(s, st, days, NULL, e);
}

static struct bounce_line line_of(sqlite3_stmt *st)
{
	return (struct bounce_line){.report_id = db_int(st, 0),
	    .kind = db_text(st, 1),
	    .outcome = db_text(st, 2),
	    .why = db_text(st, 3),
	    .from_address = db_text(st, 4),
	    .message_id = db_text(st, 5),
	    .at = db_int(st, 6),
	    .token = db_text(st, 7),
	    .original_message_id = db_text(st, 8),
	    .address = db_text(st, 9),
	    .action = db_text(st, 10),
	    .class = db_text(st, 11),
	    .reason = db_text(st, 12),
	    .status = db_text(st, 13),
	    .diagnostic = db_text(st, 14),
	    .effect = db_text(st, 15),
	    .did = db_text(st, 16)};
}

static int each_line(struct store *s, sqlite3_stmt *st, bounces_each *each, void *arg, struct err *e)
{
	bool row;

	while (db_step(s, st, &row, e) == 0) {
		if (!row)
			return 0;
		struct bounce_line line = line_of(st);
		each(&line, arg);
	}
	return -1;
}

int bounces_each_untold(struct store *s, bounces_each *each, void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounces_untold, e);

	return st ? each_line(s, st, each, arg, e) : -1;
}

int bounces_each_unmatched(struct store *s, int64_t id, bounces_each *each, void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, id ? sql_bounces_unmatched_one : sql_bounces_unmatched, e);

	if (!st)
		return -1;
	if (id)
		db_bind_int(st, ":id", id);
	return each_line(s, st, each, arg, e);
}

int bounces_each_of(
    struct store *s, int64_t participant_id, int64_t limit, bounces_each *each, void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounces_of_participant, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", participant_id);
	db_bind_int(st, ":limit", limit);
	return each_line(s, st, each, arg, e);
}

int bounces_set_told(struct store *s, int64_t report_id, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounces_set_told, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", report_id);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int bounces_resolve(struct store *s, int64_t report_id, bool as_bounce, const char *who, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounce_report_resolve, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", report_id);
	db_bind_text(st, ":outcome", as_bounce ? "matched" : "ignored");
	db_bind_text(st, ":proof", as_bounce ? "person" : NULL);
	db_bind_text(st, ":who", who);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int bounces_vouch(
    struct store *s, int64_t report_id, const char *address, int64_t participant_id, const char *effect, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounce_recipient_vouched, e);

	if (!st)
		return -1;
	db_bind_int(st, ":report_id", report_id);
	db_bind_text(st, ":address", address);
	db_bind_int(st, ":participant_id", participant_id);
	db_bind_text(st, ":effect", effect);
	return db_run(s, st, e);
}

int bounces_each_unlogged(
    struct store *s, int64_t limit, void (*each)(const struct bounce_note *, void *), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounces_unlogged, e);
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":limit", limit);
	while (db_step(s, st, &row, e) == 0) {
		if (!row)
			return 0;
		struct bounce_note n = {.id = db_int(st, 0),
		    .report_id = db_int(st, 1),
		    .outbox_id = db_int(st, 2),
		    .attempt = (int)db_int(st, 3),
		    .recipient = db_text(st, 4),
		    .action = db_text(st, 5),
		    .class = db_text(st, 6),
		    .reason = db_text(st, 7),
		    .status = db_text(st, 8),
		    .diagnostic = db_text(st, 9),
		    .remote_mta = db_text(st, 10),
		    .effect = db_text(st, 11),
		    .did = db_text(st, 12),
		    .bounced_at = db_int(st, 13),
		    .seen_at = db_int(st, 14),
		    .message_id = db_text(st, 15)};
		each(&n, arg);
	}
	return -1;
}

int bounces_set_logged(struct store *s, int64_t id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_bounces_set_logged, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	return db_run(s, st, e);
}

int bounces_stats(struct store *s, int64_t alerts_since, struct bounce_stats *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_stats_bounces, e);
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":since", alerts_since);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	*out = (struct bounce_stats){0};
	if (!row)
		return 0;
	*out = (struct bounce_stats){db_int(st, 0), db_int(st, 1), db_int(st, 2), db_int(st, 3)};
	sqlite3_reset(st);
	return 0;
}
