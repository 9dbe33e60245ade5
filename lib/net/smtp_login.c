#include "base/mem.h"
#include "net/sasl.h"
#include "net/smtp_core.h"

#include <stdio.h>
#include <string.h>

/* A command line of more than 512 bytes is not for every server: then the message follows in a line of its own (RFC 4954
 * section 4). */
enum { COMMAND_LINE_MAX = 510 };

static bool offers(const struct smtp *s, const char *mechanism)
{
	struct buf name = {0};
	bool has;

	buf_printf(&name, " %s ", mechanism);
	has = strstr(buf_str(&s->offers.mechanisms), name.data) != NULL;
	buf_clear(&name);
	return has;
}

/* A line that holds a secret. */
static int send_secret(struct smtp *s, const char *before, const struct buf *message, struct err *e)
{
	struct buf line = {0};
	int rc;

	buf_reserve(&line, strlen(before) + message->len + 2);
	buf_puts(&line, before);
	buf_append(&line, message->data, message->len);
	buf_puts(&line, "\r\n");
	rc = smtp_core_write(s, line.data, line.len, s->command_ms, e);
	sasl_wipe(&line);
	return rc < 0 ? -1 : smtp_core_read(s, s->command_ms, e);
}

/* The answer to the last message. A server may quote the command that it did not understand, and part of it. */
static int login_result(struct smtp *s, const char *how, const struct buf *status, bool *account, struct err *e)
{
	const char *words = buf_str(&s->reply.words);
	struct buf what = {0};

	if (smtp_reply_class(&s->reply) == 2)
		return 0;
	if (smtp_reply_class(&s->reply) == 3)
		return smtp_core_senseless(s, how, e);
	if (sasl_tells(words, s->secret) || (s->encoded.len > 0 && sasl_tells(words, s->encoded.data)))
		buf_reset(&s->reply.words);
	*account = smtp_reply_class(&s->reply) == 5;
	buf_printf(&what, "AUTH %s", how);
	smtp_core_refused(s, what.data, ERR_REFUSED, e);
	buf_clear(&what);
	if (status->len > 0) {
		size_t used = strlen(e->text);
		snprintf(e->text + used, sizeof e->text - used, " (token: %s)", buf_str(status));
	}
	return -1;
}

/* The mechanism's one message, with the command or when the server asks for it; then, where the server explains a refusal, the
 * answer that makes it say its no (RFC 7628 section 3.2.3). */
static int exchange(
    struct smtp *s, enum sasl_mechanism mech, const struct buf *message, struct buf *status, struct err *e)
{
	struct buf command = {0};
	const char *dummy = sasl_after_challenge(mech);
	bool at_once = strlen("AUTH  ") + strlen(sasl_name(mech)) + message->len <= COMMAND_LINE_MAX;
	int rc;

	buf_printf(&command, "AUTH %s%s", sasl_name(mech), at_once ? " " : "");
	rc = at_once ? send_secret(s, command.data, message, e) : smtp_core_ask(s, command.data, e);
	if (rc == 0 && !at_once && smtp_reply_class(&s->reply) == 3)
		rc = send_secret(s, "", message, e);
	if (rc == 0 && smtp_reply_class(&s->reply) == 3) {
		sasl_challenge_status(buf_str(&s->reply.words), s->reply.words.len, status);
		rc = smtp_core_ask(s, dummy, e);
	}
	buf_clear(&command);
	return rc;
}

static int by_sasl(struct smtp *s, enum sasl_mechanism mech, const struct smtp_options *o, bool *account, struct err *e)
{
	const struct sasl_login l = {o->user, o->secret, stream_host(s->stream), stream_port(s->stream)};
	struct buf message = {0}, status = {0};
	int rc = -1;

	if (sasl_first(mech, &l, &message, e) < 0) {
		err_prefix(e, "%s", stream_peer(s->stream));
		goto out;
	}
	buf_append(&s->encoded, message.data, message.len);
	rc = exchange(s, mech, &message, &status, e);
	if (rc == 0)
		rc = login_result(s, sasl_name(mech), &status, account, e);
out:
	sasl_wipe(&message);
	buf_clear(&status);
	return rc;
}

/* Two questions, whose words are not looked at. */
static int by_login(struct smtp *s, const struct smtp_options *o, bool *account, struct err *e)
{
	const struct buf none = {0};
	struct buf user = {0};
	int rc = -1;

	if (sasl_login_word(o->user, "user name", &user, e) < 0 ||
	    sasl_login_word(o->secret, "password", &s->encoded, e) < 0) {
		err_prefix(e, "%s", stream_peer(s->stream));
		goto out;
	}
	rc = smtp_core_ask(s, "AUTH LOGIN", e);
	if (rc == 0 && smtp_reply_class(&s->reply) == 3)
		rc = smtp_core_ask(s, user.data, e);
	if (rc == 0 && smtp_reply_class(&s->reply) == 3)
		rc = send_secret(s, "", &s->encoded, e);
	if (rc == 0)
		rc = login_result(s, "LOGIN", &none, account, e);
out:
	buf_clear(&user);
	return rc;
}

static int not_offered(const struct smtp *s, const char *what, struct err *e)
{
	struct span list = span_trim((struct span){buf_str(&s->offers.mechanisms), s->offers.mechanisms.len});

	if (!s->offers.auth)
		return err_set(e, ERR_UNAVAILABLE, "%s: the server offers no login%s", stream_peer(s->stream),
		    stream_is_encrypted(s->stream) ? "" : " without TLS");
	return err_set(e, ERR_UNAVAILABLE, "%s: the server offers no login by %s, but by: %.*s", stream_peer(s->stream),
	    what, list.len < 200 ? (int)list.len : 200, list.len ? list.at : "");
}

int smtp_login(struct smtp *s, const struct smtp_options *o, bool *account_at_fault, struct err *e)
{
	bool *at = account_at_fault;

	switch (o->auth) {
	case SMTP_AUTH_NONE: return 0;
	case SMTP_AUTH_PLAIN:
		if (offers(s, "PLAIN"))
			return by_sasl(s, SASL_PLAIN, o, at, e);
		return offers(s, "LOGIN") ? by_login(s, o, at, e) : not_offered(s, "PLAIN or LOGIN", e);
	case SMTP_AUTH_LOGIN: return offers(s, "LOGIN") ? by_login(s, o, at, e) : not_offered(s, "LOGIN", e);
	case SMTP_AUTH_OAUTHBEARER:
		if (offers(s, "OAUTHBEARER"))
			return by_sasl(s, SASL_OAUTHBEARER, o, at, e);
		return offers(s, "XOAUTH2") ? by_sasl(s, SASL_XOAUTH2, o, at, e)
		                            : not_offered(s, "OAUTHBEARER or XOAUTH2", e);
	case SMTP_AUTH_XOAUTH2: break;
	}
	return offers(s, "XOAUTH2") ? by_sasl(s, SASL_XOAUTH2, o, at, e) : not_offered(s, "XOAUTH2", e);
}
