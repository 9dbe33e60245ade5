#include "store/emails.h"

#include "sql.h"
#include "store/bodies.h"
#include "store/db.h"

#include <string.h>
#include <xxhash.h>

enum { HASH_BYTES = 32 };

static void bind_id_or_null(sqlite3_stmt *st, const char *name, int64_t id)
{
	if (id)
		db_bind_int(st, name, id);
}

/* One id's keys differ in the low half alone, so they lie side by side as signed numbers too. */
void emails_content_keys(const char *message_id, int64_t *low, int64_t *high)
{
	uint64_t id = message_id ? XXH3_64bits(message_id, strlen(message_id)) & UINT64_C(0xffffffff00000000) : 0;

	*low = (int64_t)id;
	*high = (int64_t)(id | UINT32_MAX);
}

int64_t emails_content_key(const char *message_id, const void *body_sha256)
{
	int64_t low, high;
	uint32_t body;

	memcpy(&body, body_sha256, sizeof body);
	emails_content_keys(message_id, &low, &high);
	return low | (int64_t)body;
}

int emails_find(struct store *s, const char *message_id, const void *body_sha256, int64_t content_key,
    struct email_found *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_find, e);
	bool row;

	*out = (struct email_found){0};
	if (!st)
		return -1;
	db_bind_text(st, ":message_id", message_id);
	db_bind_blob(st, ":body", body_sha256, HASH_BYTES);
	db_bind_int(st, ":content_key", content_key);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (row)
		*out = (struct email_found){db_int(st, 0), db_int(st, 1), db_int(st, 2) != 0, db_int(st, 3) != 0};
	sqlite3_reset(st);
	return 0;
}

int emails_first_with_id(struct store *s, const char *message_id, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_first_with_id, e);
	int64_t low, high;

	*id = 0;
	if (!st)
		return -1;
	db_bind_text(st, ":message_id", message_id);
	emails_content_keys(message_id, &low, &high);
	db_bind_int(st, ":low", low);
	db_bind_int(st, ":high", high);
	return db_get_int(s, st, id, NULL, e);
}

int emails_insert(struct store *s, const struct email_row *row, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_insert, e);

	if (!st)
		return -1;
	db_bind_text(st, ":message_id", row->message_id);
	db_bind_blob(st, ":body", row->body_sha256, HASH_BYTES);
	db_bind_int(st, ":content_key", row->content_key);
	bind_id_or_null(st, ":duplicate_of", row->duplicate_of);
	db_bind_int(st, ":thread", row->thread_id);
	db_bind_int(st, ":sent_at", row->sent_at);
	db_bind_int(st, ":has_date", row->has_date);
	db_bind_text(st, ":subject", row->subject);
	db_bind_text(st, ":from_name", row->from_name);
	db_bind_text(st, ":from_address", row->from_address);
	db_bind_text(st, ":in_reply_to", row->in_reply_to);
	db_bind_text(st, ":list_id", row->list_id);
	db_bind_int(st, ":is_bulk", row->is_bulk);
	db_bind_text(st, ":auto_submitted", row->auto_submitted);
	db_bind_text(st, ":dmarc", row->dmarc);
	db_bind_int(st, ":size", row->size_bytes);
	db_bind_int(st, ":is_matched", row->is_matched);
	db_bind_int(st, ":has_body", row->has_body);
	db_bind_int(st, ":attachments", row->attachments);
	db_bind_int(st, ":now", row->created_at);
	if (db_run(s, st, e) != 0)
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

int emails_add_recipient(struct store *s, int64_t id, int64_t address_id, const char *role, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_recipient_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, ":address", address_id);
	db_bind_text(st, ":role", role);
	return db_run(s, st, e);
}

int emails_index(struct store *s, int64_t id, const struct email_text *text, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_search_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":subject", text->subject);
	db_bind_text(st, ":sender", text->sender);
	db_bind_text_n(st, ":body", text->text, text->text_bytes);
	return db_run(s, st, e);
}

static int run_on(struct store *s, const char *sql, int64_t id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	return db_run(s, st, e);
}

int emails_fill_text(struct store *s, int64_t id, const struct email_text *text, struct err *e)
{
	if (bodies_write(s, id, text->source, text->text, text->text_bytes, e) != 0 ||
	    run_on(s, sql_email_search_refill, id, e) != 0)
		return -1;
	return emails_set_kept(s, id, true, e);
}

int emails_remove_text(struct store *s, int64_t id, struct err *e)
{
	/* The index forgets a row by its text, so the text goes last. */
	if (run_on(s, sql_email_search_remove, id, e) != 0 || run_on(s, sql_email_body_remove, id, e) != 0)
		return -1;
	if (run_on(s, sql_email_attachments_remove, id, e) != 0)
		return -1;
	return emails_set_kept(s, id, false, e);
}

