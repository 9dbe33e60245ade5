#include "job/contact.h"

#include "base/buf.h"
#include "mail/domain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool parse_id(const char *text, int64_t *id)
{
	char *end;

	if (strspn(text, "0123456789") != strlen(text) || !*text)
		return false;
	errno = 0;
	*id = strtoll(text, &end, 10);
	return errno == 0;
}

/* Leaves the removed ones, or only them. */
static int sift(struct store *s, struct arena *a, bool removed, struct investor_ids *ids, struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < ids->count; i++) {
		struct investor one;
		bool found;
		if (investors_get(s, a, ids->items[i], &one, &found, e) != 0)
			return -1;
		if (found && one.is_removed == removed)
			ids->items[kept++] = ids->items[i];
	}
	ids->count = kept;
	return 0;
}

static int candidates(
    struct store *s, struct arena *a, const char *record, bool removed, struct investor_ids *ids, struct err *e)
{
	const char *text;
	int64_t id;

	*ids = (struct investor_ids){arena_alloc(a, sizeof *ids->items), 0};
	if (parse_id(record, &id)) {
		ids->items[ids->count++] = id;
	} else if (strchr(record, '@')) {
		if (people_address(a, record, &text, e) != 0 ||
		    investors_find_address(s, a, INVESTOR_ANY, text, removed, ids, e) != 0)
			return -1;
	} else if (people_name(a, record, &text, e) != 0 ||
	           investors_find_name(s, a, INVESTOR_ANY, text, removed, ids, e) != 0) {
		return -1;
	}
	return sift(s, a, removed, ids, e);
}

static int several(const char *record, const struct investor_ids *ids, struct err *e)
{
	struct buf b = {0};

	for (size_t i = 0; i < ids->count && i < 10; i++)
		buf_printf(&b, "%s%lld", i ? ", " : "", (long long)ids->items[i]);
	err_set(e, ERR_INPUT, "\"%s\" is on %zu records: name one by its id (%s%s)", record, ids->count, buf_str(&b),
	    ids->count > 10 ? ", ..." : "");
	buf_clear(&b);
	return -1;
}

int contact_find(
    struct store *s, struct arena *a, const char *record, bool removed, struct investor *out, struct err *e)
{
	struct investor_ids ids;
	bool found;

	if (candidates(s, a, record, removed, &ids, e) != 0)
		return -1;
	if (ids.count == 0)
		return err_set(e, ERR_INPUT, "%s: no such %srecord (`contact list%s` shows them)", record,
		    removed ? "removed " : "", removed ? " --all" : "");
	return ids.count > 1 ? several(record, &ids, e) : investors_get(s, a, ids.items[0], out, &found, e);
}

static int unset_one(struct store *s, struct arena *a, const struct investor *record, const char *typed, struct err *e)
{
	const char *word;
	bool found;

	if (strchr(typed, '@')) {
		if (people_address(a, typed, &word, e) != 0 ||
		    investors_unset_address(s, record->id, word, &found, e) != 0)
			return -1;
	} else {
		word = domain_normalise(a, typed);
		if (!word)
			return err_set(e, ERR_INPUT, "\"%.100s\" is neither an address nor a domain", typed);
		if (investors_unset_domain(s, record->id, word, &found, e) != 0)
			return -1;
	}
	return found ? 0 : err_set(e, ERR_INPUT, "%s is not on record for %s", word, record->name);
}

static int unset(
    struct store *s, struct arena *a, const struct contact_change *c, const struct investor *record, struct err *e)
{
	for (size_t i = 0; i < c->words.count; i++)
		if (unset_one(s, a, record, c->words.items[i], e) != 0)
			return -1;
	return 0;
}

static int restore(struct store *s, struct arena *a, const struct investor *record, int64_t now, struct err *e)
{
	struct investor_ids ids;

	if (record->kind == INVESTOR_FUND || record->kind == INVESTOR_ORGANISATION) {
		if (investors_find_name(s, a, record->kind, record->name, false, &ids, e) != 0)
			return -1;
		if (ids.count)
			return err_set(
			    e, ERR_REFUSED, "%s: the name is record %lld's now", record->name, (long long)ids.items[0]);
	}
	return investors_set_deleted(s, record->id, 0, now, e);
}

static int act_on(struct store *s, struct arena *a, const struct domain_rules *rules, const struct contact_change *c,
    const struct investor *record, enum people_change *change, struct err *e)
{
	switch (c->action) {
	case CONTACT_SET: return contact_set(s, rules, a, &c->entry, record, c->now, change, e);
	case CONTACT_UNSET: *change = PEOPLE_CHANGED; return unset(s, a, c, record, e);
	case CONTACT_REMOVE: *change = PEOPLE_REMOVED; return investors_set_deleted(s, record->id, c->now, c->now, e);
	case CONTACT_RESTORE: *change = PEOPLE_RESTORED; return restore(s, a, record, c->now, e);
	case CONTACT_ADD: break;
	}
	return err_set(e, ERR_BUG, "contact: no such action");
}

static int act(struct store *s, struct arena *a, const struct contact_change *c, enum people_change *change,
    int64_t *id, struct err *e)
{
	struct domain_rules *rules = NULL;
	struct investor record = {0};
	int rc = domain_rules_new(s, c->free_mail, &rules, e);

	if (rc == 0 && c->action == CONTACT_ADD) {
		rc = contact_put(s, rules, a, &c->entry, c->now, change, id, e);
	} else if (rc == 0 && (rc = contact_find(s, a, c->record, c->action == CONTACT_RESTORE, &record, e)) == 0) {
		*id = record.id;
		rc = act_on(s, a, rules, c, &record, change, e);
	}
	domain_rules_free(rules);
	return rc;
}

int contact_change(struct store *s, struct arena *a, const struct contact_change *c, enum people_change *change,
    struct investor *out, struct err *e)
{
	int64_t id = 0;
	bool found;
	int rc;

	*change = PEOPLE_UNCHANGED;
	if (store_begin(s, e) != 0)
		return -1;
	rc = act(s, a, c, change, &id, e);
	if (rc == 0)
		rc = investors_get(s, a, id, out, &found, e);
	return people_end(s, c->dry_run, rc, e);
}
