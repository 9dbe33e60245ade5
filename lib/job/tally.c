#include "job/tally.h"

#include "base/arena.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { NOBODY = 0 }; /* slots hold numbers from 1 on */

struct slot {
	uint32_t hash, number;
};

/* Open addressing; its size is a power of two and never more than half full. */
struct slots {
	struct slot *at;
	size_t size;
};

struct person {
	const char *did;
	uint32_t did_len;
	struct tally_column *columns;
};

struct tally {
	struct arena dids, counts; /* `counts`: columns and names of kinds */
	struct person *people;
	size_t person_count, person_room, days;
	struct slots by_did, by_kind;
	struct span *kinds;
	size_t kind_count;
	struct tally_column **columns; /* hash table by person and kind */
	size_t column_count, column_size;
};

static size_t power_above(size_t n)
{
	size_t size = 64;

	while (size < n)
		size *= 2;
	return size;
}

static uint32_t hash_of(struct span s)
{
	return (uint32_t)XXH3_64bits(s.at, s.len);
}

static struct slots slots_new(size_t items)
{
	struct slots s = {.size = power_above(items * 2)};

	s.at = mem_alloc(s.size * sizeof *s.at);
	return s;
}

static void slots_put(struct slots *s, uint32_t hash, uint32_t number)
{
	size_t i = hash & (s->size - 1);

	while (s->at[i].number != NOBODY)
		i = (i + 1) & (s->size - 1);
	s->at[i] = (struct slot){hash, number};
}

struct tally *tally_new(void)
{
	struct tally *t = mem_alloc(sizeof *t);

	t->by_did = slots_new(0);
	t->kinds = mem_realloc(NULL, TALLY_MAX_KINDS + 1, sizeof *t->kinds);
	tally_begin(t, 0);
	return t;
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	arena_clear(&t->dids);
	arena_clear(&t->counts);
	free(t->people);
	free(t->kinds);
	free(t->by_did.at);
	free(t->by_kind.at);
	free(t->columns);
	free(t);
}

static void grow_people(struct tally *t)
{
	size_t room = t->person_room ? t->person_room * 2 : 16;

	t->people = mem_realloc(t->people, room, sizeof *t->people);
	t->person_room = room;
	free(t->by_did.at);
	t->by_did = slots_new(room);
	for (size_t i = 0; i < t->person_count; i++)
		slots_put(&t->by_did, hash_of((struct span){t->people[i].did, t->people[i].did_len}), (uint32_t)i + 1);
}

void tally_add(struct tally *t, const char *did)
{
	struct span s = span_of(did);

	if (t->person_count == t->person_room)
		grow_people(t);
	t->people[t->person_count++] = (struct person){span_dup(&t->dids, s), (uint32_t)s.len, NULL};
	slots_put(&t->by_did, hash_of(s), (uint32_t)t->person_count);
}

bool tally_find(const struct tally *t, struct span did, uint32_t *person)
{
	uint32_t hash = hash_of(did);

	for (size_t i = hash & (t->by_did.size - 1); t->by_did.at[i].number != NOBODY;
	     i = (i + 1) & (t->by_did.size - 1)) {
		const struct person *p = &t->people[t->by_did.at[i].number - 1];
		if (t->by_did.at[i].hash != hash || p->did_len != did.len || memcmp(p->did, did.at, did.len) != 0)
			continue;
		*person = t->by_did.at[i].number - 1;
		return true;
	}
	return false;
}

const char *tally_did(const struct tally *t, uint32_t person)
{
	return t->people[person].did;
}

void tally_begin(struct tally *t, size_t days)
{
	t->days = days;
	arena_clear(&t->counts);
	free(t->by_kind.at);
	free(t->columns);
	t->by_kind = slots_new(TALLY_MAX_KINDS);
	t->column_size = power_above(t->person_count * 2);
	t->columns = mem_alloc(t->column_size * sizeof(struct tally_column *));
	t->column_count = 0;
	/* No name leads to it: an engagement of any name is another kind. */
	t->kinds[TALLY_RETRIEVALS] = (struct span){"", 0};
	t->kind_count = 1;
	for (size_t i = 0; i < t->person_count; i++)
		t->people[i].columns = NULL;
}

int tally_kind(struct tally *t, struct span name, uint32_t *kind, struct err *e)
{
	uint32_t hash = hash_of(name);

	for (size_t i = hash & (t->by_kind.size - 1); t->by_kind.at[i].number != NOBODY;
	     i = (i + 1) & (t->by_kind.size - 1)) {
		struct span known = t->kinds[t->by_kind.at[i].number - 1];
		if (t->by_kind.at[i].hash != hash || known.len != name.len || memcmp(known.at, name.at, name.len) != 0)
			continue;
		*kind = t->by_kind.at[i].number - 1;
		return 0;
	}
	if (t->kind_count > TALLY_MAX_KINDS)
		return err_set(
		    e, ERR_INPUT, "more than %d types of engagement: the column holds something else", TALLY_MAX_KINDS);
	*kind = (uint32_t)t->kind_count;
	t->kinds[t->kind_count++] = (struct span){span_dup(&t->counts, name), name.len};
	slots_put(&t->by_kind, hash, (uint32_t)t->kind_count);
	return 0;
}

struct span tally_kind_name(const struct tally *t, uint32_t kind)
{
	return t->kinds[kind];
}

size_t tally_kind_count(const struct tally *t)
{
	return t->kind_count;
}

static size_t column_place(const struct tally *t, uint32_t person, uint32_t kind)
{
	uint64_t key = (uint64_t)person << 32 | kind;
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 24) & (t->column_size - 1);

	while (t->columns[i] && (t->columns[i]->person != person || t->columns[i]->kind != kind))
		i = (i + 1) & (t->column_size - 1);
	return i;
}

static void grow_columns(struct tally *t)
{
	struct tally_column **old = t->columns;
	size_t n = t->column_size;

	t->column_size = n * 2;
	t->columns = mem_alloc(t->column_size * sizeof(struct tally_column *));
	for (size_t i = 0; i < n; i++)
		if (old[i])
			t->columns[column_place(t, old[i]->person, old[i]->kind)] = old[i];
	free(old);
}

static struct tally_column *new_column(struct tally *t, uint32_t person, uint32_t kind)
{
	struct tally_column *c = arena_zalloc(&t->counts, sizeof *c + t->days * sizeof *c->counts);

	c->person = person;
	c->kind = kind;
	c->next = t->people[person].columns;
	t->people[person].columns = c;
	return c;
}

void tally_count(struct tally *t, uint32_t person, uint32_t kind, size_t day)
{
	size_t i = column_place(t, person, kind);

	if (!t->columns[i]) {
		if (++t->column_count * 2 > t->column_size) {
			grow_columns(t);
			i = column_place(t, person, kind);
		}
		t->columns[i] = new_column(t, person, kind);
	}
	t->columns[i]->counts[day]++;
}

const struct tally_column *tally_columns(const struct tally *t, uint32_t person)
{
	return t->people[person].columns;
}
