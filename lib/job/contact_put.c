#include "job/contact.h"

#include <string.h>

/* An entry whose words are checked, on its way to its record. */
struct putting {
	struct store *s;
	struct arena *a;
	int64_t now;
	enum investor_kind kind;
	const char *name, *notes;
	int64_t parent_id; /* 0: not told */
	bool no_parent;
	struct people_words addresses, aliases, domains;
	struct investor record; /* as it was; id 0: a new one */
	bool changed;
};

static bool given(const char *text)
{
	return text && *text;
}

static bool holds(const struct people_words *w, const char *text)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->items[i], text) == 0)
			return true;
	return false;
}

static int parent_named(struct putting *p, enum investor_kind kind, const char *typed, struct err *e)
{
	struct investor_ids ids;
	const char *name;

	if (people_name(p->a, typed, &name, e) != 0 || investors_find_name(p->s, p->a, kind, name, false, &ids, e) != 0)
		return -1;
	if (ids.count == 0)
		return err_set(e, ERR_INPUT, "no %s \"%s\" is on record", investor_kind_name(kind), name);
	p->parent_id = ids.items[0];
	return 0;
}

static int check_parent(struct putting *p, const struct contact_entry *c, struct err *e)
{
	if (given(c->organisation) && c->kind != INVESTOR_CONTACT)
		return err_set(e, ERR_INPUT, "only a contact belongs to an organisation");
	if (given(c->fund) && c->kind != INVESTOR_CONTACT && c->kind != INVESTOR_ORGANISATION)
		return err_set(e, ERR_INPUT, "only a contact or an organisation belongs to a fund");
	if (given(c->fund) && given(c->organisation))
		return err_set(e, ERR_INPUT,
		    "a contact belongs to an organisation or to a fund: give the organisation, and it the "
		    "fund");
	if (given(c->organisation))
		return parent_named(p, INVESTOR_ORGANISATION, c->organisation, e);
	return given(c->fund) ? parent_named(p, INVESTOR_FUND, c->fund, e) : 0;
}

static int check_domains(
    struct putting *p, const struct domain_rules *rules, const struct people_words *typed, struct err *e)
{
	if (typed->count && p->kind != INVESTOR_FUND && p->kind != INVESTOR_ORGANISATION)
		return err_set(e, ERR_INPUT, "a domain belongs to an organisation or a fund");
	p->domains.items = arena_array(p->a, typed->count + 1, sizeof *p->domains.items);
	for (size_t i = 0; i < typed->count; i++) {
		const char *domain;
		if (domain_rules_check(rules, p->a, typed->items[i], &domain, e) != 0)
			return -1;
		if (!holds(&p->domains, domain))
			p->domains.items[p->domains.count++] = domain;
	}
	return 0;
}

static int check(struct putting *p, const struct domain_rules *rules, const struct contact_entry *c, struct err *e)
{
	if (given(c->name) && people_name(p->a, c->name, &p->name, e) != 0)
		return -1;
	if (people_addresses(p->a, &c->addresses, &p->addresses, e) != 0 ||
	    people_addresses(p->a, &c->aliases, &p->aliases, e) != 0)
		return -1;
	if (given(c->notes) && people_text(p->a, c->notes, &p->notes, e) != 0)
		return -1;
	return check_domains(p, rules, &c->domains, e) == 0 ? check_parent(p, c, e) : -1;
}

static int load(struct putting *p, int64_t id, struct err *e)
{
	bool found;

	return investors_get(p->s, p->a, id, &p->record, &found, e);
}

/* Fund and organisation: by name; one that is there comes before a removed one. */
static int find_by_name(struct putting *p, struct err *e)
{
	struct investor_ids ids;

	if (investors_find_name(p->s, p->a, p->kind, p->name, true, &ids, e) != 0)
		return -1;
	return ids.count ? load(p, ids.items[0], e) : 0;
}

/* Among the records with the i-th address: the one of our name, or for the first address any. */
static int find_by_address(struct putting *p, size_t i, struct err *e)
{
	struct investor_ids ids;
	struct investor first = {0};

	if (investors_find_address(p->s, p->a, p->kind, p->addresses.items[i], true, &ids, e) != 0)
		return -1;
	for (size_t k = 0; k < ids.count; k++) {
		if (load(p, ids.items[k], e) != 0)
			return -1;
		if (p->name && strcmp(p->record.name, p->name) == 0)
			return 0;
		if (k == 0)
			first = p->record;
	}
	p->record = i == 0 ? first : (struct investor){0};
	return 0;
}

/* A contact whose addresses are all new: the one of the same name, when it is clear that it is the same person. */
static int find_namesake(struct putting *p, struct err *e)
{
	struct investor_ids ids;
	size_t alike = 0;

	if (investors_find_name(p->s, p->a, p->kind, p->name, false, &ids, e) != 0)
		return -1;
	if (p->addresses.count == 0 && ids.count > 1)
		return err_set(e, ERR_INPUT, "%zu contacts are named \"%s\": give an address", ids.count, p->name);
	for (size_t i = 0; i < ids.count; i++) {
		struct investor other;
		bool found;
		if (investors_get(p->s, p->a, ids.items[i], &other, &found, e) != 0)
			return -1;
		if (p->addresses.count > 0 && (p->parent_id == 0 || other.parent_id != p->parent_id))
			continue;
		p->record = other;
		alike++;
	}
	if (alike > 1)
		p->record = (struct investor){0};
	return 0;
}