static int set_flag(struct store *s, const char *sql, const char *name, int64_t id, bool value, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, name, value);
	return db_run(s, st, e);
}

int emails_set_kept(struct store *s, int64_t id, bool has_body, struct err *e)
{
	return set_flag(s, sql_email_set_kept, ":has_body", id, has_body, e);
}

int emails_set_matched(struct store *s, int64_t id, bool is_matched, struct err *e)
{
	return set_flag(s, sql_email_set_matched, ":is_matched", id, is_matched, e);
}

int emails_add_attachment(struct store *s, int64_t id, const struct email_attachment *a, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_attachment_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, ":position", a->position);
	db_bind_text(st, ":filename", a->filename);
	db_bind_text(st, ":content_type", a->content_type);
	db_bind_text(st, ":disposition", a->disposition);
	db_bind_text(st, ":content_id", a->content_id);
	db_bind_int(st, ":size", a->size_bytes);
	db_bind_blob(st, ":sha256", a->sha256, HASH_BYTES);
	db_bind_int(st, ":is_stored", a->is_stored);
	return db_run(s, st, e);
}

int emails_each_attachment(
    struct store *s, int64_t id, int (*each)(const void *sha256, void *arg, struct err *e), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_attachments_of, e);
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		if (sqlite3_column_bytes(st, 0) == HASH_BYTES && each(sqlite3_column_blob(st, 0), arg, e) != 0) {
			sqlite3_reset(st);
			return -1;
		}
	}
}

int emails_attachment_used(struct store *s, const void *sha256, bool *used, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_attachment_used, e);
	int64_t one;

	if (!st)
		return -1;
	db_bind_blob(st, ":sha256", sha256, HASH_BYTES);
	return db_get_int(s, st, &one, used, e);
}

static const char *copy(struct arena *a, const char *s)
{
	return s ? arena_strdup(a, s) : NULL;
}

static int take_stored(struct store *s, struct arena *a, sqlite3_stmt *st, struct email_stored *out, struct err *e)
{
	const void *hash;
	bool row;

	*out = (struct email_stored){0};
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*out = (struct email_stored){.id = db_int(st, 0),
	    .thread_id = db_int(st, 1),
	    .dmarc = copy(a, db_text(st, 2)),
	    .is_matched = db_int(st, 3) != 0,
	    .has_body = db_int(st, 4) != 0,
	    .from_address = copy(a, db_text(st, 5)),
	    .message_id = copy(a, db_text(st, 6)),
	    .is_bulk = db_int(st, 8) != 0};
	hash = sqlite3_column_blob(st, 7);
	if (hash && sqlite3_column_bytes(st, 7) == HASH_BYTES)
		memcpy(out->body_sha256, hash, HASH_BYTES);
	sqlite3_reset(st);
	return 0;
}

int emails_get(struct store *s, struct arena *a, int64_t id, struct email_stored *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_get, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	return take_stored(s, a, st, out, e);
}

int emails_next(struct store *s, struct arena *a, int64_t after, int64_t since, struct email_stored *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_next, e);

	if (!st)
		return -1;
	db_bind_int(st, ":after", after);
	db_bind_int(st, ":since", since);
	return take_stored(s, a, st, out, e);
}

int emails_next_in_thread(
    struct store *s, struct arena *a, int64_t thread_id, int64_t after, struct email_stored *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_next_in_thread, e);

	if (!st)
		return -1;
	db_bind_int(st, ":after", after);
	db_bind_int(st, ":thread", thread_id);
	return take_stored(s, a, st, out, e);
}

int emails_parties(
    struct store *s, struct arena *a, int64_t id, struct email_party **parties, size_t *count, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_recipients_of, e);
	size_t cap = 0;
	bool row;

	*parties = NULL;
	*count = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		if (*count == cap) {
			size_t old = cap;
			cap = cap ? cap * 2 : 8;
			*parties = arena_grow(a, *parties, old * sizeof **parties, cap * sizeof **parties);
		}
		(*parties)[(*count)++] = (struct email_party){copy(a, db_text(st, 0)), copy(a, db_text(st, 1))};
	}
}

int emails_totals(struct store *s, struct email_totals *t, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_capture_totals, e);
	bool row;

	*t = (struct email_totals){0};
	if (!st || db_step(s, st, &row, e) != 0)
		return -1;
	if (row)
		*t = (struct email_totals){db_int(st, 0), db_int(st, 1), db_int(st, 2), db_int(st, 3), db_int(st, 4),
		    db_int(st, 5), db_int(st, 6)};
	sqlite3_reset(st);
	return 0;
}
