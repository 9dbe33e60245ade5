#include "job/account_gmail.h"

#include "base/span.h"
#include "job/gmail_access.h"
#include "mail/address.h"
#include "net/jwt.h"
#include "store/credentials.h"
#include "store/users.h"

#include <string.h>

enum { TEST_TRIES = 2 };

static bool is_in_domain(const char *address, const char *domains)
{
	const char *domain = strrchr(address, '@') + 1;
	struct span d = span_of(domain);

	for (const char *s = domains; *s; s += *s == ',') {
		size_t n = strcspn(s, ",");
		struct span word = span_trim((struct span){s, n});
		if (word.len > 0 && *word.at == '@')
			word = span_skip(word, 1);
		if (span_same(word, d))
			return true;
		s += n;
	}
	return false;
}

static int check_key_file(const struct config *c, struct err *e)
{
	const char *path = config_text(c, "MAILROOM_GMAIL_KEY_FILE");
	struct jwt_key *key = NULL;

	if (!path)
		return err_set(e, ERR_CONFIG,
		    "MAILROOM_GMAIL_KEY_FILE names no service account's key file: see \"GOOGLE WORKSPACE\" in "
		    "account(1), or use `account login`");
	if (jwt_key_read(path, &key, e) != 0)
		return err_prefix(e, "MAILROOM_GMAIL_KEY_FILE");
	jwt_key_free(key);
	return 0;
}

static int set_delegation(struct store *s, const struct account *account, enum people_change *change, struct err *e)
{
	bool found;

	if (strcmp(account->provider, ACCOUNTS_DELEGATION) == 0)
		return 0;
	if (strcmp(account->provider, ACCOUNTS_IMAP) == 0)
		return err_set(e, ERR_REFUSED, "%s: is an IMAP mailbox", account->address);
	if (*change == PEOPLE_UNCHANGED)
		*change = PEOPLE_CHANGED;
	if (credentials_remove(s, account->id, CREDENTIALS_OAUTH, &found, e) != 0)
		return -1;
	return accounts_set_provider(s, account->id, ACCOUNTS_DELEGATION, e);
}

/* Inside the transaction. */
static int enroll(struct store *s, struct arena *a, const char *address, int64_t now, enum people_change *change,
    struct account *out, struct err *e)
{
	static const enum people_change as_people[] = {
	    [ACCOUNTS_ADDED] = PEOPLE_ADDED,
	    [ACCOUNTS_RESTORED] = PEOPLE_RESTORED,
	    [ACCOUNTS_CHANGED] = PEOPLE_CHANGED,
	    [ACCOUNTS_UNCHANGED] = PEOPLE_UNCHANGED,
	};
	enum accounts_change done;
	bool found;

	if (people_check_not_investor(s, address, e) != 0 || accounts_add(s, address, NULL, 0, now, &done, e) != 0 ||
	    accounts_get(s, a, address, out, &found, e) != 0)
		return -1;
	*change = as_people[done];
	if (set_delegation(s, out, change, e) != 0)
		return -1;
	return accounts_get(s, a, address, out, &found, e);
}

int account_gmail_enroll(const struct account_gmail *g, struct arena *a, const char *typed, enum people_change *change,
    struct account *out, struct err *e)
{
	const char *domains = config_text(g->config, "MAILROOM_GMAIL_DOMAIN"), *address;

	if (people_address(a, typed, &address, e) != 0 || check_key_file(g->config, e) != 0)
		return -1;
	if (domains && !is_in_domain(address, domains))
		return err_set(e, ERR_REFUSED,
		    "%s: is not in the Workspace (MAILROOM_GMAIL_DOMAIN is %s), and delegation covers that alone: use "
		    "`account login %s`",
		    address, domains, address);
	if (store_begin(g->store, e) != 0)
		return -1;
	return people_end(g->store, g->dry_run, enroll(g->store, a, address, g->now, change, out, e), e);
}

/* The member's address in the domain, the primary one first; NULL when there is none. */
static const char *address_in_domain(const struct user *u, const char *domains)
{
	if (u->address && is_in_domain(u->address, domains))
		return u->address;
	for (size_t i = 0; i < u->alias_count; i++)
		if (is_in_domain(u->aliases[i], domains))
			return u->aliases[i];
	return NULL;
}

struct walk {
	const struct account_gmail *g;
	struct arena *a;
	const char *domains;
	struct account_gmail_member *members;
	size_t n, size;
	struct err *e;
};

/* The members first, then their mailboxes: a statement that is being read must not see its own changes. */
static int note_member(const struct user *u, void *arg)
{
	struct walk *w = arg;
	const char *address = u->is_active ? address_in_domain(u, w->domains) : NULL;

	if (!u->is_active)
		return 0;
	if (w->n == w->size) {
		w->members =
		    arena_grow(w->a, w->members, w->size * sizeof *w->members, (w->size * 2 + 16) * sizeof *w->members);
		w->size = w->size * 2 + 16;
	}
	w->members[w->n++] = (struct account_gmail_member){
	    .name = arena_strdup(w->a, u->name),
	    .address = address ? arena_strdup(w->a, address) : NULL,
	    .change = PEOPLE_UNCHANGED,
	    .why = address ? NULL : "no address in the domain",
	};
	return 0;
}

struct removed {
	const char *address;
	bool found;
};

