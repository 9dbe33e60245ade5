#include "job/imap_access.h"

#include "base/buf.h"
#include "job/account_server.h"
#include "job/credential.h"
#include "job/gmail_access.h"

#include <string.h>

static int by_password(const struct imap_access_options *o, const struct account *account,
    const struct imap_settings *s, struct imap *m, struct err *e)
{
	struct buf password = {0};
	int rc = credential_password(o->config, o->store, account, CREDENTIALS_IMAP, &password, e);

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
	const char *own = config_text(c, "MAILROOM_IMAP_CA_FILE");
	struct imap_options o = {.stream = {.host = s->host,
	                             .port = s->port,
	                             .plain_anywhere = s->is_forced,
	                             .ca_file = s->ca_file ? s->ca_file
	                                        : own      ? own
	                                                   : config_text(c, "MAILROOM_CA_FILE")}};

	if (!account_server_security(s->security, &o.stream.security))
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
