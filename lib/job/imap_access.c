#include "job/imap_access.h"

#include "base/buf.h"
#include "job/credential.h"
#include "job/gmail_access.h"
#include "job/keys.h"

#include <string.h>

bool imap_access_security(const char *word, enum stream_security *out)
{
	static const struct {
		const char *word;
		enum stream_security security;
	} words[] = {{IMAP_SETTINGS_SSL, STREAM_TLS}, {IMAP_SETTINGS_STARTTLS, STREAM_STARTTLS},
	    {IMAP_SETTINGS_NONE, STREAM_PLAIN}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, word) == 0) {
			*out = words[i].security;
			return true;
		}
	return false;
}

static int read_password(
    const struct imap_access_options *o, const struct account *account, struct buf *password, struct err *e)
{
	struct secret_ring *ring = NULL;
	struct credential c;
	struct arena a = {0};
	bool found = false;
	int rc = keys_open(o->config, &ring, e);

	if (rc == 0)
		rc = credential_read(o->store, &a, ring, account, CREDENTIALS_IMAP, &c, password, &found, e);
	if (rc == 0 && !found)
		rc = err_set(e, ERR_CONFIG, "there is no password: `account imap %s --password-stdin` takes one",
		    account->address);
	secret_ring_free(ring);
	arena_clear(&a);
	return rc;
}

static int by_password(const struct imap_access_options *o, const struct account *account,
    const struct imap_settings *s, struct imap *m, struct err *e)
{
	struct buf password = {0};
	int rc = read_password(o, account, &password, e);

	if (rc == 0)
		rc = imap_login(m, s->user, buf_str(&password), e);
	buf_wipe(&password);
	return rc;
}

static int by_token(
    const struct imap_settings *s, const struct gmail_token_source *tokens, struct imap *m, struct err *e)
{
	struct buf token = {0};
	int rc = tokens->get(tokens->arg, &token, e);

	if (rc == 0)
		rc = imap_login_oauth(m, s->user, buf_str(&token), e);
	/* The next run asks for another one. */
	if (rc != 0 && e->code == ERR_REFUSED && token.len > 0)
		tokens->invalidate(tokens->arg, buf_str(&token));
	buf_wipe(&token);
	return rc;
}

static int by_oauth(const struct imap_access_options *o, const struct account *account, const struct imap_settings *s,
    struct imap *m, struct err *e)
{
	struct gmail_access_options g = {
	    .config = o->config, .store = o->store, .scope = OAUTH_SCOPE_MAIL, .now = o->now};
	struct gmail_access *access = NULL;
	struct gmail_token_source tokens;
	int rc;

	rc = gmail_access_open(&g, account, &access, e);
	if (rc == 0) {
		tokens = gmail_access_tokens(access);
		rc = by_token(s, &tokens, m, e);
	}
	gmail_access_close(access);
	return rc;
}

static int connect_to(const struct config *c, const struct imap_settings *s, struct imap **out, struct err *e)
{
	struct imap_options o = {.stream = {.host = s->host,
	                             .port = s->port,
	                             .plain_anywhere = s->is_forced,
	                             .ca_file = s->ca_file ? s->ca_file : config_text(c, "MAILROOM_IMAP_CA_FILE")}};

	if (!imap_access_security(s->security, &o.stream.security))
		return err_set(e, ERR_CONFIG, "\"%s\" is no security", s->security);
	return imap_open(out, &o, e);
}

int imap_access_open(const struct imap_access_options *o, const struct account *account, struct arena *a,
    struct imap_settings *s, struct imap **out, struct err *e)
{
	bool found;
	int rc;

	*out = NULL;
	if (imap_settings_get(o->store, a, account->id, s, &found, e) != 0)
		return -1;
	if (!found)
		return err_set(e, ERR_CONFIG, "there are no settings of its server: see `account imap`");
	if (connect_to(o->config, s, out, e) != 0)
		return -1;
	rc = strcmp(s->auth, IMAP_SETTINGS_OAUTH) == 0 ? by_oauth(o, account, s, *out, e)
	                                               : by_password(o, account, s, *out, e);
	if (rc != 0) {
		imap_close(*out);
		*out = NULL;
	}
	return rc;
}
