#include "job/account_smtp.h"

#include "job/account_gmail.h"
#include "job/account_server.h"
#include "job/credential.h"
#include "job/sender_address.h"
#include "job/smtp_access.h"

#include <string.h>
#include <strings.h>

enum { PORT_TLS = 465, PORT_STARTTLS = 587, PORT_PLAIN = 25 };

static const char by_hand[] = "switched off by `account disable`";

static struct account_server server_of(const struct smtp_settings *s)
{
	return (struct account_server){s->host, s->port, s->security, s->is_forced, s->user, s->ca_file};
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static const char *default_security(int port)
{
	return port == PORT_STARTTLS || port == PORT_PLAIN ? "starttls" : "ssl";
}

static int default_port(const char *security)
{
	if (strcmp(security, "ssl") == 0)
		return PORT_TLS;
	return strcmp(security, "none") == 0 ? PORT_PLAIN : PORT_STARTTLS;
}

static bool is_other_host(const struct smtp_settings *old, const struct smtp_settings *s)
{
	return old->host && s->host && strcasecmp(old->host, s->host) != 0;
}

/* What is there, what is new, and the defaults. */
static struct smtp_settings merge(const struct smtp_settings *old, const struct account_smtp_change *c)
{
	struct account_server before = server_of(old), change = server_of(&c->settings);
	struct account_server server = account_server_merge(&before, &change);
	struct smtp_settings s = {.host = server.host, .port = server.port, .is_forced = server.is_forced};

	s.user = or_null(server.user);
	s.ca_file = or_null(server.ca_file);
	s.security = server.security ? server.security : default_security(server.port);
	if (s.port == 0)
		s.port = default_port(s.security);
	s.auth = c->settings.auth ? c->settings.auth : old->auth ? old->auth : SMTP_SETTINGS_PLAIN;
	s.envelope_sender = or_null(c->settings.envelope_sender ? c->settings.envelope_sender : old->envelope_sender);
	s.password_command = c->settings.password_command;
	/* The command would hand the password of one server to another. */
	if (!s.password_command && !c->password && !is_other_host(old, &s))
		s.password_command = old->password_command;
	return s;
}

static int check_text(const char *option, const char *text, struct err *e)
{
	return !text || account_server_is_clean(text)
	           ? 0
	           : err_set(e, ERR_INPUT, "%s: it is empty, too long, or holds control characters", option);
}

static int check_auth(
    const struct smtp_settings *old, const struct smtp_settings *s, const struct account_smtp_change *c, struct err *e)
{
	enum smtp_auth auth;

	if (!smtp_access_auth(s->auth, &auth))
		return err_set(
		    e, ERR_INPUT, "--auth: \"%s\" is none of plain, login, xoauth2, oauthbearer, none", s->auth);
	if (smtp_access_wants_token(auth) && is_other_host(old, s) && !c->settings.auth)
		return err_set(e, ERR_REFUSED,
		    "%s: the tokens of the login would go to another server than %s: if that is meant, give --auth %s "
		    "again",
		    s->host, old->host, s->auth);
	if ((c->password || c->settings.password_command) && !smtp_access_wants_password(auth))
		return err_set(e, ERR_INPUT, "--auth %s has no use for a password", s->auth);
	return 0;
}

static int check_envelope_sender(const struct account_smtp *g, struct arena *a, struct smtp_settings *s, struct err *e)
{
	if (!s->envelope_sender)
		return 0;
	if (people_address(a, s->envelope_sender, &s->envelope_sender, e) != 0 ||
	    sender_address_check_not_outside(g->store, s->envelope_sender, e) != 0)
		return err_prefix(e, "--envelope-sender");
	return 0;
}

/* `user` is looked at as it will be used. */
static int check(const struct account_smtp *g, struct arena *a, const struct smtp_settings *old,
    struct smtp_settings *s, const struct account_smtp_change *c, const struct account *account, struct err *e)
{
	struct account_server server = server_of(s);

