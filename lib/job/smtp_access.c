#include "job/smtp_access.h"

#include "base/buf.h"
#include "base/command.h"
#include "base/mem.h"
#include "job/account_server.h"
#include "job/credential.h"
#include "job/gmail_access.h"
#include "job/keys.h"

#include <stdlib.h>
#include <string.h>

enum { COMMAND_TIMEOUT_MS = 30000 };

bool smtp_access_auth(const char *word, enum smtp_auth *out)
{
	static const struct {
		const char *word;
		enum smtp_auth auth;
	} words[] = {{SMTP_SETTINGS_PLAIN, SMTP_AUTH_PLAIN}, {SMTP_SETTINGS_LOGIN, SMTP_AUTH_LOGIN},
	    {SMTP_SETTINGS_XOAUTH2, SMTP_AUTH_XOAUTH2}, {SMTP_SETTINGS_OAUTHBEARER, SMTP_AUTH_OAUTHBEARER},
	    {SMTP_SETTINGS_NO_AUTH, SMTP_AUTH_NONE}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, word) == 0) {
			*out = words[i].auth;
			return true;
		}
	return false;
}

bool smtp_access_wants_password(enum smtp_auth auth)
{
	return auth == SMTP_AUTH_PLAIN || auth == SMTP_AUTH_LOGIN;
}

bool smtp_access_wants_token(enum smtp_auth auth)
{
	return auth == SMTP_AUTH_XOAUTH2 || auth == SMTP_AUTH_OAUTHBEARER;
}

const char *smtp_access_user(const struct account *account, const struct smtp_settings *s)
{
	return s->user ? s->user : account->address;
}

const char *smtp_access_envelope_sender(const struct account *account, const struct smtp_settings *s)
{
	return s->envelope_sender ? s->envelope_sender : account->address;
}

/* What one connection needs. */
struct opening {
	const struct smtp_access_options *o;
	const struct account *account;
	struct smtp_options smtp;
	bool account_at_fault;
	struct smtp *out;
};

static int connect_to(struct opening *p, const char *secret, struct err *e)
{
	p->smtp.secret = secret;
	return smtp_open(&p->out, &p->smtp, &p->account_at_fault, e);
}

static int by_password(struct opening *p, const struct smtp_settings *s, struct err *e)
{
	struct buf password = {0};
	int rc;

	if (s->password_command) {
		rc = command_first_line(s->password_command, COMMAND_TIMEOUT_MS, &password, e);
		if (rc != 0)
			err_prefix(e, "the password command");
	} else {
		rc = credential_password(p->o->config, p->o->store, p->account, CREDENTIALS_SMTP, &password, e);
	}
	if (rc == 0)
		rc = connect_to(p, buf_str(&password), e);
	buf_wipe(&password);
	return rc;
}

static int with_token(struct opening *p, const struct gmail_token_source *tokens, struct err *e)
{
	struct buf token = {0};
	int rc = tokens->get(tokens->arg, &token, e);

	if (rc == 0)
		rc = connect_to(p, buf_str(&token), e);
	/* The next one is new. */
	if (rc != 0 && p->account_at_fault && token.len > 0)
		tokens->invalidate(tokens->arg, buf_str(&token));
	buf_wipe(&token);
	return rc;
}

/* A token from the cache may have been taken back: that is no reason to stop, unless a new one is refused as well. */
static int by_token(struct opening *p, struct err *e)
{
	struct gmail_access_options g = {
	    .config = p->o->config, .store = p->o->store, .scope = OAUTH_SCOPE_MAIL, .now = p->o->now};
	struct gmail_access *access = NULL;
	struct gmail_token_source tokens;
	int rc = gmail_access_open(&g, p->account, &access, e);

	if (rc == 0) {
		tokens = gmail_access_tokens(access);
		rc = with_token(p, &tokens, e);
		if (rc != 0 && p->account_at_fault)
			rc = with_token(p, &tokens, e);
	}
	gmail_access_close(access);
	return rc;
}

static int prepare(struct opening *p, const struct smtp_settings *s, struct err *e)
{
	p->smtp.stream = (struct stream_options){.host = s->host,
	    .port = s->port,
	    .plain_anywhere = s->is_forced,
	    .ca_file = s->ca_file ? s->ca_file : config_text(p->o->config, "MAILROOM_CA_FILE")};
	if (!account_server_security(s->security, &p->smtp.stream.security))
		return err_set(e, ERR_CONFIG, "\"%s\" is no security", s->security);
	if (!smtp_access_auth(s->auth, &p->smtp.auth))
		return err_set(e, ERR_CONFIG, "\"%s\" is no way to log in", s->auth);
	p->smtp.user = smtp_access_user(p->account, s);
	return 0;
}

int smtp_access_open(const struct smtp_access_options *o, const struct account *account, const struct smtp_settings *s,
    struct smtp **out, bool *account_at_fault, struct err *e)
{
	struct opening p = {.o = o, .account = account};
	int rc = prepare(&p, s, e);

	if (rc == 0) {
		if (smtp_access_wants_password(p.smtp.auth))
			rc = by_password(&p, s, e);
		else
			rc = smtp_access_wants_token(p.smtp.auth) ? by_token(&p, e) : connect_to(&p, NULL, e);
	}
	*out = rc == 0 ? p.out : NULL;
	*account_at_fault = rc != 0 && p.account_at_fault;
	return rc;
}

int smtp_access_note(struct store *s, const struct account *account, const struct err *how, bool account_at_fault,
    int64_t now, struct err *e)
{
	char *why;
	int rc;

	if (smtp_settings_set_health(s, account->id, how ? how->text : NULL, now, e) != 0)
		return -1;
	if (!how || !account_at_fault)
		return 0;
	why = mem_printf("%s. Put it right (`account smtp %s`), then `account test %s --smtp` lets mail out again",
	    how->text, account->address, account->address);
	rc = smtp_settings_set_enabled(s, account->id, why, e);
	free(why);
	return rc;
}
