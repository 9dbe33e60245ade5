#include "store/threads.h"

#include "base/mem.h"
#include "sql.h"
#include "store/db.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 16 };

/* What a key stands for never changes (threads become sign-posts instead), so a slot is good as long as its transaction is. */
struct slot {
	int64_t key, thread_id;
};

struct threads {
	struct store *store;
	struct slot *slots;
};

struct threads *threads_new(struct store *s)
{
	struct threads *t = mem_alloc(sizeof *t);

	t->store = s;
	t->slots = mem_alloc(SLOTS * sizeof *t->slots);
	return t;
}

void threads_free(struct threads *t)
{
	if (!t)
		return;
	free(t->slots);
	free(t);
}

void threads_forget(struct threads *t)
{
	memset(t->slots, 0, SLOTS * sizeof *t->slots);
}

static struct slot *slot_of(struct threads *t, int64_t key)
{
	return &t->slots[(uint64_t)key & (SLOTS - 1)];
}

static void remember(struct threads *t, int64_t key, int64_t thread_id)
{
	*slot_of(t, key) = (struct slot){key, thread_id};
}

static bool remembered(struct threads *t, int64_t key)
{
	const struct slot *slot = slot_of(t, key);

	return slot->thread_id != 0 && slot->key == key;
}

/* The thread as the key has it; 0 when the key is new. */
static int look_up(struct threads *t, int64_t key, int64_t *thread_id, struct err *e)
{
	struct slot *slot = slot_of(t, key);
	sqlite3_stmt *st;
	bool found;

	*thread_id = remembered(t, key) ? slot->thread_id : 0;
	if (*thread_id)
		return 0;
	if (!(st = db_prepare(t->store, sql_thread_key_get, e)))
		return -1;
	db_bind_int(st, ":key", key);
	if (db_get_int(t->store, st, thread_id, &found, e) != 0)
		return -1;
	if (found)
		remember(t, key, *thread_id);
	return 0;
}

/* Follows sign-posts: at most log2 of the messages, since the smaller thread always joins the larger. */
static int follow(struct threads *t, int64_t *thread_id, int64_t *size, struct err *e)
{
	for (;;) {
		sqlite3_stmt *st = db_prepare(t->store, sql_thread_get, e);
		int64_t into;
		bool row;
		if (!st)
			return -1;
		db_bind_int(st, ":id", *thread_id);
		if (db_step(t->store, st, &row, e) != 0)
			return -1;
		if (!row)
			return err_set(e, ERR_BUG, "thread %lld is not there", (long long)*thread_id);
		*size = db_int(st, 0);
		into = db_int(st, 1);
		sqlite3_reset(st);
		if (into == 0)
			return 0;
		*thread_id = into;
	}
}

int threads_find(struct threads *t, int64_t key, int64_t *thread_id, struct err *e)
{
	int64_t size;

	if (look_up(t, key, thread_id, e) != 0)
		return -1;
	return *thread_id ? follow(t, thread_id, &size, e) : 0;
}

static int run_join(struct threads *t, const char *sql, int64_t id, int64_t into, struct err *e)
{
	sqlite3_stmt *st = db_prepare(t->store, sql, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, ":into", into);
	return db_run(t->store, st, e);
}

static int absorb(struct threads *t, int64_t id, int64_t into, bool rematch, struct err *e)
{
	sqlite3_stmt *st = db_prepare(t->store, sql_thread_absorb, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	db_bind_int(st, ":into", into);
	db_bind_int(st, ":rematch", rematch);
	return db_run(t->store, st, e);
}

/* The root under construction: the thread that all keys so far belong to. */
struct root {
	int64_t id, size;
	bool rematch;
};

static int join(struct threads *t, struct root *root, int64_t id, int64_t size, struct err *e)
{
	int64_t from = id, into = root->id;

	/* Of two equal ones the older stays, whatever the order of the keys. */
	if (size > root->size || (size == root->size && id < root->id)) {
		from = root->id;
		into = id;
	}
	if (run_join(t, sql_thread_join, from, into, e) != 0 || absorb(t, from, into, root->rematch, e) != 0)
		return -1;
	root->id = into;
	root->size += size;
	return run_join(t, sql_thread_move_emails, from, into, e);
}

static int add_thread(struct threads *t, struct root *root, int64_t id, struct err *e)
{
	int64_t size;

	if (id == root->id)
		return 0;
	if (follow(t, &id, &size, e) != 0)
		return -1;
	if (root->id == 0) {
		root->id = id;
		root->size = size;
		return 0;
	}
	return id == root->id ? 0 : join(t, root, id, size, e);
}

static int new_thread(struct threads *t, struct root *root, struct err *e)
{
	sqlite3_stmt *st = db_prepare(t->store, sql_thread_insert, e);

	if (!st || db_run(t->store, st, e) != 0)
		return -1;
	root->id = sqlite3_last_insert_rowid(t->store->db);
	return 0;
}

static int add_key(struct threads *t, int64_t key, int64_t thread_id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(t->store, sql_thread_key_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":key", key);
	db_bind_int(st, ":thread", thread_id);
	if (db_run(t->store, st, e) != 0)
		return -1;
	if (sqlite3_changes(t->store->db) == 1)
		remember(t, key, thread_id);
	return 0;
}

int threads_place(
    struct threads *t, const int64_t *keys, size_t n, int64_t own, bool rematch, int64_t *thread_id, struct err *e)
{
	struct root root = {.rematch = rematch};
	int64_t id, last = 0;

	if (own && add_thread(t, &root, own, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (look_up(t, keys[i], &id, e) != 0)
			return -1;
		/* The keys of one message mostly name one thread: it is followed once. */
		if (id == 0 || id == last)
			continue;
		last = id;
		if (add_thread(t, &root, id, e) != 0)
			return -1;
	}
	if (root.id == 0 && new_thread(t, &root, e) != 0)
		return -1;
	/* What is not remembered from the first pass is new (or lost its slot to a neighbour: the insert finds it then). */
	for (size_t i = 0; i < n; i++)
		if (!remembered(t, keys[i]) && add_key(t, keys[i], root.id, e) != 0)
			return -1;
	*thread_id = root.id;
	return 0;
}

static int run_on(struct store *s, const char *sql, int64_t id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", id);
	return db_run(s, st, e);
}

int threads_grow(struct threads *t, int64_t thread_id, struct err *e)
{
	return run_on(t->store, sql_thread_grow, thread_id, e);
}

int threads_mark_rematch(struct store *s, int64_t thread_id, struct err *e)
{
	return run_on(s, sql_thread_mark_rematch, thread_id, e);
}

int threads_next_rematch(struct store *s, int64_t after, int64_t *thread_id, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_thread_next_rematch, e);

	*thread_id = 0;
	if (!st)
		return -1;
	db_bind_int(st, ":after", after);
	return db_get_int(s, st, thread_id, NULL, e);
}

int threads_clear_rematch(struct store *s, int64_t thread_id, struct err *e)
{
	return run_on(s, sql_thread_clear_rematch, thread_id, e);
}