static int find(struct putting *p, struct err *e)
{
	if (p->kind == INVESTOR_ADDRESS && p->addresses.count != 1)
		return err_set(e, ERR_INPUT, "a plain address is one address");
	if (!p->name && p->kind != INVESTOR_ADDRESS)
		return err_set(e, ERR_INPUT, "the name is missing");
	if (p->kind == INVESTOR_FUND || p->kind == INVESTOR_ORGANISATION)
		return find_by_name(p, e);
	for (size_t i = 0; i < p->addresses.count && p->record.id == 0; i++)
		if (find_by_address(p, i, e) != 0)
			return -1;
	return p->record.id == 0 && p->kind == INVESTOR_CONTACT ? find_namesake(p, e) : 0;
}

static bool differs(const char *now, const char *before)
{
	return now && (!before || strcmp(now, before) != 0);
}

/* Funds and organisations are known by name: two of one name would be one record on the next import. */
static int check_rename(struct putting *p, struct err *e)
{
	struct investor_ids ids;

	if (p->kind != INVESTOR_FUND && p->kind != INVESTOR_ORGANISATION)
		return 0;
	if (investors_find_name(p->s, p->a, p->kind, p->name, false, &ids, e) != 0)
		return -1;
	if (ids.count && ids.items[0] != p->record.id)
		return err_set(e, ERR_REFUSED, "there is another %s \"%s\"", investor_kind_name(p->kind), p->name);
	return 0;
}

/* Writes the record itself; *change says what that came to. */
static int write_record(struct putting *p, enum people_change *change, int64_t *id, struct err *e)
{
	struct investor i = p->record;

	i.kind = p->kind;
	i.name = p->name ? p->name : i.id ? i.name : p->addresses.items[0];
	i.notes = p->notes ? p->notes : i.notes;
	i.parent_id = p->no_parent ? 0 : p->parent_id ? p->parent_id : i.parent_id;
	*change = PEOPLE_ADDED;
	*id = i.id;
	if (i.id == 0)
		return investors_insert(p->s, &i, p->now, id, e);
	*change = PEOPLE_UNCHANGED;
	if (differs(p->name, p->record.name) || differs(p->notes, p->record.notes) ||
	    i.parent_id != p->record.parent_id) {
		*change = PEOPLE_CHANGED;
		if (p->name && check_rename(p, e) != 0)
			return -1;
		if (investors_update(p->s, &i, p->now, e) != 0)
			return -1;
	}
	if (!i.is_removed)
		return 0;
	*change = PEOPLE_RESTORED;
	return investors_set_deleted(p->s, i.id, 0, p->now, e);
}

static int write_address(struct putting *p, int64_t id, const char *address, bool is_alias, struct err *e)
{
	for (size_t i = 0; i < p->record.address_count; i++)
		if (strcmp(p->record.addresses[i].address, address) == 0 && p->record.addresses[i].is_alias == is_alias)
			return 0;
	p->changed = true;
	return people_check_not_own(p->s, address, e) == 0 ? investors_set_address(p->s, id, address, is_alias, e) : -1;
}

static int write_domain(struct putting *p, int64_t id, const char *domain, struct err *e)
{
	for (size_t i = 0; i < p->record.domain_count; i++)
		if (strcmp(p->record.domains[i], domain) == 0)
			return 0;
	p->changed = true;
	return investors_set_domain(p->s, id, domain, e);
}

static int write_words(struct putting *p, int64_t id, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < p->addresses.count && rc == 0; i++)
		rc = write_address(p, id, p->addresses.items[i], false, e);
	for (size_t i = 0; i < p->aliases.count && rc == 0; i++)
		if (!holds(&p->addresses, p->aliases.items[i]))
			rc = write_address(p, id, p->aliases.items[i], true, e);
	for (size_t i = 0; i < p->domains.count && rc == 0; i++)
		rc = write_domain(p, id, p->domains.items[i], e);
	return rc;
}

static int write_all(struct putting *p, enum people_change *change, int64_t *id, struct err *e)
{
	if (write_record(p, change, id, e) != 0 || write_words(p, *id, e) != 0)
		return -1;
	if (p->changed && *change == PEOPLE_UNCHANGED)
		*change = PEOPLE_CHANGED;
	return 0;
}

int contact_put(struct store *s, const struct domain_rules *rules, struct arena *a, const struct contact_entry *c,
    int64_t now, enum people_change *change, int64_t *id, struct err *e)
{
	struct putting p = {.s = s, .a = a, .now = now, .kind = c->kind};

	if (check(&p, rules, c, e) != 0 || find(&p, e) != 0)
		return -1;
	return write_all(&p, change, id, e);
}

int contact_set(struct store *s, const struct domain_rules *rules, struct arena *a, const struct contact_entry *c,
    const struct investor *record, int64_t now, enum people_change *change, struct err *e)
{
	struct contact_entry entry = *c;
	struct putting p = {
	    .s = s, .a = a, .now = now, .kind = record->kind, .record = *record, .no_parent = c->no_parent};
	int64_t id;

	entry.kind = record->kind;
	return check(&p, rules, &entry, e) == 0 ? write_all(&p, change, &id, e) : -1;
}
