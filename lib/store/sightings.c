#include "store/sightings.h"

#include "sql.h"
#include "store/db.h"

int sightings_exists(struct store *s, int64_t account_id, int64_t email_id, bool *exists, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_sighting_get, e);
	int64_t one;

	if (!st)
		return -1;
	db_bind_int(st, ":account", account_id);
	db_bind_int(st, ":id", email_id);
	return db_get_int(s, st, &one, exists, e);
}

int sightings_insert(struct store *s, const struct sighting *g, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_sighting_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":account", g->account_id);
	db_bind_int(st, ":id", g->email_id);
	db_bind_int(st, ":is_sent", g->is_sent);
	db_bind_text(st, ":labels", g->labels);
	db_bind_text(st, ":remote_thread", g->remote_thread_id);
	if (g->source_id) {
		db_bind_int(st, ":source", g->source_id);
		db_bind_int(st, ":offset", g->source_offset);
	}
	db_bind_text(st, ":name", g->source_name);
	db_bind_int(st, ":now", g->seen_at);
	return db_run(s, st, e);
}

static const char *copy(struct arena *a, const char *s)
{
	return s ? arena_strdup(a, s) : NULL;
}

/* Room for one more item in an arena array that doubles. */
static void *room(struct arena *a, void *items, size_t count, size_t size)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return items;
	return arena_grow(a, items, count * size, (count ? count * 2 : 1) * size);
}

int sightings_places(
    struct store *s, struct arena *a, int64_t email_id, struct sighting_place **places, size_t *count, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_sighting_places, e);
	bool row;

	*places = NULL;
	*count = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":id", email_id);
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		*places = room(a, *places, *count, sizeof **places);
		(*places)[(*count)++] = (struct sighting_place){
		    db_int(st, 0), copy(a, db_text(st, 1)), copy(a, db_text(st, 2)), db_int(st, 3)};
	}
}

int links_insert(struct store *s, int64_t email_id, const struct email_link *l, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_link_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", email_id);
	db_bind_int(st, ":investor", l->investor_id);
	db_bind_text(st, ":kind", l->kind);
	db_bind_text(st, ":status", l->status);
	db_bind_text(st, ":address", l->address);
	db_bind_text(st, ":why", l->why);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int links_of(
    struct store *s, struct arena *a, int64_t email_id, struct email_link **links, size_t *count, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_links_of, e);
	bool row;

	*links = NULL;
	*count = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":id", email_id);
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		*links = room(a, *links, *count, sizeof **links);
		(*links)[(*count)++] = (struct email_link){db_int(st, 0), copy(a, db_text(st, 1)),
		    copy(a, db_text(st, 2)), copy(a, db_text(st, 3)), copy(a, db_text(st, 4))};
	}
}

int links_remove(struct store *s, int64_t email_id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_links_remove, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", email_id);
	return db_run(s, st, e);
}
