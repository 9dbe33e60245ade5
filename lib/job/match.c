#include "job/match.h"

#include "base/mem.h"
#include "job/match_people.h"
#include "mail/domain.h"
#include "store/match_data.h"

#include <stdlib.h>
#include <string.h>

/* No public suffix has more than five: what stands further to the left cannot matter, and a hostile name may have many. */
enum { MAX_LABELS = 8 };

struct matcher {
	struct store *store;
	struct match_people people;
	uint32_t turn; /* counts the messages, so that no table of marks has to be wiped */
};

/* A link before its sentence is written. */
struct found {
	uint32_t investor; /* index in people.investors */
	enum match_kind kind;
	const struct match_party *party;
	const struct match_entry *entry; /* what it was found by; NULL: the thread */
};

/* One message. */
struct matching {
	struct matcher *m;
	struct arena *a;
	const struct match_input *in;
	struct found *found;
	size_t count;
	bool thread_read;
	int64_t *thread;
	size_t thread_count;
};

int matcher_new(struct store *s, const char *free_mail, struct matcher **out, struct err *e)
{
	struct matcher *m = mem_alloc(sizeof *m);

	m->store = s;
	if (match_people_load(&m->people, s, free_mail, e) != 0) {
		free(m);
		return -1;
	}
	*out = m;
	return 0;
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	match_people_clear(&m->people);
	free(m);
}

bool matcher_is_empty(const struct matcher *m)
{
	return m->people.addresses.count == 0 && m->people.domains.count == 0;
}

bool matcher_is_own(const struct matcher *m, const char *address)
{
	return match_table_find(&m->people.own, address, strlen(address)) != NULL;
}

static void add_found(struct matching *g, const struct found *f)
{
	struct match_investor *i = &g->m->people.investors[f->investor];

	if (g->found && i->turn == g->m->turn) {
		if (f->kind < g->found[i->link].kind)
			g->found[i->link] = *f;
		return;
	}
	g->found = arena_more(g->a, g->found, g->count, sizeof *g->found);
	i->turn = g->m->turn;
	i->link = (uint32_t)g->count;
	g->found[g->count++] = *f;
}

static void add_entry(
    struct matching *g, const struct match_party *party, enum match_kind kind, const struct match_entry *entry)
{
	for (uint32_t i = 0; i < entry->count; i++) {
		const struct found f = {g->m->people.list[entry->first + i], kind, party, entry};
		add_found(g, &f);
	}
}

/* The investors of the thread, for an address that nobody knows. *any says whether there are some. */
static int try_thread(struct matching *g, const struct match_party *party, bool *any, struct err *e)
{
	const struct match_input *in = g->in;

	*any = false;
	if (in->thread_id == 0 || in->is_bulk)
		return 0;
	if (!g->thread_read &&
	    match_data_thread(g->m->store, g->a, in->thread_id, in->email_id, &g->thread, &g->thread_count, e) != 0)
		return -1;
	g->thread_read = true;
	for (size_t i = 0; i < g->thread_count; i++) {
		size_t investor = match_people_find(&g->m->people, g->thread[i]);
		if (investor == SIZE_MAX)
			continue;
		const struct found f = {(uint32_t)investor, MATCH_THREAD, party, NULL};
		add_found(g, &f);
		*any = true;
	}
	return 0;
}

/* The entry of the host's registrable domain. The Public Suffix List is asked only when some part of the host is in the table,
 * since most hosts have none there. */
static const struct match_entry *find_domain(const struct matching *g, const char *host)
{
	const struct match_table *t = &g->m->people.domains;
	const struct match_entry *entry = NULL;
	const char *registrable, *p = host + strlen(host);

	if (t->count == 0)
		return NULL;
	for (int labels = 0; p > host && labels < MAX_LABELS && !entry; labels++) {
		while (p > host && p[-1] != '.')
			p--;
		entry = match_table_find(t, p, strlen(p));
		p -= p > host && !entry;
	}
	if (!entry)
		return NULL;
	registrable = domain_registrable(g->a, host);
	return registrable ? match_table_find(t, registrable, strlen(registrable)) : NULL;
}

