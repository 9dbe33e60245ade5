#include "job/team.h"

#include <string.h>
#include <strings.h>

static int parse_role(const char *role, bool *is_admin, struct err *e)
{
	bool admin = strcasecmp(role, "admin") == 0;

	if (!admin && strcasecmp(role, "member") != 0)
		return err_set(e, ERR_INPUT, "role \"%.60s\": a role is admin or member", role);
	*is_admin = admin;
	return 0;
}

static int parse_active(const char *word, bool *is_active, struct err *e)
{
	static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (strcasecmp(word, yes[i]) != 0 && strcasecmp(word, no[i]) != 0)
			continue;
		*is_active = strcasecmp(word, yes[i]) == 0;
		return 0;
	}
	return err_set(e, ERR_INPUT, "active \"%.60s\": say yes or no", word);
}

static bool given(const char *text)
{
	return text && *text;
}

/* Puts what the entry says over the member's values. */
static int apply(struct arena *a, const struct team_entry *t, struct user *u, bool *changed, struct err *e)
{
	struct user before = *u;

	if (given(t->name) && people_name(a, t->name, &u->name, e) != 0)
		return -1;
	if (given(t->role) && parse_role(t->role, &u->is_admin, e) != 0)
		return -1;
	if (given(t->active) && parse_active(t->active, &u->is_active, e) != 0)
		return -1;
	*changed = !before.name || strcmp(before.name, u->name) != 0 || before.is_admin != u->is_admin ||
	           before.is_active != u->is_active;
	return 0;
}

/* Gives the member an address that nobody else has; a removed member's is free. */
static int give(
    struct store *s, struct arena *a, int64_t id, const char *address, bool is_primary, bool *changed, struct err *e)
{
	struct user owner;
	bool found;

	if (users_get(s, a, address, &owner, &found, e) != 0)
		return -1;
	if (found && owner.id == id && (!is_primary || (owner.address && strcmp(owner.address, address) == 0)))
		return 0;
	if (found && owner.id != id && !owner.is_removed)
		return err_set(e, ERR_REFUSED, "%s is an address of %s already", address, owner.name);
	if (people_check_not_investor(s, address, e) != 0)
		return -1;
	*changed = true;
	return users_set_address(s, id, address, is_primary, e);
}

static int insert(struct store *s, struct arena *a, const char *address, const struct user *u, int64_t now, int64_t *id,
    struct err *e)
{
	bool changed;

	if (!u->name)
		return err_set(e, ERR_INPUT, "%s is new on the team: a name is needed", address);
	if (users_insert(s, u, now, id, e) != 0)
		return -1;
	return give(s, a, *id, address, true, &changed, e);
}

static int update(struct store *s, const struct user *u, bool changed, enum people_change *change, struct err *e)
{
	if (changed)
		*change = PEOPLE_CHANGED;
	if (changed && users_update(s, u, e) != 0)
		return -1;
	if (!u->is_removed)
		return 0;
	*change = PEOPLE_RESTORED;
	return users_set_deleted(s, u->id, 0, e);
}

int team_put(struct store *s, struct arena *a, const struct team_entry *t, int64_t now, enum people_change *change,
    int64_t *id, struct err *e)
{
	struct people_words aliases;
	struct user u = {.is_active = true};
	const char *address;
	bool found, changed;

	*change = PEOPLE_UNCHANGED;
	if (people_address(a, t->address, &address, e) != 0 || people_addresses(a, &t->aliases, &aliases, e) != 0 ||
	    users_get(s, a, address, &u, &found, e) != 0)
		return -1;
	/* An alias of someone removed tells no person: the address is free. */
	if (found && u.is_removed && (!u.address || strcmp(u.address, address) != 0)) {
		found = false;
		u = (struct user){.is_active = true};
	}
	if (apply(a, t, &u, &changed, e) != 0)
		return -1;
	*id = u.id;
	if (!found)
		*change = PEOPLE_ADDED;
	if ((found ? update(s, &u, changed, change, e) : insert(s, a, address, &u, now, id, e)) != 0)
		return -1;
	changed = false;
	for (size_t i = 0; i < aliases.count; i++)
		if (give(s, a, *id, aliases.items[i], false, &changed, e) != 0)
			return -1;
	if (changed && *change == PEOPLE_UNCHANGED)
		*change = PEOPLE_CHANGED;
	return 0;
}

