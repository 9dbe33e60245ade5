#include "store/investors.h"

#include "sql.h"
#include "store/db.h"

#include <string.h>

static const char *const kind_names[] = {"fund", "organisation", "contact", "address"};

const char *investor_kind_name(enum investor_kind kind)
{
	return kind < INVESTOR_ANY ? kind_names[kind] : NULL;
}

bool investor_kind_parse(const char *word, enum investor_kind *kind)
{
	for (int i = INVESTOR_FUND; i < INVESTOR_ANY; i++)
		if (strcmp(word, kind_names[i]) == 0) {
			*kind = (enum investor_kind)i;
			return true;
		}
	return false;
}

static int read_addresses(struct store *s, struct arena *a, struct investor *i, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_addresses, e);
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":id", i->id);
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		const char *address = arena_strdup(a, db_text(st, 0));
		i->addresses = arena_more(a, i->addresses, i->address_count, sizeof *i->addresses);
		i->addresses[i->address_count++] = (struct investor_address){address, db_int(st, 1) != 0};
	}
}

static int read_domains(struct store *s, struct arena *a, struct investor *i, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_domains, e);
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":id", i->id);
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		const char *domain = arena_strdup(a, db_text(st, 0));
		i->domains = arena_more(a, i->domains, i->domain_count, sizeof *i->domains);
		i->domains[i->domain_count++] = domain;
	}
}

static const char *copy(struct arena *a, const char *text)
{
	return text ? arena_strdup(a, text) : NULL;
}

static enum investor_kind kind_of(const char *word)
{
	enum investor_kind kind = INVESTOR_ANY;

	if (word)
		investor_kind_parse(word, &kind);
	return kind;
}

static void read_investor(struct arena *a, sqlite3_stmt *st, struct investor *i)
{
	*i = (struct investor){.id = db_int(st, 0), .kind = kind_of(db_text(st, 1)), .name = copy(a, db_text(st, 2))};
	i->parent_id = db_int(st, 3);
	i->parent_kind = kind_of(db_text(st, 4));
	i->parent_name = copy(a, db_text(st, 5));
	i->notes = copy(a, db_text(st, 6));
	i->created_at = db_int(st, 7);
	i->updated_at = db_int(st, 8);
	i->is_removed = db_int(st, 9) != 0;
}

int investors_get(struct store *s, struct arena *a, int64_t id, struct investor *out, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_get, e);

	*found = false;
	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	if (db_step(s, st, found, e) != 0)
		return -1;
	if (!*found)
		return 0;
	read_investor(a, st, out);
	sqlite3_reset(st);
	return read_addresses(s, a, out, e) == 0 ? read_domains(s, a, out, e) : -1;
}

/* Runs a query whose rows are ids. */
static int read_ids(struct store *s, struct arena *a, sqlite3_stmt *st, struct investor_ids *ids, struct err *e)
{
	bool row;

	*ids = (struct investor_ids){0};
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		ids->items = arena_more(a, ids->items, ids->count, sizeof *ids->items);
		ids->items[ids->count++] = db_int(st, 0);
	}
}

int investors_find_name(struct store *s, struct arena *a, enum investor_kind kind, const char *name, bool removed,
    struct investor_ids *ids, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_by_name, e);

	if (!st)
		return -1;
	db_bind_text(st, ":name", name);
	db_bind_text(st, ":kind", investor_kind_name(kind));
	db_bind_int(st, ":removed", removed);
	return read_ids(s, a, st, ids, e);
}

int investors_find_address(struct store *s, struct arena *a, enum investor_kind kind, const char *address, bool removed,
    struct investor_ids *ids, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_by_address, e);

	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	db_bind_text(st, ":kind", investor_kind_name(kind));
	db_bind_int(st, ":removed", removed);
	return read_ids(s, a, st, ids, e);
}

int investors_children(struct store *s, struct arena *a, int64_t id, struct investor_ids *ids, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_children, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	return read_ids(s, a, st, ids, e);
}

int investors_name_of_address(struct store *s, struct arena *a, const char *address, const char **name, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_name_of_address, e);
	bool row;

	*name = NULL;
	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (row) {
		*name = copy(a, db_text(st, 0));
		sqlite3_reset(st);
	}
	return 0;
}

int investors_each(struct store *s, enum investor_kind kind, bool removed,
    int (*each)(const struct investor *i, void *arg), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_list, e);
	struct arena a = {0};
	bool row;
	int rc;

	if (!st)
		return -1;
	db_bind_text(st, ":kind", investor_kind_name(kind));
	db_bind_int(st, ":removed", removed);
	while ((rc = db_step(s, st, &row, e)) == 0 && row) {
		struct investor i;
		arena_reset(&a);
		read_investor(&a, st, &i);
		if ((rc = read_addresses(s, &a, &i, e)) != 0 || (rc = read_domains(s, &a, &i, e)) != 0 ||
		    (rc = each(&i, arg)) != 0)
			break;
	}
	sqlite3_reset(st);
	arena_clear(&a);
	return rc;
}

int investors_insert(struct store *s, const struct investor *i, int64_t now, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_insert, e);

	if (!st)
		return -1;
	db_bind_text(st, ":kind", investor_kind_name(i->kind));
	db_bind_text(st, ":name", i->name);
	if (i->parent_id)
		db_bind_int(st, ":parent_id", i->parent_id);
	db_bind_text(st, ":notes", i->notes);
	db_bind_int(st, ":now", now);
	return db_get_int(s, st, id, NULL, e);
}

int investors_update(struct store *s, const struct investor *i, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_update, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", i->id);
	db_bind_text(st, ":name", i->name);
	if (i->parent_id)
		db_bind_int(st, ":parent_id", i->parent_id);
	db_bind_text(st, ":notes", i->notes);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

int investors_set_deleted(struct store *s, int64_t id, int64_t deleted_at, int64_t now, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_investor_set_deleted, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	if (deleted_at)
		db_bind_int(st, ":deleted_at", deleted_at);
	db_bind_int(st, ":now", now);
	return db_run(s, st, e);
}

static sqlite3_stmt *prepare_key(struct store *s, const char *sql, int64_t id, const char *key, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (!st)
		return NULL;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":key", key);
	return st;
}

int investors_set_address(struct store *s, int64_t id, const char *address, bool is_alias, struct err *e)
{
	sqlite3_stmt *st = prepare_key(s, sql_investor_address_set, id, address, e);

	if (!st)
		return -1;
	db_bind_int(st, ":is_alias", is_alias);
	return db_run(s, st, e);
}

int investors_set_domain(struct store *s, int64_t id, const char *domain, struct err *e)
{
	sqlite3_stmt *st = prepare_key(s, sql_investor_domain_set, id, domain, e);

	return st ? db_run(s, st, e) : -1;
}

int investors_unset_address(struct store *s, int64_t id, const char *address, bool *found, struct err *e)
{
	sqlite3_stmt *st = prepare_key(s, sql_investor_address_unset, id, address, e);

	return st ? db_get_int(s, st, &id, found, e) : -1;
}

int investors_unset_domain(struct store *s, int64_t id, const char *domain, bool *found, struct err *e)
{
	sqlite3_stmt *st = prepare_key(s, sql_investor_domain_unset, id, domain, e);

	return st ? db_get_int(s, st, &id, found, e) : -1;
}
