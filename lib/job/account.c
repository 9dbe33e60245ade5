#include "job/account.h"

static int check_free(struct store *s, const char *address, const struct people_words *aliases, struct err *e)
{
	if (people_check_not_investor(s, address, e) != 0)
		return -1;
	for (size_t i = 0; i < aliases->count; i++)
		if (people_check_not_investor(s, aliases->items[i], e) != 0)
			return -1;
	return 0;
}

static int add(struct store *s, const char *address, const struct people_words *aliases, int64_t now,
    enum people_change *change, struct err *e)
{
	static const enum people_change as_people[] = {
	    [ACCOUNTS_ADDED] = PEOPLE_ADDED,
	    [ACCOUNTS_RESTORED] = PEOPLE_RESTORED,
	    [ACCOUNTS_CHANGED] = PEOPLE_CHANGED,
	    [ACCOUNTS_UNCHANGED] = PEOPLE_UNCHANGED,
	};
	enum accounts_change done;

	if (check_free(s, address, aliases, e) != 0 ||
	    accounts_add(s, address, aliases->items, aliases->count, now, &done, e) != 0)
		return -1;
	*change = as_people[done];
	return 0;
}

static int find(struct store *s, struct arena *a, const char *address, struct account *out, struct err *e)
{
	bool found;

	if (accounts_get(s, a, address, out, &found, e) != 0)
		return -1;
	return found ? 0 : err_set(e, ERR_INPUT, "%s: no such mailbox (`account list` shows them)", address);
}

static int alias(struct store *s, struct arena *a, const char *address, const struct people_words *aliases,
    enum people_change *change, struct err *e)
{
	struct account account;
	bool added;

	if (find(s, a, address, &account, e) != 0 || check_free(s, address, aliases, e) != 0)
		return -1;
	for (size_t i = 0; i < aliases->count; i++) {
		if (accounts_add_alias(s, account.id, aliases->items[i], &added, e) != 0)
			return -1;
		if (added)
			*change = PEOPLE_CHANGED;
	}
	return 0;
}

static int unalias(struct store *s, struct arena *a, const char *address, const struct people_words *aliases,
    enum people_change *change, struct err *e)
{
	struct account account;
	bool found;

	if (find(s, a, address, &account, e) != 0)
		return -1;
	for (size_t i = 0; i < aliases->count; i++) {
		if (accounts_remove_alias(s, account.id, aliases->items[i], &found, e) != 0)
			return -1;
		if (!found)
			return err_set(
			    e, ERR_INPUT, "%s is no alias of the mailbox %s", aliases->items[i], account.address);
		*change = PEOPLE_CHANGED;
	}
	return 0;
}

static int remove_or_restore(
    struct store *s, const char *address, bool restore, int64_t now, enum people_change *change, struct err *e)
{
	bool found;

	if ((restore ? accounts_restore(s, address, &found, e) : accounts_remove(s, address, now, &found, e)) != 0)
		return -1;
	*change = restore ? PEOPLE_RESTORED : PEOPLE_REMOVED;
	return found ? 0
	             : err_set(e, ERR_INPUT, "%s: no such %smailbox (`account list --all` shows them)", address,
	                   restore ? "removed " : "");
}

static int act(struct store *s, struct arena *a, const struct account_change *c, const char *address,
    const struct people_words *aliases, enum people_change *change, struct err *e)
{
	switch (c->action) {
	case ACCOUNT_ADD: return add(s, address, aliases, c->now, change, e);
	case ACCOUNT_ALIAS: return alias(s, a, address, aliases, change, e);
	case ACCOUNT_UNALIAS: return unalias(s, a, address, aliases, change, e);
	case ACCOUNT_REMOVE:
	case ACCOUNT_RESTORE: break;
	}
	return remove_or_restore(s, address, c->action == ACCOUNT_RESTORE, c->now, change, e);
}

int account_change(struct store *s, struct arena *a, const struct account_change *c, enum people_change *change,
    struct account *out, struct err *e)
{
	struct people_words aliases;
	const char *address;
	bool found;
	int rc;

	*change = PEOPLE_UNCHANGED;
	if (people_address(a, c->address, &address, e) != 0 || people_addresses(a, &c->aliases, &aliases, e) != 0 ||
	    store_begin(s, e) != 0)
		return -1;
	*out = (struct account){.address = address, .is_removed = c->action == ACCOUNT_REMOVE};
	rc = act(s, a, c, address, &aliases, change, e);
	if (rc == 0 && c->action != ACCOUNT_REMOVE)
		rc = accounts_get(s, a, address, out, &found, e);
	return people_end(s, c->dry_run, rc, e);
}
