#include "job/gmail_access.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "job/credential.h"
#include "job/keys.h"
#include "net/http.h"
#include "net/jwt.h"
#include "net/token_source.h"

#include <stdlib.h>
#include <string.h>

struct gmail_access {
	struct gmail_access_options o;
	struct arena arena; /* what lives as long as this */
	struct account account;
	struct credential credential;
	char *cache_dir;
	/* Not the Gmail client's: that one may have calls open when it wants a token. */
	struct http *http;
	struct secret_ring *ring;
	struct jwt_key *key;
	struct oauth_client client;
	struct token_source *tokens;
};

char *gmail_access_cache_dir(const struct config *c)
{
	return file_join(config_text(c, "MAILROOM_DATA_DIR"), "tokens");
}

int gmail_access_client(const struct config *c, struct oauth_client *out, struct err *e)
{
	const char *id = config_text(c, "MAILROOM_GMAIL_CLIENT_ID");
	const char *path = config_text(c, "MAILROOM_GMAIL_CLIENT_SECRET_FILE");

	if (path && oauth_client_read(path, out, e) != 0)
		return -1;
	if (id && out->id && strcmp(id, out->id) != 0)
		return err_set(e, ERR_CONFIG,
		    "MAILROOM_GMAIL_CLIENT_ID is %s, but %s is of the client %s: leave the setting out", id, path,
		    out->id);
	if (id && !out->id)
		out->id = mem_strdup(id);
	if (!out->id)
		return err_set(e, ERR_CONFIG,
		    "there is no OAuth client to log in with: make one of the type \"Desktop app\" (Cloud console > "
		    "APIs & Services > Credentials), and name its file in MAILROOM_GMAIL_CLIENT_SECRET_FILE");
	return 0;
}

static bool holds_scope(const char *scopes, const char *scope)
{
	size_t n = strlen(scope);

	for (const char *s = scopes; s && (s = strstr(s, scope)); s += n)
		if ((s == scopes || s[-1] == ' ') && (s[n] == ' ' || s[n] == '\0'))
			return true;
	return false;
}

/* The server has put another refresh token in the place of ours: a run that loses it locks the mailbox out. */
static int keep_refresh(void *arg, const char *refresh, struct err *e)
{
	struct gmail_access *g = arg;
	int rc;

	if (store_begin(g->o.store, e) != 0)
		return -1;
	rc = credential_write(g->o.config, g->o.store, &g->credential, refresh, g->o.now, e);
	if (rc == 0)
		rc = store_commit(g->o.store, e);
	if (rc != 0)
		store_rollback(g->o.store);
	return rc;
}

static int open_delegation(struct gmail_access *g, struct token_source_options *t, struct err *e)
{
	const char *path = config_text(g->o.config, "MAILROOM_GMAIL_KEY_FILE");

	if (!path)
		return err_set(e, ERR_CONFIG, "%s: MAILROOM_GMAIL_KEY_FILE names no service account's key file",
		    g->account.address);
	if (jwt_key_read(path, &g->key, e) != 0)
		return err_prefix(e, "%s: MAILROOM_GMAIL_KEY_FILE", g->account.address);
	t->key = g->key;
	t->party.client_id = jwt_key_client_id(g->key);
	t->party.service_account = jwt_key_email(g->key);
	t->party.key_file = path;
	if (config_origin_of(g->o.config, "MAILROOM_GMAIL_TOKEN_URL") == CONFIG_DEFAULT)
		t->party.token_url = jwt_key_token_uri(g->key);
	return 0;
}

/* The option of `account login` that asks for the scope; an IMAP mailbox gets its only one unasked. */
static const char *login_option(const struct gmail_access *g)
{
	if (strcmp(g->o.scope, OAUTH_SCOPE_COMPOSE) == 0)
		return " --compose";
	if (strcmp(g->o.scope, OAUTH_SCOPE_MAIL) == 0 && strcmp(g->account.provider, ACCOUNTS_IMAP) != 0)
		return " --smtp";
	return "";
}

