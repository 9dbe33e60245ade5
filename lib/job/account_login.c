#include "job/account_login.h"

#include "base/arena.h"
#include "base/mem.h"
#include "job/credential.h"
#include "job/gmail_access.h"
#include "job/keys.h"
#include "job/people.h"
#include "mail/address.h"
#include "net/gmail.h"
#include "net/loopback.h"
#include "net/oauth.h"
#include "net/token_cache.h"
#include "store/imap_settings.h"

#include <stdlib.h>
#include <string.h>

enum { PROFILE_TRIES = 2 };

struct account_login {
	struct account_login_options o;
	struct arena arena;
	const char *address, *scope;
	bool is_imap; /* the mailbox is captured by IMAP: the login is for that */
	struct oauth_client client;
	struct loopback *loopback;
	char state[OAUTH_SECRET_BYTES], verifier[OAUTH_SECRET_BYTES];
	struct buf url, code;
};

static struct oauth_party party_of(const struct account_login *l)
{
	return (struct oauth_party){
	    .mailbox = l->address,
	    .scope = l->scope,
	    .client_id = l->client.id,
	    .client_secret = l->client.secret,
	    .token_url = config_text(l->o.config, "MAILROOM_GMAIL_TOKEN_URL"),
	    .auth_url = config_text(l->o.config, "MAILROOM_GMAIL_AUTH_URL"),
	    .now = l->o.now,
	};
}

static int check_wants_oauth(struct account_login *l, int64_t account_id, struct err *e)
{
	struct imap_settings s;
	bool found;

	if (imap_settings_get(l->o.store, &l->arena, account_id, &s, &found, e) != 0)
		return -1;
	if (found && strcmp(s.auth, IMAP_SETTINGS_OAUTH) == 0)
		return 0;
	return err_set(e, ERR_REFUSED,
	    "%s: is an IMAP mailbox with a password: `account imap %s --auth oauth` comes before a login", l->address,
	    l->address);
}

/* A consent that is asked anew replaces the one before: what that had is asked for again. */
static int choose_scope(struct account_login *l, struct err *e)
{
	struct account account;
	struct credential c = {0};
	bool found, compose = l->o.compose, smtp = l->o.smtp;

	if (accounts_get(l->o.store, &l->arena, l->address, &account, &found, e) != 0)
		return -1;
	if (found && strcmp(account.address, l->address) != 0)
		return err_set(e, ERR_REFUSED, "%s: is an alias of the mailbox %s: log in to that one", l->address,
		    account.address);
	l->is_imap = found && strcmp(account.provider, ACCOUNTS_IMAP) == 0;
	if (l->is_imap) {
		l->scope = OAUTH_SCOPE_MAIL;
		return check_wants_oauth(l, account.id, e);
	}
	if (found && credentials_get(l->o.store, &l->arena, account.id, CREDENTIALS_OAUTH, &c, &found, e) != 0)
		return -1;
	if (found && c.scopes && strstr(c.scopes, OAUTH_SCOPE_COMPOSE))
		compose = true;
	if (found && c.scopes && strstr(c.scopes, OAUTH_SCOPE_MAIL))
		smtp = true;
	l->scope = arena_printf(&l->arena, "%s%s%s", OAUTH_SCOPE_READ, compose ? " " OAUTH_SCOPE_COMPOSE : "",
	    smtp ? " " OAUTH_SCOPE_MAIL : "");
	return 0;
}

/* Better now than after the person has consented. */
static int check_key(const struct account_login *l, struct err *e)
{
	struct secret_ring *r = NULL;

	if (keys_open(l->o.config, &r, e) != 0)
		return -1;
	secret_ring_free(r);
	return 0;
}

static int begin(struct account_login *l, struct err *e)
{
	char challenge[OAUTH_SECRET_BYTES];
	struct oauth_party p;

	if (people_address(&l->arena, l->o.address, &l->address, e) != 0 ||
	    people_check_not_investor(l->o.store, l->address, e) != 0 || choose_scope(l, e) != 0 ||
	    gmail_access_client(l->o.config, &l->client, e) != 0 || check_key(l, e) != 0 ||
	    oauth_new_secret(l->state, e) != 0 || oauth_new_secret(l->verifier, e) != 0 ||
	    loopback_open(l->state, &l->loopback, e) != 0)
		return -1;
	p = party_of(l);
	oauth_challenge(l->verifier, challenge);
	oauth_put_consent_url(&l->url, &p, loopback_uri(l->loopback), l->state, challenge);
	return 0;
}

int account_login_begin(const struct account_login_options *o, struct account_login **out, struct err *e)
{
	struct account_login *l = mem_alloc(sizeof *l);

	l->o = *o;
	if (begin(l, e) != 0) {
		account_login_end(l);
		return -1;
	}
	*out = l;
	return 0;
}

