#include "job/account_imap.h"

#include "job/account_server.h"
#include "job/credential.h"
#include "job/imap_access.h"
#include "job/imap_folders.h"
#include "store/cursors.h"

#include <string.h>

enum { PORT_TLS = 993, PORT_PLAIN = 143 };

static struct account_server server_of(const struct imap_settings *s)
{
	return (struct account_server){s->host, s->port, s->security, s->is_forced, s->user, s->ca_file};
}

static int check(const struct imap_settings *s, const char *address, struct err *e)
{
	struct account_server server = server_of(s);

	if (account_server_check(&server, address, e) != 0)
		return -1;
	if (strcmp(s->auth, IMAP_SETTINGS_PASSWORD) != 0 && strcmp(s->auth, IMAP_SETTINGS_OAUTH) != 0)
		return err_set(e, ERR_INPUT, "--auth: \"%s\" is none of password, oauth", s->auth);
	return 0;
}

/* What is there, what is new, and the defaults. */
static struct imap_settings merge(const struct imap_settings *old, const struct imap_settings *c, const char *address)
{
	struct account_server before = server_of(old), change = server_of(c);
	struct account_server server = account_server_merge(&before, &change);
	struct imap_settings s = {
	    .host = server.host, .port = server.port, .is_forced = server.is_forced, .ca_file = server.ca_file};

	s.auth = c->auth ? c->auth : old->auth ? old->auth : IMAP_SETTINGS_PASSWORD;
	s.folders = c->folders ? c->folders : old->folders ? old->folders : "";
	s.user = server.user ? server.user : address;
	s.security = server.security ? server.security : IMAP_SETTINGS_SSL;
	if (s.port == 0)
		s.port = strcmp(s.security, IMAP_SETTINGS_SSL) == 0 ? PORT_TLS : PORT_PLAIN;
	return s;
}

static int seal(const struct account_imap *g, const struct account *account, const char *password, struct err *e)
{
	struct credential c = {.account_id = account->id, .address = account->address, .kind = CREDENTIALS_IMAP};

	return credential_write(g->config, g->store, &c, password, g->now, e);
}

/* With the mailbox's row, inside the transaction. */
static int put(const struct account_imap *g, struct arena *a, const struct account_imap_change *c,
    const struct account *account, struct err *e)
{
	struct imap_settings old, s;
	bool found;

	if (imap_settings_get(g->store, a, account->id, &old, &found, e) != 0)
		return -1;
	s = merge(&old, &c->settings, account->address);
	if (check(&s, account->address, e) != 0 || imap_settings_put(g->store, account->id, &s, g->now, e) != 0 ||
	    accounts_set_provider(g->store, account->id, ACCOUNTS_IMAP, e) != 0)
		return -1;
	/* It failed with what was wrong before. */
	if (cursors_delay(g->store, account->id, 0, 0, e) != 0)
		return -1;
	return c->password ? seal(g, account, c->password, e) : 0;
}

static int set(const struct account_imap *g, struct arena *a, const struct account_imap_change *c, const char *address,
    enum people_change *change, struct account *out, struct err *e)
{
	enum accounts_change done;
	bool found;

	if (people_check_not_investor(g->store, address, e) != 0 ||
	    accounts_add(g->store, address, NULL, 0, g->now, &done, e) != 0 ||
	    accounts_get(g->store, a, address, out, &found, e) != 0)
		return -1;
	if (strcmp(out->provider, ACCOUNTS_DELEGATION) == 0 || strcmp(out->provider, ACCOUNTS_OAUTH) == 0)
		return err_set(e, ERR_REFUSED, "%s: is a Gmail mailbox", address);
	*change = done == ACCOUNTS_ADDED ? PEOPLE_ADDED : done == ACCOUNTS_RESTORED ? PEOPLE_RESTORED : PEOPLE_CHANGED;
	if (put(g, a, c, out, e) != 0)
		return -1;
	return accounts_get(g->store, a, address, out, &found, e);
}

int account_imap_set(const struct account_imap *g, struct arena *a, const struct account_imap_change *c,
    enum people_change *change, struct account *out, struct err *e)
{
	const char *address;

	if (c->password && !account_server_is_clean(c->password))
		return err_set(e, ERR_INPUT, "the password is empty, too long, or holds control characters");
	if (people_address(a, c->address, &address, e) != 0 || store_begin(g->store, e) != 0)
		return -1;
	return people_end(g->store, g->dry_run, set(g, a, c, address, change, out, e), e);
}

static int count_messages(
    struct imap *m, const struct imap_folder_list *folders, struct account_imap_health *health, struct err *e)
{
	for (size_t i = 0; i < folders->n; i++) {
		struct imap_folder_state state;
		if (imap_select(m, folders->items[i].name, &state, e) != 0)
			return -1;
		health->messages += state.exists;
	}
	health->folders = folders->n;
	return 0;
}

static int try_in(const struct account_imap *g, struct arena *a, const struct account *account,
    struct account_imap_health *health, struct err *e)
{
	struct imap_access_options o = {.config = g->config, .store = g->store, .now = g->now};
	struct imap_settings settings;
	struct imap_folder_list folders;
	struct imap *m;
	int rc = imap_access_open(&o, account, a, &settings, &m, e);

	if (rc == 0)
		rc = imap_folders_choose(m, settings.folders, a, &folders, e);
	if (rc == 0)
		rc = count_messages(m, &folders, health, e);
	imap_close(m);
	return rc == 0 || strstr(e->text, account->address) ? rc : err_prefix(e, "%s", account->address);
}

int account_imap_test(const struct account_imap *g, struct arena *a, const struct account *account,
    struct account_imap_health *health, struct err *e)
{
	bool has_health = !g->dry_run && strcmp(account->provider, ACCOUNTS_IMAP) == 0;
	struct err other = {0};
	int rc;

	*health = (struct account_imap_health){0};
	rc = try_in(g, a, account, health, e);
	if (has_health && accounts_set_health(g->store, account->id, rc == 0 ? NULL : e->text, g->now, &other) != 0 &&
	    rc == 0) {
		*e = other;
		return -1;
	}
	return rc;
}
