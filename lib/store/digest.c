#include "store/digest.h"

#include "base/mem.h"
#include "sql.h"
#include "store/db.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(struct arena *a, sqlite3_stmt *st, int column)
{
	const char *s = db_text(st, column);

	return arena_strdup(a, s ? s : "");
}

static size_t count_of(sqlite3_stmt *st, int column)
{
	return (size_t)db_int(st, column);
}

static struct digest_volume volume_of(sqlite3_stmt *st, int column)
{
	return (struct digest_volume){
	    count_of(st, column), count_of(st, column + 1), count_of(st, column + 2), count_of(st, column + 3)};
}

static sqlite3_stmt *prepare_period(struct store *s, const char *sql, const struct digest_facts *f, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (st) {
		db_bind_int(st, ":start", f->start);
		db_bind_int(st, ":end", f->end);
	}
	return st;
}

static int load_totals(struct store *s, struct digest_facts *f, struct err *e)
{
	sqlite3_stmt *st = prepare_period(s, sql_digest_totals, f, e);
	bool row;

	if (!st || db_step(s, st, &row, e) != 0)
		return -1;
	if (row) {
		f->volume = volume_of(st, 0);
		f->bulk = count_of(st, 5);
	}
	sqlite3_reset(st);
	return 0;
}

static void read_investor(struct arena *a, sqlite3_stmt *st, struct digest_investor *i)
{
	*i = (struct digest_investor){.id = db_int(st, 0),
	    .kind = text_of(a, st, 1),
	    .name = text_of(a, st, 2),
	    .volume = volume_of(st, 3),
	    .subject = text_of(a, st, 7),
	    .last_at = db_int(st, 8),
	    .last_is_out = db_int(st, 9) != 0,
	    .last_is_unverified = db_int(st, 10) != 0,
	    .last_is_theirs = db_int(st, 11) != 0};
}

static int load_investors(struct store *s, struct arena *a, struct digest_facts *f, struct err *e)
{
	sqlite3_stmt *st = prepare_period(s, sql_digest_investors, f, e);
	bool row;

	if (!st || db_step(s, st, &row, e) != 0)
		return -1;
	while (row) {
		f->investors = arena_more(a, f->investors, f->investor_count, sizeof *f->investors);
		read_investor(a, st, &f->investors[f->investor_count++]);
		if (db_step(s, st, &row, e) != 0)
			return -1;
	}
	return 0;
}

struct place {
	int64_t id;
	struct digest_investor *investor;
};

static int by_id(const void *x, const void *y)
{
	int64_t a = ((const struct place *)x)->id, b = ((const struct place *)y)->id;

	return a < b ? -1 : a > b;
}

/* Rows (top record, name) into the list at `offset` of each investor; `sorted` holds the investors by id. Both come in the
 * order of ids, so that one walk is enough. */
static int load_names(struct store *s, struct arena *a, const char *sql, const struct digest_facts *f,
    const struct place *sorted, size_t offset, struct err *e)
{
	sqlite3_stmt *st = prepare_period(s, sql, f, e);
	size_t at = 0;
	bool row;

	if (!st || db_step(s, st, &row, e) != 0)
		return -1;
	while (row) {
		while (at < f->investor_count && sorted[at].id < db_int(st, 0))
			at++;
		if (at < f->investor_count && sorted[at].id == db_int(st, 0)) {
			struct digest_names *n = (struct digest_names *)(void *)((char *)sorted[at].investor + offset);
			n->items = arena_more(a, n->items, n->count, sizeof *n->items);
			n->items[n->count++] = text_of(a, st, 1);
		}
		if (db_step(s, st, &row, e) != 0)
			return -1;
	}
	return 0;
}

static int load_all_names(struct store *s, struct arena *a, struct digest_facts *f, struct err *e)
{
	struct place *sorted;

	if (!f->investors)
		return 0;
	sorted = arena_array(a, f->investor_count, sizeof *sorted);
	for (size_t i = 0; i < f->investor_count; i++)
		sorted[i] = (struct place){f->investors[i].id, &f->investors[i]};
	qsort(sorted, f->investor_count, sizeof *sorted, by_id);
	if (load_names(s, a, sql_digest_people, f, sorted, offsetof(struct digest_investor, people), e) != 0)
		return -1;
	return load_names(s, a, sql_digest_team, f, sorted, offsetof(struct digest_investor, team), e);
}

static int load_members(struct store *s, struct arena *a, struct digest_facts *f, struct err *e)
{
	sqlite3_stmt *st = prepare_period(s, sql_digest_members, f, e);
	bool row;

	if (!st || db_step(s, st, &row, e) != 0)
		return -1;
	while (row) {
		f->members = arena_more(a, f->members, f->member_count, sizeof *f->members);
		f->members[f->member_count++] =
		    (struct digest_member){.id = db_int(st, 0), .name = text_of(a, st, 1), .volume = volume_of(st, 2)};
		if (db_step(s, st, &row, e) != 0)
			return -1;
	}
	return 0;
}

/* Members and their investors come in the same order: by name, then id. */
static int load_member_investors(struct store *s, struct arena *a, struct digest_facts *f, struct err *e)
{
	sqlite3_stmt *st;
	size_t at = 0;
	bool row;

	if (!f->members)
		return 0;
	st = prepare_period(s, sql_digest_member_investors, f, e);
	if (!st || db_step(s, st, &row, e) != 0)
		return -1;
	while (row) {
		while (at < f->member_count && f->members[at].id != db_int(st, 12))
			at++;
		if (at == f->member_count) {
			sqlite3_reset(st);
			return err_set(
			    e, ERR_BUG, "digest: the investors of a member come in another order than the members");
		}
		struct digest_member *m = &f->members[at];
		m->investors = arena_more(a, m->investors, m->investor_count, sizeof *m->investors);
		read_investor(a, st, &m->investors[m->investor_count++]);
		if (db_step(s, st, &row, e) != 0)
			return -1;
	}
	return 0;
}

int digest_facts_load(
    struct store *s, struct arena *a, int64_t start, int64_t end, struct digest_facts *f, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_snapshot_begin, e);
	int rc = -1;

	*f = (struct digest_facts){.start = start, .end = end};
	if (!st || db_run(s, st, e) != 0)
		return -1;
	if (load_totals(s, f, e) == 0 && load_investors(s, a, f, e) == 0 && load_all_names(s, a, f, e) == 0 &&
	    load_members(s, a, f, e) == 0)
		rc = load_member_investors(s, a, f, e);
	/* Nothing was written: the end of the read transaction. */
	store_rollback(s);
	return rc;
}

int digest_recipients_load(struct store *s, struct arena *a, struct digest_recipients *r, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_digest_recipients, e);
	bool row;

	*r = (struct digest_recipients){0};
	if (!st || db_step(s, st, &row, e) != 0)
		return -1;
	while (row) {
		r->items = arena_more(a, r->items, r->count, sizeof *r->items);
		r->items[r->count++] = (struct digest_recipient){
		    db_int(st, 0), text_of(a, st, 1), db_text(st, 2) ? text_of(a, st, 2) : NULL};
		if (db_step(s, st, &row, e) != 0)
			return -1;
	}
	return 0;
}
