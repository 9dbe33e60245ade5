#include "store/addresses.h"

#include "base/mem.h"
#include "sql.h"
#include "store/db.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { SLOTS = 1 << 12 };

struct slot {
	char *address;
	int64_t id;
};

struct addresses {
	struct store *store;
	struct slot slots[SLOTS];
};

struct addresses *addresses_new(struct store *s)
{
	struct addresses *a = mem_alloc(sizeof *a);

	a->store = s;
	return a;
}

void addresses_forget(struct addresses *a)
{
	for (size_t i = 0; i < SLOTS; i++) {
		free(a->slots[i].address);
		a->slots[i].address = NULL;
	}
}

void addresses_free(struct addresses *a)
{
	if (!a)
		return;
	addresses_forget(a);
	free(a);
}

static int insert(struct addresses *a, const char *address, const char *name, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(a->store, sql_address_insert, e);

	if (!st)
		return -1;
	db_bind_text(st, ":address", address);
	db_bind_text(st, ":name", name);
	if (db_run(a->store, st, e) != 0)
		return -1;
	*id = sqlite3_last_insert_rowid(a->store->db);
	return 0;
}

int addresses_id(struct addresses *a, const char *address, const char *name, int64_t *id, struct err *e)
{
	struct slot *slot = &a->slots[XXH3_64bits(address, strlen(address)) & (SLOTS - 1)];
	sqlite3_stmt *st;
	bool found;

	if (slot->address && strcmp(slot->address, address) == 0) {
		*id = slot->id;
		return 0;
	}
	if (!(st = db_prepare(a->store, sql_address_get, e)))
		return -1;
	db_bind_text(st, ":address", address);
	if (db_get_int(a->store, st, id, &found, e) != 0 || (!found && insert(a, address, name, id, e) != 0))
		return -1;
	free(slot->address);
	*slot = (struct slot){mem_strdup(address), *id};
	return 0;
}
