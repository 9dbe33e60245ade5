#include "job/match_people.h"

#include "base/mem.h"
#include "mail/domain.h"
#include "store/match_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 24 };

const char *match_people_variant(struct arena *a, const char *address)
{
	const char *at = strrchr(address, '@'), *plus;
	size_t local, len = 0;
	char *out;

	if (!at)
		return address;
	bool gmail = strcmp(at, "@gmail.com") == 0 || strcmp(at, "@googlemail.com") == 0;
	plus = memchr(address, '+', (size_t)(at - address));
	local = plus && plus > address ? (size_t)(plus - address) : (size_t)(at - address);
	if (!gmail && address + local == at)
		return address;
	out = arena_alloc(a, strlen(address) + 1);
	for (size_t i = 0; i < local; i++)
		if (!gmail || address[i] != '.')
			out[len++] = address[i];
	at = gmail ? "@gmail.com" : at;
	memcpy(out + len, at, strlen(at) + 1);
	return out;
}

static size_t id_text(char out[static ID_BYTES], int64_t id)
{
	return (size_t)snprintf(out, ID_BYTES, "%lld", (long long)id);
}

size_t match_people_find(const struct match_people *p, int64_t id)
{
	char text[ID_BYTES];
	size_t n = id_text(text, id);
	const struct match_entry *entry = match_table_find(&p->ids, text, n);

	return entry ? entry->first : SIZE_MAX;
}

static uint32_t investor_of(struct match_people *p, const struct match_row *row)
{
	size_t known = match_people_find(p, row->investor_id);
	char text[ID_BYTES];

	if (known != SIZE_MAX)
		return (uint32_t)known;
	if (p->investor_count == p->investor_size) {
		p->investor_size = p->investor_size ? p->investor_size * 2 : 64;
		p->investors = mem_realloc(p->investors, p->investor_size, sizeof *p->investors);
	}
	id_text(text, row->investor_id);
	match_table_add(&p->ids, arena_strdup(&p->arena, text))->first = (uint32_t)p->investor_count;
	p->investors[p->investor_count] =
	    (struct match_investor){.id = row->investor_id, .name = arena_strdup(&p->arena, row->name)};
	return (uint32_t)p->investor_count++;
}

static void push(struct match_people *p, uint32_t investor)
{
	if (p->list_count == p->list_size) {
		p->list_size = p->list_size ? p->list_size * 2 : 64;
		p->list = mem_realloc(p->list, p->list_size, sizeof *p->list);
	}
	p->list[p->list_count++] = investor;
}

/* Rows come with the one that decides first; of the others only those that are its equals count. */
static bool add_row(struct match_people *p, struct match_table *t, const struct match_row *row)
{
	struct match_entry *last = t->count ? &t->entries[t->count - 1] : NULL;

	if (last && strcmp(last->key, row->key) == 0) {
		if (last->rank == row->rank && last->is_alias == row->is_alias) {
			push(p, investor_of(p, row));
			last->count++;
		}
		return false;
	}
	uint32_t investor = investor_of(p, row);
	struct match_entry *entry = match_table_add(t, arena_strdup(&p->arena, row->key));
	entry->first = (uint32_t)p->list_count;
	entry->count = 1;
	entry->rank = (uint8_t)row->rank;
	entry->is_alias = row->is_alias;
	push(p, investor);
	return true;
}

static void add_own(const char *address, void *arg)
{
	struct match_people *p = arg;

	match_table_add(&p->own, arena_strdup(&p->arena, address));
}

static void add_address(const struct match_row *row, void *arg)
{
	struct match_people *p = arg;

	if (!add_row(p, &p->addresses, row))
		return;
	const char *key = p->addresses.entries[p->addresses.count - 1].key;
	const char *variant = match_people_variant(&p->arena, key);
	if (!match_table_find(&p->variants, variant, strlen(variant)))
		match_table_add(&p->variants, variant)->first = (uint32_t)(p->addresses.count - 1);
}

/* What was accepted once may be refused today: the Public Suffix List, the free-mail list and our own domains change. */
static void add_domain(const struct match_row *row, void *arg)
{
	struct match_people *p = arg;
	struct arena a = {0};
	const char *registrable = domain_registrable(&a, row->key);

	if (registrable && strcmp(registrable, row->key) == 0 && !domain_rules_is_free_mail(p->rules, registrable) &&
	    !domain_rules_is_own(p->rules, registrable))
		add_row(p, &p->domains, row);
	arena_clear(&a);
}

int match_people_load(struct match_people *p, struct store *s, const char *free_mail, struct err *e)
{
	*p = (struct match_people){0};
	if (domain_rules_new(s, free_mail, &p->rules, e) != 0 || match_data_each_own(s, add_own, p, e) != 0 ||
	    match_data_each_address(s, add_address, p, e) != 0 || match_data_each_domain(s, add_domain, p, e) != 0) {
		match_people_clear(p);
		return -1;
	}
	return 0;
}

void match_people_clear(struct match_people *p)
{
	domain_rules_free(p->rules);
	match_table_clear(&p->own);
	match_table_clear(&p->addresses);
	match_table_clear(&p->domains);
	match_table_clear(&p->variants);
	match_table_clear(&p->ids);
	free(p->investors);
	free(p->list);
	arena_clear(&p->arena);
	*p = (struct match_people){0};
}