static int find(struct store *s, struct arena *a, const char *typed, bool removed, struct user *u, struct err *e)
{
	const char *address;
	bool found;

	if (people_address(a, typed, &address, e) != 0 || users_get(s, a, address, u, &found, e) != 0)
		return -1;
	if (!found || u->is_removed != removed)
		return err_set(e, ERR_INPUT, "%s: no such %smember of the team (`team list%s` shows them)", typed,
		    removed ? "removed " : "", removed ? " --all" : "");
	return 0;
}

static int unalias(struct store *s, const struct user *u, const struct people_words *aliases, struct err *e)
{
	bool found;

	for (size_t i = 0; i < aliases->count; i++) {
		if (users_remove_alias(s, u->id, aliases->items[i], &found, e) != 0)
			return -1;
		if (!found)
			return err_set(e, ERR_INPUT, "%s is no alias of %s", aliases->items[i], u->name);
	}
	return 0;
}

static int restore(struct store *s, const struct user *u, const char *typed, struct err *e)
{
	if (!u->address)
		return err_set(e, ERR_REFUSED,
		    "%s: another member has the address of %s now: `team add` makes a new entry", typed, u->name);
	return users_set_deleted(s, u->id, 0, e);
}

static int act_on(struct store *s, struct arena *a, const struct team_change *c, struct user *u,
    enum people_change *change, struct err *e)
{
	struct people_words aliases;
	bool changed = false;

	if (people_addresses(a, &c->entry.aliases, &aliases, e) != 0)
		return -1;
	*change = PEOPLE_CHANGED;
	switch (c->action) {
	case TEAM_UNALIAS: return unalias(s, u, &aliases, e);
	case TEAM_PRIMARY:
		if (give(s, a, u->id, aliases.items[0], true, &changed, e) != 0)
			return -1;
		*change = changed ? PEOPLE_CHANGED : PEOPLE_UNCHANGED;
		return 0;
	case TEAM_REMOVE: *change = PEOPLE_REMOVED; return users_set_deleted(s, u->id, c->now, e);
	case TEAM_RESTORE: *change = PEOPLE_RESTORED; return restore(s, u, c->entry.address, e);
	case TEAM_ADD:
	case TEAM_SET: break;
	}
	return err_set(e, ERR_BUG, "team: no such action");
}

static int act(struct store *s, struct arena *a, const struct team_change *c, enum people_change *change, struct err *e)
{
	struct user u;
	int64_t id;

	if (c->action != TEAM_ADD && find(s, a, c->entry.address, c->action == TEAM_RESTORE, &u, e) != 0)
		return -1;
	if (c->action == TEAM_ADD || c->action == TEAM_SET)
		return team_put(s, a, &c->entry, c->now, change, &id, e);
	return act_on(s, a, c, &u, change, e);
}

static int read_back(struct store *s, struct arena *a, const char *typed, struct user *u, struct err *e)
{
	const char *address;
	bool found;

	if (people_address(a, typed, &address, e) != 0 || users_get(s, a, address, u, &found, e) != 0)
		return -1;
	return found ? 0 : err_set(e, ERR_BUG, "%s: gone", typed);
}

int team_change(struct store *s, struct arena *a, const struct team_change *c, struct team_outcome *out, struct err *e)
{
	int64_t before = 0, after = 0;
	int rc;

	*out = (struct team_outcome){0};
	if (store_begin(s, e) != 0)
		return -1;
	rc = users_count_admins(s, &before, e);
	if (rc == 0)
		rc = act(s, a, c, &out->change, e);
	if (rc == 0)
		rc = users_count_admins(s, &after, e);
	if (rc == 0)
		rc = read_back(s, a, c->entry.address, &out->user, e);
	out->no_recipient = before > 0 && after == 0;
	return people_end(s, c->dry_run, rc, e);
}
