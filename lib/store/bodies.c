#include "store/bodies.h"

#include "base/mem.h"
#include "sql.h"
#include "store/db.h"

#include <stdlib.h>
#include <string.h>

enum { WAITING_MAX = 64, WAITING_BYTES = 64 * 1024 }; /* a longer text is written at once */

/* SQLite's file format (fileformat2.html, sections 1.5 and 1.6) for pages of 4096 bytes, the default: room for cells in a table's
 * leaf, the largest row that stays in it, and what stays there of a larger one. */
enum {
	PAGE_ROOM = 4088,
	LOCAL_MAX = 4061,
	LOCAL_MIN = 489,
	OVERFLOW_ROOM = 4092,
	ROW_EXTRA = 16,
	CELL_EXTRA = 7,
	OVERFLOW_POINTER = 4
};

struct waiting {
	int64_t email_id;
	const char *source;
	char *text;
	size_t n, cell;
};

struct bodies {
	struct store *store;
	struct waiting items[WAITING_MAX];
	size_t count;
	size_t room; /* in the last leaf, as far as we know: it sets itself right with the next page */
};

struct bodies *bodies_new(struct store *s)
{
	struct bodies *b = mem_alloc(sizeof *b);

	b->store = s;
	return b;
}

void bodies_forget(struct bodies *b)
{
	while (b->count > 0)
		free(b->items[--b->count].text);
	b->room = 0;
}

void bodies_free(struct bodies *b)
{
	if (!b)
		return;
	bodies_forget(b);
	free(b);
}

/* Bytes of the leaf that a row with n bytes of text takes. */
static size_t cell_of(size_t n)
{
	size_t row = n + ROW_EXTRA, local;

	if (row <= LOCAL_MAX)
		return row + CELL_EXTRA;
	local = LOCAL_MIN + (row - LOCAL_MIN) % OVERFLOW_ROOM;
	return (local <= LOCAL_MAX ? local : LOCAL_MIN) + CELL_EXTRA + OVERFLOW_POINTER;
}

int bodies_write(struct store *s, int64_t email_id, const char *source, const char *text, size_t n, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_email_body_insert, e);

	if (!st)
		return -1;
	db_bind_int(st, ":id", email_id);
	db_bind_text(st, ":source", source);
	db_bind_text_n(st, ":text", text, n);
	return db_run(s, st, e);
}

/* The largest one that fits; the largest of all when none does: it begins a page. */
static size_t choose(const struct bodies *b)
{
	size_t best = 0;
	bool fits = b->items[0].cell <= b->room;

	for (size_t i = 1; i < b->count; i++) {
		bool also = b->items[i].cell <= b->room;
		if (also != fits ? also : b->items[i].cell > b->items[best].cell) {
			best = i;
			fits = also;
		}
	}
	return best;
}

static void take_room(struct bodies *b, size_t cell)
{
	size_t room = cell <= b->room ? b->room : PAGE_ROOM;

	b->room = cell <= room ? room - cell : 0;
}

static int write_one(struct bodies *b, struct err *e)
{
	size_t i = choose(b);
	struct waiting w = b->items[i];
	int rc = bodies_write(b->store, w.email_id, w.source, w.text, w.n, e);

	take_room(b, w.cell);
	free(w.text);
	b->items[i] = b->items[--b->count];
	return rc;
}

int bodies_put(struct bodies *b, int64_t email_id, const char *source, const char *text, size_t n, struct err *e)
{
	if (n > WAITING_BYTES) {
		take_room(b, cell_of(n));
		return bodies_write(b->store, email_id, source, text, n, e);
	}
	if (b->count == WAITING_MAX && write_one(b, e) != 0)
		return -1;
	b->items[b->count++] = (struct waiting){email_id, source, mem_strndup(text, n), n, cell_of(n)};
	return 0;
}

int bodies_flush(struct bodies *b, struct err *e)
{
	while (b->count > 0)
		if (write_one(b, e) != 0)
			return -1;
	return 0;
}
