#include "store/accounts.h"

#include "sql.h"
#include "store/db.h"
#include "store/scope.h"

#include <string.h>

static int read_aliases(struct store *s, struct arena *a, struct account *out, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_account_aliases, e);
	size_t size = 0;
	bool row = true;

	out->aliases = NULL;
	out->alias_count = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":id", out->id);
	for (;;) {
		if (db_step(s, st, &row, e) != 0)
			return -1;
		if (!row)
			return 0;
		if (out->alias_count == size) {
			out->aliases = arena_grow(
			    a, out->aliases, size * sizeof *out->aliases, (size * 2 + 4) * sizeof *out->aliases);
			size = size * 2 + 4;
		}
		const char *alias = arena_strdup(a, db_text(st, 0));
		out->aliases[out->alias_count++] = alias;
	}
}

static void read_account(struct arena *a, sqlite3_stmt *st, struct account *out)
{
	out->id = db_int(st, 0);
	out->address = arena_strdup(a, db_text(st, 1));
	out->sync_enabled = db_int(st, 2) != 0;
	out->is_removed = db_int(st, 3) != 0;
	out->created_at = db_int(st, 4);
}

int accounts_get(struct store *s, struct arena *a, const char *address, struct account *out, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_account_get, e);

	*found = false;
	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	if (db_step(s, st, found, e) != 0)
		return -1;
	if (!*found)
		return 0;
	read_account(a, st, out);
	sqlite3_reset(st);
	return read_aliases(s, a, out, e);
}

int accounts_each(
    struct store *s, bool removed, int (*each)(const struct account *, void *arg), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_account_list, e);
	struct arena a = {0};
	int rc = -1;
	bool row;

	if (!st)
		return -1;
	db_bind_int(st, ":removed", removed);
	for (;;) {
		struct account account;
		if ((rc = db_step(s, st, &row, e)) != 0 || !row)
			break;
		arena_reset(&a);
		read_account(&a, st, &account);
		if ((rc = read_aliases(s, &a, &account, e)) != 0 || (rc = each(&account, arg)) != 0)
			break;
	}
	sqlite3_reset(st);
	arena_clear(&a);
	return rc;
}

/* The mailbox by its own address; *id is 0 when there never was one. */
static int state_of(struct store *s, const char *address, int64_t *id, bool *removed, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_account_state, e);
	bool row;

	*id = 0;
	*removed = false;
	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (row) {
		*id = db_int(st, 0);
		*removed = db_int(st, 1) != 0;
		sqlite3_reset(st);
	}
	return 0;
}

/* The mailbox that has the address as an alias, 0 when none; REFUSED when it is another one than `id`. */
static int alias_owner(struct store *s, const char *address, int64_t id, int64_t *owner, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_account_alias_owner, e);
	bool row;
	int rc = 0;

	*owner = 0;
	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	if (db_step(s, st, &row, e) != 0)
		return -1;
	if (!row)
		return 0;
	*owner = db_int(st, 0);
	if (*owner != id)
		rc = err_set(e, ERR_REFUSED, "%s is an alias of the mailbox %s already", address, db_text(st, 1));
	sqlite3_reset(st);
	return rc;
}

static int run_with(struct store *s, const char *sql, const char *address, int64_t id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	db_bind_int(st, ":id", id);
	return db_run(s, st, e);
}

static int give_alias(struct store *s, int64_t id, const char *alias, bool *added, struct err *e)
{
	int64_t other, owner;
	bool removed;

	*added = false;
	if (state_of(s, alias, &other, &removed, e) != 0)
		return -1;
	if (other != 0 && !removed)
		return other == id ? 0 : err_set(e, ERR_REFUSED, "%s is a mailbox of its own", alias);
	if (alias_owner(s, alias, id, &owner, e) != 0)
		return -1;
	if (owner == id)
		return 0;
	*added = true;
	return run_with(s, sql_account_alias_set, alias, id, e);
}

static int insert(struct store *s, const char *address, int64_t now, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_account_insert, e);

	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	db_bind_int(st, ":now", now);
	return db_get_int(s, st, id, NULL, e);
}

static int ensure(
    struct store *s, const char *address, int64_t now, int64_t *id, enum accounts_change *change, struct err *e)
{
	bool removed, found;
	int64_t owner;

	if (state_of(s, address, id, &removed, e) != 0 || alias_owner(s, address, *id, &owner, e) != 0)
		return -1;
	*change = *id == 0 ? ACCOUNTS_ADDED : removed ? ACCOUNTS_RESTORED : ACCOUNTS_UNCHANGED;
	if (removed)
		return accounts_restore(s, address, &found, e);
	return *id == 0 ? insert(s, address, now, id, e) : 0;
}

int accounts_add(struct store *s, const char *address, const char *const *aliases, size_t n, int64_t now,
    enum accounts_change *change, struct err *e)
{
	bool mine, added;
	int64_t id;
	int rc;

	if (scope_enter(s, &mine, e) != 0)
		return -1;
	rc = ensure(s, address, now, &id, change, e);
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = give_alias(s, id, aliases[i], &added, e);
		if (rc == 0 && added && *change == ACCOUNTS_UNCHANGED)
			*change = ACCOUNTS_CHANGED;
	}
	return scope_leave(s, mine, rc, e);
}

int accounts_add_alias(struct store *s, int64_t id, const char *alias, bool *added, struct err *e)
{
	bool mine;

	if (scope_enter(s, &mine, e) != 0)
		return -1;
	return scope_leave(s, mine, give_alias(s, id, alias, added, e), e);
}

int accounts_remove_alias(struct store *s, int64_t id, const char *alias, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_account_alias_remove, e);

	if (!st)
		return -1;
	db_bind_text(st, ":address", alias);
	db_bind_int(st, ":id", id);
	return db_get_int(s, st, &id, found, e);
}

int accounts_remove(struct store *s, const char *address, int64_t now, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_account_remove, e);
	int64_t id;

	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	db_bind_int(st, ":now", now);
	return db_get_int(s, st, &id, found, e);
}

static int restore(struct store *s, const char *address, bool *found, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_account_restore, e);
	int64_t id;

	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	return db_get_int(s, st, &id, found, e);
}

int accounts_restore(struct store *s, const char *address, bool *found, struct err *e)
{
	int64_t id, owner;
	bool mine, removed;
	int rc;

	*found = false;
	if (scope_enter(s, &mine, e) != 0)
		return -1;
	rc = state_of(s, address, &id, &removed, e);
	if (rc == 0 && removed)
		rc = alias_owner(s, address, id, &owner, e);
	if (rc == 0 && removed)
		rc = restore(s, address, found, e);
	return scope_leave(s, mine, rc, e);
}
