#include "store/outbox.h"

#include "sql.h"
#include "store/db.h"

#include <string.h>

static const char *const state_names[] = {
    "held", "ready", "sending", "sent", "deferred", "failed", "unknown", "simulated", "discarded", "expired"};
static const char *const recipient_names[] = {
    "waiting", "sending", "sent", "deferred", "failed", "unknown", "simulated"};

const char *outbox_state_name(enum outbox_state state)
{
	return state_names[state];
}

bool outbox_state_parse(const char *name, enum outbox_state *state)
{
	for (size_t i = 0; i < sizeof state_names / sizeof *state_names; i++)
		if (strcmp(state_names[i], name) == 0) {
			*state = (enum outbox_state)i;
			return true;
		}
	return false;
}

const char *recipient_state_name(enum recipient_state state)
{
	return recipient_names[state];
}

static bool recipient_state_parse(const char *name, enum recipient_state *state)
{
	for (size_t i = 0; i < sizeof recipient_names / sizeof *recipient_names; i++)
		if (name && strcmp(recipient_names[i], name) == 0) {
			*state = (enum recipient_state)i;
			return true;
		}
	return false;
}

static int insert_recipient(struct store *s, int64_t id, const struct outbox_recipient *r, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_recipient_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":address", r->address);
	if (r->user_id)
		db_bind_int(st, ":user_id", r->user_id);
	if (r->participant_id)
		db_bind_int(st, ":participant_id", r->participant_id);
	return db_run(s, st, e);
}

int outbox_insert(struct store *s, struct outbox_message *m, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_insert, e);

	if (!st)
		return -1;
	if (m->id)
		db_bind_int(st, ":id", m->id);
	db_bind_text(st, ":kind", m->kind);
	db_bind_text(st, ":dedupe_key", m->dedupe_key);
	db_bind_text(st, ":state", outbox_state_name(m->state));
	db_bind_text(st, ":subject", m->subject);
	db_bind_text(st, ":from_address", m->from_address);
	db_bind_text(st, ":message_id", m->message_id);
	db_bind_text(st, ":token", m->token);
	if (m->expires_at)
		db_bind_int(st, ":expires_at", m->expires_at);
	db_bind_int(st, ":period_start", m->period_start);
	db_bind_int(st, ":period_end", m->period_end);
	db_bind_blob(st, ":sha256", m->sha256, sizeof m->sha256);
	db_bind_int(st, ":size_bytes", (int64_t)m->size_bytes);
	db_bind_int(st, ":now", m->created_at);
	m->updated_at = m->created_at;
	if (db_get_int(s, st, &m->id, NULL, e) != 0)
		return -1;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (insert_recipient(s, m->id, &m->recipients[i], e) != 0)
			return -1;
	return 0;
}

static const char *text_of(struct arena *a, sqlite3_stmt *st, int column)
{
	const char *s = db_text(st, column);

	return arena_strdup(a, s ? s : "");
}

static int read_message(struct store *s, struct arena *a, sqlite3_stmt *st, struct outbox_message *m, struct err *e)
{
	const char *state = db_text(st, 3);

	*m = (struct outbox_message){.id = db_int(st, 0),
	    .kind = text_of(a, st, 1),
	    .dedupe_key = text_of(a, st, 2),
	    .subject = text_of(a, st, 4),
	    .from_address = text_of(a, st, 5),
	    .message_id = text_of(a, st, 6),
	    .period_start = db_int(st, 7),
	    .period_end = db_int(st, 8),
	    .size_bytes = (size_t)db_int(st, 10),
	    .created_at = db_int(st, 11),
	    .updated_at = db_int(st, 12),
	    .token = db_text(st, 13) ? text_of(a, st, 13) : NULL,
	    .expires_at = db_int(st, 14),
	    .attempts = (int)db_int(st, 15),
	    .next_try_at = db_int(st, 16)};
	if (!state || !outbox_state_parse(state, &m->state))
		return err_set(e, ERR_INPUT, "%s: outbox %lld has an unknown state", store_path(s), (long long)m->id);
	/* A hash of another length is none: the zeroes match no file. */
	if (sqlite3_column_bytes(st, 9) == SHA256_BYTES)
		memcpy(m->sha256, sqlite3_column_blob(st, 9), SHA256_BYTES);
	return 0;
}