	server.user = smtp_access_user(account, s);
	if (account_server_check(&server, account->address, e) != 0 || check_auth(old, s, c, e) != 0 ||
	    check_text("the password", c->password, e) != 0 ||
	    check_text("--password-command", c->settings.password_command, e) != 0)
		return -1;
	if (strcmp(server.user, account->address) == 0)
		s->user = NULL;
	return check_envelope_sender(g, a, s, e);
}

static bool is_same_text(const char *x, const char *y)
{
	return x && y ? strcmp(x, y) == 0 : x == y;
}

/* All but the health. */
static bool is_same(const struct smtp_settings *x, const struct smtp_settings *y)
{
	return is_same_text(x->host, y->host) && x->port == y->port && is_same_text(x->security, y->security) &&
	       x->is_forced == y->is_forced && is_same_text(x->auth, y->auth) && is_same_text(x->user, y->user) &&
	       is_same_text(x->password_command, y->password_command) &&
	       is_same_text(x->envelope_sender, y->envelope_sender) && is_same_text(x->ca_file, y->ca_file);
}

bool account_smtp_is_by_hand(const struct smtp_settings *s)
{
	return s->disabled_why && strcmp(s->disabled_why, by_hand) == 0;
}

/* Seals the new password, or forgets one that is of no more use, or was for another server. */
static int keep_password(const struct account_smtp *g, const struct account_smtp_change *c,
    const struct account *account, const struct smtp_settings *old, const struct smtp_settings *s,
    struct account_smtp_notes *notes, struct err *e)
{
	struct credential sealed = {.account_id = account->id, .address = account->address, .kind = CREDENTIALS_SMTP};
	enum smtp_auth auth;
	bool found = false, other = is_other_host(old, s);

	if (c->password)
		return credential_write(g->config, g->store, &sealed, c->password, g->now, e);
	if (smtp_access_auth(s->auth, &auth) && smtp_access_wants_password(auth) && !s->password_command && !other)
		return 0;
	if (credentials_remove(g->store, account->id, CREDENTIALS_SMTP, &found, e) != 0)
		return -1;
	notes->password_dropped = other && (found || old->password_command) && !s->password_command;
	return 0;
}

static int put(const struct account_smtp *g, struct arena *a, const struct account_smtp_change *c,
    const struct account *account, enum people_change *change, struct account_smtp_notes *notes, struct err *e)
{
	struct smtp_settings old, s;
	bool found;

	if (smtp_settings_get(g->store, a, account->id, &old, &found, e) != 0)
		return -1;
	s = merge(&old, c);
	if (check(g, a, &old, &s, c, account, e) != 0)
		return -1;
	notes->user_differs = s.user && strchr(s.user, '@') && strcasecmp(s.user, account->address) != 0;
	if (found && is_same(&old, &s) && !c->password) {
		notes->wants_test = !old.is_enabled && !account_smtp_is_by_hand(&old);
		return 0;
	}
	if (*change == PEOPLE_UNCHANGED)
		*change = PEOPLE_CHANGED;
	s.disabled_why = account_smtp_is_by_hand(&old)
	                     ? by_hand
	                     : arena_printf(a, "%s: `account test %s --smtp` lets mail out",
	                           found ? "not tested since it was changed" : "not tested yet", account->address);
	notes->wants_test = true;
	if (keep_password(g, c, account, &old, &s, notes, e) != 0)
		return -1;
	return smtp_settings_put(g->store, account->id, &s, g->now, e);
}

static int set(const struct account_smtp *g, struct arena *a, const struct account_smtp_change *c, const char *address,
    enum people_change *change, struct account *out, struct account_smtp_notes *notes, struct err *e)
{
	enum accounts_change done;
	bool found;