static const struct match_entry *find_variant(const struct matching *g, const char *address)
{
	const struct match_people *p = &g->m->people;
	const char *variant = match_people_variant(g->a, address);
	const struct match_entry *entry = match_table_find(&p->variants, variant, strlen(variant));

	return entry ? &p->addresses.entries[entry->first] : NULL;
}

static int try_party(struct matching *g, const struct match_party *party, struct err *e)
{
	const char *at = strrchr(party->address, '@');
	const struct match_entry *entry =
	    match_table_find(&g->m->people.addresses, party->address, strlen(party->address));
	bool any;

	if (entry) {
		add_entry(g, party, entry->is_alias ? MATCH_ALIAS : MATCH_ADDRESS, entry);
		return 0;
	}
	if (at && domain_rules_is_own_host(g->m->people.rules, at + 1))
		return 0;
	if (try_thread(g, party, &any, e) != 0)
		return -1;
	if (any)
		return 0;
	if (at && (entry = find_domain(g, at + 1)))
		add_entry(g, party, MATCH_DOMAIN, entry);
	else if ((entry = find_variant(g, party->address)))
		add_entry(g, party, MATCH_VARIANT, entry);
	return 0;
}

static const char *role_word(const char *role)
{
	static const char *const words[][2] = {{"from", "From"}, {"sender", "Sender"}, {"reply-to", "Reply-To"},
	    {"to", "To"}, {"cc", "Cc"}, {"bcc", "Bcc"}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], role) == 0)
			return words[i][1];
	return role;
}

static const char *why(const struct matching *g, const struct found *f, bool unverified)
{
	const char *name = g->m->people.investors[f->investor].name, *role = role_word(f->party->role);
	const char *address = f->party->address, *doubt = unverified ? "; DMARC failed: the sender may be forged" : "";

	switch (f->kind) {
	case MATCH_ADDRESS: return arena_printf(g->a, "%s %s is on record for %s%s", role, address, name, doubt);
	case MATCH_ALIAS: return arena_printf(g->a, "%s %s is an alias on record for %s%s", role, address, name, doubt);
	case MATCH_THREAD:
		return arena_printf(
		    g->a, "%s %s takes part in a thread that concerns %s%s", role, address, name, doubt);
	case MATCH_DOMAIN:
		return arena_printf(
		    g->a, "%s %s is at %s, a domain of %s%s", role, address, f->entry->key, name, doubt);
	case MATCH_VARIANT: break;
	}
	return arena_printf(g->a, "%s %s looks like %s, which is on record for %s", role, address, f->entry->key, name);
}

static void write_links(const struct matching *g, struct match_links *links)
{
	bool unverified = g->in->dmarc && strcmp(g->in->dmarc, "fail") == 0;

	links->items = arena_array(g->a, g->count, sizeof *links->items);
	for (size_t i = 0; i < g->count; i++) {
		const struct found *f = &g->found[i];
		links->items[i] = (struct match_link){
		    .investor_id = g->m->people.investors[f->investor].id,
		    .kind = f->kind,
		    .status = f->kind == MATCH_VARIANT ? MATCH_PROPOSED
		              : unverified             ? MATCH_UNVERIFIED
		                                       : MATCH_CONFIRMED,
		    .address = f->party->address,
		    .why = why(g, f, unverified),
		};
		links->is_matched = links->is_matched || f->kind != MATCH_VARIANT;
	}
	links->count = g->count;
}

int matcher_match(
    struct matcher *m, struct arena *a, const struct match_input *in, struct match_links *links, struct err *e)
{
	struct matching g = {.m = m, .a = a, .in = in};

	*links = (struct match_links){0};
	if (matcher_is_empty(m))
		return 0;
	m->turn++;
	for (size_t i = 0; i < in->count; i++)
		if (!matcher_is_own(m, in->parties[i].address) && try_party(&g, &in->parties[i], e) != 0)
			return -1;
	if (g.count)
		write_links(&g, links);
	return 0;
}

const char *match_kind_name(enum match_kind kind)
{
	static const char *const names[] = {"address", "alias", "thread", "domain", "variant"};

	return names[kind];
}

const char *match_status_name(enum match_status status)
{
	static const char *const names[] = {"confirmed", "unverified", "proposed"};

	return names[status];
}
