#include "store/users.h"

#include "sql.h"
#include "store/db.h"
#include "store/scope.h"

static int read_addresses(struct store *s, struct arena *a, struct user *u, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_user_addresses, e);
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":id", u->id);
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		const char *address = arena_strdup(a, db_text(st, 0));
		if (db_int(st, 1)) {
			u->address = address;
			continue;
		}
		u->aliases = arena_more(a, u->aliases, u->alias_count, sizeof *u->aliases);
		u->aliases[u->alias_count++] = address;
	}
}

static void read_user(struct arena *a, sqlite3_stmt *st, struct user *u)
{
	*u =
	    (struct user){.id = db_int(st, 0), .name = arena_strdup(a, db_text(st, 1)), .is_admin = db_int(st, 2) != 0};
	u->is_active = db_int(st, 3) != 0;
	u->is_removed = db_int(st, 4) != 0;
	u->created_at = db_int(st, 5);
}

int users_get(struct store *s, struct arena *a, const char *address, struct user *out, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_user_get, e);

	*found = false;
	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	if (db_step(s, st, found, e) != 0)
		return -1;
	if (!*found)
		return 0;
	read_user(a, st, out);
	sqlite3_reset(st);
	return read_addresses(s, a, out, e);
}

int users_each(struct store *s, bool removed, int (*each)(const struct user *, void *arg), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_user_list, e);
	struct arena a = {0};
	int rc;
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":removed", removed);
	while ((rc = db_step(s, st, &row, e)) == 0 && row) {
		struct user u;
		arena_reset(&a);
		read_user(&a, st, &u);
		if ((rc = read_addresses(s, &a, &u, e)) != 0 || (rc = each(&u, arg)) != 0)
			break;
	}
	sqlite3_reset(st);
	arena_clear(&a);
	return rc;
}

int users_insert(struct store *s, const struct user *u, int64_t now, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_user_insert, e);

	if (!st)
		return -1;
	db_bind_text(st, ":name", u->name);
	db_bind_int(st, ":is_admin", u->is_admin);
	db_bind_int(st, ":active", u->is_active);
	db_bind_int(st, ":now", now);
	return db_get_int(s, st, id, NULL, e);
}

int users_update(struct store *s, const struct user *u, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_user_update, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", u->id);
	db_bind_text(st, ":name", u->name);
	db_bind_int(st, ":is_admin", u->is_admin);
	db_bind_int(st, ":active", u->is_active);
	return db_run(s, st, e);
}

int users_set_deleted(struct store *s, int64_t id, int64_t deleted_at, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_user_set_deleted, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	if (deleted_at)
		db_bind_int(st, ":deleted_at", deleted_at);
	return db_run(s, st, e);
}

static int demote(struct store *s, int64_t id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_user_address_demote, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	return db_run(s, st, e);
}

static int set_address(struct store *s, int64_t id, const char *address, bool is_primary, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_user_address_set, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":address", address);
	db_bind_int(st, ":is_primary", is_primary);
	return db_run(s, st, e);
}

int users_set_address(struct store *s, int64_t id, const char *address, bool is_primary, struct err *e)
{
	bool mine;
	int rc = 0;

	if (scope_enter(s, &mine, e) != 0)
		return -1;
	if (is_primary)
		rc = demote(s, id, e);
	if (rc == 0)
		rc = set_address(s, id, address, is_primary, e);
	return scope_leave(s, mine, rc, e);
}

int users_remove_alias(struct store *s, int64_t id, const char *alias, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_user_alias_remove, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_text(st, ":address", alias);
	return db_get_int(s, st, &id, found, e);
}

int users_count_admins(struct store *s, int64_t *n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_user_count_admins, e);

	return st ? db_get_int(s, st, n, NULL, e) : -1;
}