	if (sender_address_check(g->config, g->store, address, e) != 0 ||
	    accounts_add(g->store, address, NULL, 0, g->now, &done, e) != 0 ||
	    accounts_get(g->store, a, address, out, &found, e) != 0)
		return -1;
	*change = done == ACCOUNTS_ADDED      ? PEOPLE_ADDED
	          : done == ACCOUNTS_RESTORED ? PEOPLE_RESTORED
	                                      : PEOPLE_UNCHANGED;
	return put(g, a, c, out, change, notes, e);
}

int account_smtp_set(const struct account_smtp *g, struct arena *a, const struct account_smtp_change *c,
    enum people_change *change, struct account *out, struct account_smtp_notes *notes, struct err *e)
{
	const char *address;

	*notes = (struct account_smtp_notes){0};
	if (people_address(a, c->address, &address, e) != 0 || store_begin(g->store, e) != 0)
		return -1;
	return people_end(g->store, g->dry_run, set(g, a, c, address, change, out, notes, e), e);
}

int account_smtp_lacks_password(
    const struct account_smtp *g, const struct account_smtp_change *c, bool *lacks, struct err *e)
{
	struct arena a = {0};
	struct smtp_settings old = {0}, s;
	struct account account;
	struct credential sealed;
	const char *address;
	enum smtp_auth auth;
	bool found = false, known = false;
	int rc = people_address(&a, c->address, &address, e);

	if (rc == 0)
		rc = accounts_get(g->store, &a, address, &account, &found, e);
	if (rc == 0 && found && (rc = smtp_settings_get(g->store, &a, account.id, &old, &known, e)) == 0)
		rc = credentials_get(g->store, &a, account.id, CREDENTIALS_SMTP, &sealed, &found, e);
	s = merge(&old, c);
	*lacks = rc == 0 && s.host && smtp_access_auth(s.auth, &auth) && smtp_access_wants_password(auth) &&
	         !s.password_command && !c->password && (!found || !known || is_other_host(&old, &s));
	arena_clear(&a);
	return rc;
}

static int forget(const struct account_smtp *g, const struct account *account, struct err *e)
{
	bool found, sealed;

	if (smtp_settings_remove(g->store, account->id, &found, e) != 0 ||
	    credentials_remove(g->store, account->id, CREDENTIALS_SMTP, &sealed, e) != 0)
		return -1;
	return found ? 0 : err_set(e, ERR_INPUT, "%s: has no mail server", account->address);
}

int account_smtp_remove(const struct account_smtp *g, struct arena *a, const char *typed, enum people_change *change,
    struct account *out, struct err *e)
{
	int rc;