static int check_login(const struct gmail_access *g, bool found, struct err *e)
{
	const char *address = g->account.address;

	if (!found)
		return err_set(e, ERR_CONFIG, "%s: nobody has logged in: run `account login %s`", address, address);
	if (g->credential.client_id && strcmp(g->credential.client_id, g->client.id) != 0)
		return err_set(e, ERR_CONFIG,
		    "%s: the login was made with the OAuth client %s, the settings name %s: run `account login %s` "
		    "again",
		    address, g->credential.client_id, g->client.id, address);
	if (!holds_scope(g->credential.scopes, g->o.scope))
		return err_set(e, ERR_REFUSED, "%s: the login does not hold the scope %s: run `account login%s %s`",
		    address, g->o.scope, login_option(g), address);
	return 0;
}

static int open_login(struct gmail_access *g, struct token_source_options *t, struct buf *refresh, struct err *e)
{
	bool found;

	if (gmail_access_client(g->o.config, &g->client, e) != 0 ||
	    (!g->ring && keys_open(g->o.config, &g->ring, e) != 0) ||
	    credential_read(g->o.store, &g->arena, g->ring, &g->account, CREDENTIALS_OAUTH, &g->credential, refresh,
	        &found, e) != 0 ||
	    check_login(g, found, e) != 0)
		return -1;
	t->refresh = refresh->data;
	t->keep = keep_refresh;
	t->arg = g;
	t->party.client_id = g->client.id;
	t->party.client_secret = g->client.secret;
	return 0;
}

static int open_tokens(struct gmail_access *g, struct err *e)
{
	struct token_source_options t = {
	    .http = g->http,
	    .clock = g->o.clock,
	    .retry_max = g->o.retry_max,
	    .party = {.mailbox = g->account.address,
	        .scope = g->o.scope,
	        .token_url = config_text(g->o.config, "MAILROOM_GMAIL_TOKEN_URL"),
	        .now = g->o.now},
	};
	struct buf refresh = {0};
	struct err ignored = {0};
	int rc;

	/* Delegation needs no sealed secret: without the key there is just no cache. */
	if (keys_open(g->o.config, &g->ring, &ignored) != 0)
		g->ring = NULL;
	if (strcmp(g->account.provider, ACCOUNTS_DELEGATION) == 0)
		rc = open_delegation(g, &t, e);
	else if (strcmp(g->account.provider, ACCOUNTS_OAUTH) == 0 || strcmp(g->account.provider, ACCOUNTS_IMAP) == 0)
		rc = open_login(g, &t, &refresh, e);
	else
		rc = err_set(e, ERR_CONFIG,
		    "%s: is no Gmail mailbox: `account enroll %s` or `account login %s` makes it one",
		    g->account.address, g->account.address, g->account.address);
	if (rc == 0) {
		t.cache = (struct token_cache){g->cache_dir, g->ring};
		g->tokens = token_source_new(&t);
	}
	buf_wipe(&refresh);
	return rc;
}

int gmail_access_open(
    const struct gmail_access_options *o, const struct account *account, struct gmail_access **out, struct err *e)
{
	struct gmail_access *g = mem_alloc(sizeof *g);

	g->o = *o;
	g->http = http_new(&(struct http_options){0});
	g->cache_dir = gmail_access_cache_dir(o->config);
	g->account = (struct account){
	    .id = account->id,
	    .address = arena_strdup(&g->arena, account->address),
	    .provider = arena_strdup(&g->arena, account->provider),
	};
	if (open_tokens(g, e) != 0) {
		gmail_access_close(g);
		return -1;
	}
	*out = g;
	return 0;
}

void gmail_access_close(struct gmail_access *g)
{
	if (!g)
		return;
	token_source_free(g->tokens);
	http_free(g->http);
	jwt_key_free(g->key);
	oauth_client_clear(&g->client);
	secret_ring_free(g->ring);
	free(g->cache_dir);
	arena_clear(&g->arena);
	free(g);
}

struct gmail_token_source gmail_access_tokens(struct gmail_access *g)
{
	return token_source_face(g->tokens);
}