static int load_recipients(struct store *s, struct arena *a, struct outbox_message *m, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_recipients, e);
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":id", m->id);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	while (row) {
		m->recipients = arena_more(a, m->recipients, m->recipient_count, sizeof *m->recipients);
		struct outbox_recipient *r = &m->recipients[m->recipient_count++];
		*r = (struct outbox_recipient){
		    .address = text_of(a, st, 0), .user_id = db_int(st, 1), .participant_id = db_int(st, 2)};
		if (!recipient_state_parse(db_text(st, 3), &r->state)) {
			sqlite3_reset(st);
			return err_set(e, ERR_INPUT, "%s: outbox %lld has a recipient of an unknown state",
			    store_path(s), (long long)m->id);
		}
		if (db_step(s, st, &row, e) != 0)
			return -1;
	}
	return 0;
}

/* The one row of a prepared statement. */
static int get_one(struct store *s, struct arena *a, sqlite3_stmt *st, struct outbox_message **m, struct err *e)
{
	bool row;
	int rc;

	*m = NULL;
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*m = arena_alloc(a, sizeof **m);
	rc = read_message(s, a, st, *m, e);
	sqlite3_reset(st);
	return rc == 0 ? load_recipients(s, a, *m, e) : -1;
}

int outbox_get(struct store *s, struct arena *a, int64_t id, struct outbox_message **m, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_get, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	return get_one(s, a, st, m, e);
}

int outbox_find_live(struct store *s, struct arena *a, const char *dedupe_key, struct outbox_message **m, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_live, e);

	if (!st)
		return -1;
	db_bind_text(st, ":dedupe_key", dedupe_key);
	return get_one(s, a, st, m, e);
}

int outbox_list(
    struct store *s, struct arena *a, const enum outbox_state *state, struct outbox_messages *l, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_list, e);
	bool row;

	*l = (struct outbox_messages){0};
	if (!st)
		return -1;
	db_bind_text(st, ":state", state ? outbox_state_name(*state) : NULL);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	while (row) {
		l->items = arena_more(a, l->items, l->count, sizeof *l->items);
		if (read_message(s, a, st, &l->items[l->count++], e) != 0) {
			sqlite3_reset(st);
			return -1;
		}
		if (db_step(s, st, &row, e) != 0)
			return -1;
	}
	for (size_t i = 0; i < l->count; i++)
		if (load_recipients(s, a, &l->items[i], e) != 0)
			return -1;
	return 0;
}

int outbox_set_state(struct store *s, int64_t id, enum outbox_state was, enum outbox_state state, int64_t now,
    bool *changed, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_set_state, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":was", outbox_state_name(was));
	db_bind_text(st, ":state", outbox_state_name(state));
	db_bind_int(st, ":now", now);
	if (db_run(s, st, e) != 0)
		return -1;
	*changed = sqlite3_changes(s->db) > 0;
	return 0;
}

int outbox_begin_attempt(
    struct store *s, int64_t id, enum outbox_state was, int attempt, int64_t now, bool *changed, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_begin_attempt, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":was", outbox_state_name(was));
	db_bind_int(st, ":attempt", attempt);
	db_bind_int(st, ":now", now);
	if (db_run(s, st, e) != 0)
		return -1;
	*changed = sqlite3_changes(s->db) > 0;
	return 0;
}

int outbox_settle(struct store *s, int64_t id, int64_t next_try_at, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_settle, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, ":next_try_at", next_try_at);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int outbox_set_next_look(struct store *s, int64_t id, int64_t at, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_set_next_try, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, ":next_try_at", at);
	return db_run(s, st, e);
}

int outbox_set_recipient(struct store *s, int64_t id, const char *address, enum recipient_state state, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_recipient_set_state, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":address", address);
	db_bind_text(st, ":state", recipient_state_name(state));
	return db_run(s, st, e);
}

static int read_ids(struct store *s, struct arena *a, sqlite3_stmt *st, int64_t **ids, size_t *n, struct err *e)
{
	bool row;

	*ids = NULL;
	*n = 0;
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		*ids = arena_more(a, *ids, *n, sizeof **ids);
		(*ids)[(*n)++] = db_int(st, 0);
	}
}

int outbox_due(struct store *s, struct arena *a, const char *kind, int64_t now, int64_t **ids, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_due, e);

	if (!st)
		return -1;
	db_bind_text(st, ":kind", kind);
	db_bind_int(st, ":now", now);
	return read_ids(s, a, st, ids, n, e);
}

int outbox_ids(struct store *s, struct arena *a, enum outbox_state state, int64_t **ids, size_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_ids, e);

	if (!st)
		return -1;
	db_bind_text(st, ":state", outbox_state_name(state));
	return read_ids(s, a, st, ids, n, e);
}

int outbox_last_id(struct store *s, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_last_id, e);

	return st ? db_get_int(s, st, id, NULL, e) : -1;
}