	*change = PEOPLE_CHANGED;
	if (store_begin(g->store, e) != 0)
		return -1;
	rc = account_gmail_find(g->store, a, typed, out, e);
	if (rc == 0)
		rc = forget(g, out, e);
	return people_end(g->store, g->dry_run, rc, e);
}

int account_smtp_get(struct store *s, struct arena *a, const struct account *account, struct smtp_settings *out,
    bool *has, enum account_smtp_secret *secret, struct err *e)
{
	struct credential sealed;
	enum smtp_auth auth;
	bool found;

	*secret = ACCOUNT_SMTP_NOTHING;
	if (smtp_settings_get(s, a, account->id, out, has, e) != 0)
		return -1;
	if (!*has || !smtp_access_auth(out->auth, &auth) || auth == SMTP_AUTH_NONE)
		return 0;
	if (credentials_get(s, a, account->id, CREDENTIALS_SMTP, &sealed, &found, e) != 0)
		return -1;
	if (smtp_access_wants_token(auth))
		*secret = ACCOUNT_SMTP_TOKEN;
	else if (out->password_command)
		*secret = ACCOUNT_SMTP_COMMAND;
	else if (found)
		*secret = ACCOUNT_SMTP_SEALED;
	return 0;
}

const char *account_smtp_secret_name(enum account_smtp_secret secret)
{
	static const char *const names[] = {NULL, "sealed", "command", "token"};

	return names[secret];
}

/* What a test is about: if it is another one afterwards, the test says nothing of it. */
struct tested {
	struct smtp_settings settings;
	struct credential sealed;
	bool has_password;
};

static int read_tested(
    const struct account_smtp *g, struct arena *a, const struct account *account, struct tested *t, struct err *e)
{
	bool found;

	*t = (struct tested){0};
	if (smtp_settings_get(g->store, a, account->id, &t->settings, &found, e) != 0 ||
	    credentials_get(g->store, a, account->id, CREDENTIALS_SMTP, &t->sealed, &t->has_password, e) != 0)
		return -1;
	return found ? 0
	             : err_set(e, ERR_CONFIG, "%s: there are no settings of its mail server: see `account smtp`",
	                   account->address);
}

static bool is_same_tested(const struct tested *x, const struct tested *y)
{
	if (!is_same(&x->settings, &y->settings) || x->has_password != y->has_password)
		return false;
	return !x->has_password || (x->sealed.sealed_len == y->sealed.sealed_len &&
	                               memcmp(x->sealed.sealed, y->sealed.sealed, x->sealed.sealed_len) == 0);
}

static int try_in(const struct account_smtp *g, const struct account *account, const struct smtp_settings *s,
    bool *account_at_fault, struct err *e)
{
	struct smtp_access_options o = {.config = g->config, .store = g->store, .now = g->now};
	struct smtp *smtp = NULL;
	int rc = smtp_access_open(&o, account, s, &smtp, account_at_fault, e);

	if (rc == 0)
		rc = smtp_noop(smtp, e);
	smtp_close(smtp);
	return rc == 0 || strstr(e->text, account->address) ? rc : err_prefix(e, "%s", account->address);
}

/* In the transaction. */
static int note(const struct account_smtp *g, struct arena *a, const struct account *account, const struct tested *t,
    const struct err *how, bool account_at_fault, bool enable, struct account_smtp_health *health, struct err *e)
{
	struct tested now;
	bool found;

	if (read_tested(g, a, account, &now, e) != 0)
		return -1;
	health->stale = !is_same_tested(t, &now);
	health->settings = now.settings;
	if (health->stale)
		return 0;
	if (smtp_access_note(g->store, account, how, account_at_fault, g->now, e) != 0)
		return -1;
	if (!how && (enable || !account_smtp_is_by_hand(&now.settings)) &&
	    smtp_settings_set_enabled(g->store, account->id, NULL, e) != 0)
		return -1;
	return smtp_settings_get(g->store, a, account->id, &health->settings, &found, e);
}

int account_smtp_test(const struct account_smtp *g, struct arena *a, const struct account *account, bool enable,
    struct account_smtp_health *health, struct err *e)
{
	struct err other = {0};
	struct tested t;
	bool at_fault = false;
	int rc;

	*health = (struct account_smtp_health){0};
	if (sender_address_check(g->config, g->store, account->address, e) != 0 ||
	    read_tested(g, a, account, &t, e) != 0)
		return -1;
	rc = try_in(g, account, &t.settings, &at_fault, e);
	if (store_begin(g->store, &other) != 0 ||
	    people_end(g->store, g->dry_run,
	        note(g, a, account, &t, rc == 0 ? NULL : e, at_fault, enable, health, &other), &other) != 0) {
		if (rc == 0)
			*e = other;
		return -1;
	}
	return rc;
}

int account_smtp_disable(const struct account_smtp *g, struct arena *a, const struct account *account,
    enum people_change *change, struct err *e)
{
	struct tested t;
	int rc;

	if (store_begin(g->store, e) != 0)
		return -1;
	rc = read_tested(g, a, account, &t, e);
	*change = rc == 0 && account_smtp_is_by_hand(&t.settings) ? PEOPLE_UNCHANGED : PEOPLE_CHANGED;
	if (rc == 0)
		rc = smtp_settings_set_enabled(g->store, account->id, by_hand, e);
	return people_end(g->store, g->dry_run, rc, e);
}