void account_login_end(struct account_login *l)
{
	if (!l)
		return;
	loopback_close(l->loopback);
	oauth_client_clear(&l->client);
	buf_wipe(&l->code);
	buf_wipe(&l->url);
	explicit_bzero(l->state, sizeof l->state);
	explicit_bzero(l->verifier, sizeof l->verifier);
	arena_clear(&l->arena);
	free(l);
}

const char *account_login_url(const struct account_login *l)
{
	return buf_str(&l->url);
}

const char *account_login_address(const struct account_login *l)
{
	return l->address;
}

int account_login_wait(struct account_login *l, int also_fd, bool *input, struct err *e)
{
	int timeout_s = (int)config_int(l->o.config, "MAILROOM_GMAIL_LOGIN_TIMEOUT_S");
	enum loopback_event event;

	if (loopback_wait(l->loopback, timeout_s, also_fd, &event, &l->code, e) != 0)
		return err_prefix(e, "%s", l->address);
	*input = event == LOOPBACK_INPUT;
	return 0;
}

int account_login_paste(struct account_login *l, const char *text, struct err *e)
{
	return loopback_read_pasted(l->loopback, text, &l->code, e);
}

static int give_token(void *arg, struct buf *token, struct err *e)
{
	const struct oauth_token *t = arg;

	(void)e;
	buf_puts(token, t->access);
	return 0;
}

static void ignore_token(void *arg, const char *token)
{
	(void)arg, (void)token;
}

/* A browser knows several accounts, and it is easy to take the wrong one. */
static int check_owner(struct account_login *l, struct oauth_token *t, struct err *e)
{
	struct gmail_options options = {
	    .api_url = config_text(l->o.config, "MAILROOM_GMAIL_API_URL"), .retry_max = PROFILE_TRIES};
	struct gmail_token_source tokens = {give_token, ignore_token, t};
	struct gmail_clock clock = gmail_clock_system();
	struct gmail *g = gmail_new(l->o.http, &options, &tokens, &clock);
	struct gmail_profile profile;
	const char *owner;
	int rc = gmail_profile(g, &l->arena, &profile, e);

	gmail_free(g);
	if (rc != 0)
		return err_prefix(e, "%s", l->address);
	owner = address_normalise(&l->arena, profile.address);
	if (owner && strcmp(owner, l->address) == 0)
		return 0;
	return err_set(e, ERR_REFUSED,
	    "%s: it was %s who has logged in: run it again and choose the right account in the browser", l->address,
	    profile.address);
}

static int keep(struct account_login *l, const struct oauth_token *t, struct err *e)
{
	struct account account;
	enum accounts_change change;
	struct credential c;
	bool found;

	if (people_check_not_investor(l->o.store, l->address, e) != 0 ||
	    accounts_add(l->o.store, l->address, NULL, 0, l->o.now, &change, e) != 0 ||
	    accounts_get(l->o.store, &l->arena, l->address, &account, &found, e) != 0)
		return -1;
	c = (struct credential){
	    .account_id = account.id,
	    .address = account.address,
	    .kind = CREDENTIALS_OAUTH,
	    .client_id = l->client.id,
	    .scopes = t->scope ? t->scope : l->scope,
	};
	if (credential_write(l->o.config, l->o.store, &c, t->refresh, l->o.now, e) != 0 ||
	    accounts_set_provider(l->o.store, account.id, l->is_imap ? ACCOUNTS_IMAP : ACCOUNTS_OAUTH, e) != 0)
		return -1;
	return accounts_set_health(l->o.store, account.id, NULL, l->o.now, e);
}

/* A token of an earlier login may hold fewer scopes, or be taken back. */
static void forget_tokens(const struct account_login *l)
{
	char *dir = gmail_access_cache_dir(l->o.config);
	struct token_cache cache = {dir, NULL};

	token_cache_drop(&cache, l->address, OAUTH_SCOPE_READ);
	token_cache_drop(&cache, l->address, OAUTH_SCOPE_COMPOSE);
	token_cache_drop(&cache, l->address, OAUTH_SCOPE_MAIL);
	free(dir);
}

int account_login_finish(struct account_login *l, struct err *e)
{
	struct oauth_party p = party_of(l);
	struct oauth_token t = {0};
	int rc = oauth_by_code(l->o.http, &p, buf_str(&l->code), l->verifier, loopback_uri(l->loopback), &t, e);

	if (rc == 0 && (rc = l->is_imap ? 0 : check_owner(l, &t, e)) == 0 && (rc = store_begin(l->o.store, e)) == 0)
		rc = people_end(l->o.store, false, keep(l, &t, e), e);
	if (rc == 0)
		forget_tokens(l);
	oauth_token_clear(&t);
	return rc;
}