static int is_removed(const struct account *account, void *arg)
{
	struct removed *r = arg;

	if (account->is_removed && strcmp(account->address, r->address) == 0)
		r->found = true;
	return 0;
}

static int enroll_member(struct walk *w, struct account_gmail_member *m)
{
	struct store *s = w->g->store;
	struct removed r = {m->address, false};
	struct account account;
	bool found;

	if (!m->address)
		return 0;
	if (accounts_get(s, w->a, m->address, &account, &found, w->e) != 0)
		return -1;
	if (!found && accounts_each(s, true, is_removed, &r, w->e) != 0)
		return -1;
	if (r.found)
		m->why = "was removed; `account restore` takes it back";
	else if (found && strcmp(account.address, m->address) != 0)
		m->why = "is an alias of another mailbox";
	else if (found && strcmp(account.provider, ACCOUNTS_OAUTH) == 0)
		m->why = "is logged in by OAuth";
	else if (found && strcmp(account.provider, ACCOUNTS_IMAP) == 0)
		m->why = "is an IMAP mailbox";
	else
		return enroll(s, w->a, m->address, w->g->now, &m->change, &account, w->e);
	return 0;
}

int account_gmail_enroll_all(const struct account_gmail *g,
    void (*each)(const struct account_gmail_member *, void *arg), void *arg, struct err *e)
{
	struct arena a = {0};
	struct walk w = {.g = g, .a = &a, .domains = config_text(g->config, "MAILROOM_GMAIL_DOMAIN"), .e = e};
	int rc = 0;

	if (!w.domains)
		return err_set(e, ERR_CONFIG, "MAILROOM_GMAIL_DOMAIN does not say which domain the Workspace has");
	if (check_key_file(g->config, e) != 0 || store_begin(g->store, e) != 0)
		return -1;
	rc = users_each(g->store, false, note_member, &w, e);
	for (size_t i = 0; i < w.n && rc == 0; i++)
		rc = enroll_member(&w, &w.members[i]);
	rc = people_end(g->store, g->dry_run, rc, e);
	for (size_t i = 0; i < w.n && rc == 0; i++)
		each(&w.members[i], arg);
	arena_clear(&a);
	return rc;
}

int account_gmail_find(struct store *s, struct arena *a, const char *typed, struct account *out, struct err *e)
{
	const char *address;
	bool found;

	if (people_address(a, typed, &address, e) != 0 || accounts_get(s, a, address, out, &found, e) != 0)
		return -1;
	return found ? 0 : err_set(e, ERR_INPUT, "%s: no such mailbox (`account list` shows them)", address);
}

int account_gmail_set_sync(const struct account_gmail *g, struct arena *a, const char *address, bool enabled,
    enum people_change *change, struct account *out, struct err *e)
{
	int rc;

	if (store_begin(g->store, e) != 0)
		return -1;
	rc = account_gmail_find(g->store, a, address, out, e);
	if (rc == 0) {
		*change = out->sync_enabled == enabled ? PEOPLE_UNCHANGED : PEOPLE_CHANGED;
		out->sync_enabled = enabled;
		rc = accounts_set_sync(g->store, out->id, enabled, e);
	}
	return people_end(g->store, g->dry_run, rc, e);
}

static int check_owner(struct arena *a, const struct account *account, const struct gmail_profile *p, struct err *e)
{
	const char *address = address_normalise(a, p->address);

	if (address && strcmp(address, account->address) == 0)
		return 0;
	return err_set(e, ERR_REFUSED,
	    "%s: Google says that this mailbox is %s: use that address, with `account alias` for this one",
	    account->address, p->address);
}

static int get_profile(const struct account_gmail *g, struct http *http, struct arena *a, const struct account *account,
    struct gmail_profile *profile, struct err *e)
{
	struct gmail_access_options o = {
	    .config = g->config, .store = g->store, .scope = OAUTH_SCOPE_READ, .now = g->now};
	struct gmail_options options = {
	    .api_url = config_text(g->config, "MAILROOM_GMAIL_API_URL"), .retry_max = TEST_TRIES};
	struct gmail_clock clock = gmail_clock_system();
	struct gmail_token_source tokens;
	struct gmail_access *access;
	struct gmail *gmail;
	int rc;

	if (gmail_access_open(&o, account, &access, e) != 0)
		return -1;
	tokens = gmail_access_tokens(access);
	gmail = gmail_new(http, &options, &tokens, &clock);
	rc = gmail_profile(gmail, a, profile, e);
	if (rc != 0 && !strstr(e->text, account->address))
		err_prefix(e, "%s", account->address);
	if (rc == 0)
		rc = check_owner(a, account, profile, e);
	gmail_free(gmail);
	gmail_access_close(access);
	return rc;
}

int account_gmail_test(const struct account_gmail *g, struct http *http, struct arena *a, const struct account *account,
    struct gmail_profile *profile, struct err *e)
{
	/* A mailbox of files cannot fail, and nothing would ever say that it is well again. */
	bool has_health = !g->dry_run && strcmp(account->provider, ACCOUNTS_FILE) != 0;
	struct err other = {0};
	int rc = get_profile(g, http, a, account, profile, e);

	if (has_health && accounts_set_health(g->store, account->id, rc == 0 ? NULL : e->text, g->now, &other) != 0 &&
	    rc == 0) {
		*e = other;
		return -1;
	}
	return rc;
}
