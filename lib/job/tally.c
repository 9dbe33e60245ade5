#include "job/tally.h"

#include "base/arena.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum {
	NOBODY = 0, /* slots hold numbers from 1 on */
	FEW = 6,    /* kinds whose columns a person has at hand: those that turned up first, which are nearly all */
};

struct slot {
	uint32_t hash, number;
};

/* Open addressing; its size is a power of two and never more than half full. */
struct slots {
	struct slot *at;
	size_t size;
};

/* All that a row needs stands together: what a row costs is the memory it has to wait for. */
struct person {
	struct tally_column *at_hand[FEW], *columns;
	uint32_t number, did_len;
	char did[];
};

struct did_slot {
	struct person *person; /* NULL: nobody */
	uint32_t hash;
};

struct tally {
	struct arena dids, counts; /* `counts`: columns and names of kinds */
	struct person **people;
	size_t person_count, person_room, days;
	struct did_slot *by_did; /* as slots */
	size_t by_did_size;
	struct slots by_kind;
	struct span *kinds;
	size_t kind_count;
	struct tally_column **columns; /* hash table by person and kind, of what is not at hand */
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

	t->by_did_size = power_above(0);
	t->by_did = mem_alloc(t->by_did_size * sizeof *t->by_did);
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
	free(t->by_did);
	free(t->by_kind.at);
	free(t->columns);
	free(t);
}

static void put_person(struct tally *t, struct person *p, uint32_t hash)
{
	size_t i = hash & (t->by_did_size - 1);

	while (t->by_did[i].person)
		i = (i + 1) & (t->by_did_size - 1);
	t->by_did[i] = (struct did_slot){p, hash};
}

static void grow_people(struct tally *t)
{
	t->person_room = t->person_room ? t->person_room * 2 : 16;
	t->people = mem_realloc(t->people, t->person_room, sizeof(struct person *));
	free(t->by_did);
	t->by_did_size = power_above(t->person_room * 2);
	t->by_did = mem_alloc(t->by_did_size * sizeof *t->by_did);
	for (size_t i = 0; i < t->person_count; i++)
		put_person(t, t->people[i], hash_of((struct span){t->people[i]->did, t->people[i]->did_len}));
}

void tally_add(struct tally *t, const char *did)
{
	struct span s = span_of(did);
	struct person *p = arena_zalloc(&t->dids, sizeof *p + s.len + 1);

	if (t->person_count == t->person_room)
		grow_people(t);
	p->number = (uint32_t)t->person_count;
	p->did_len = (uint32_t)s.len;
	memcpy(p->did, did, s.len);
	t->people[t->person_count++] = p;
	put_person(t, p, hash_of(s));
}

bool tally_find(const struct tally *t, struct span did, uint32_t *person)
{
	uint32_t hash = hash_of(did);

	if (did.len == 0)
		return false; /* a NULL, too */
	for (size_t i = hash & (t->by_did_size - 1); t->by_did[i].person; i = (i + 1) & (t->by_did_size - 1)) {
		const struct person *p = t->by_did[i].person;
		if (t->by_did[i].hash != hash || p->did_len != did.len || memcmp(p->did, did.at, did.len) != 0)
			continue;
		*person = p->number;
		return true;
	}
	return false;
}

const char *tally_did(const struct tally *t, uint32_t person)
{
	return t->people[person]->did;
}

void tally_begin(struct tally *t, size_t days)
{
	t->days = days;
	arena_clear(&t->counts);
	free(t->by_kind.at);
	free(t->columns);
	t->by_kind = slots_new(TALLY_MAX_KINDS);
	t->column_size = power_above(0);
	t->columns = mem_alloc(t->column_size * sizeof(struct tally_column *));
	t->column_count = 0;
	/* No name leads to it: an engagement of any name is another kind. */
	t->kinds[TALLY_RETRIEVALS] = (struct span){"", 0};
	t->kind_count = 1;
	for (size_t i = 0; i < t->person_count; i++) {
		memset(t->people[i]->at_hand, 0, sizeof t->people[i]->at_hand);
		t->people[i]->columns = NULL;
	}
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
	c->next = t->people[person]->columns;
	t->people[person]->columns = c;
	return c;
}

/* Where the pointer to the column is, or belongs. */
static struct tally_column **column_of(struct tally *t, uint32_t person, uint32_t kind)
{
	size_t i;

	if (kind < FEW)
		return &t->people[person]->at_hand[kind];
	i = column_place(t, person, kind);
	if (!t->columns[i] && ++t->column_count * 2 > t->column_size) {
		grow_columns(t);
		i = column_place(t, person, kind);
	}
	return &t->columns[i];
}

void tally_count(struct tally *t, uint32_t person, uint32_t kind, size_t day)
{
	struct tally_column **c = column_of(t, person, kind);

	if (!*c)
		*c = new_column(t, person, kind);
	(*c)->counts[day]++;
}

const struct tally_column *tally_columns(const struct tally *t, uint32_t person)
{
	return t->people[person]->columns;
}
