#include "net/imap_core.h"
#include "net/sasl.h"

#include <stdio.h>
#include <string.h>

/* A server may quote the command it did not understand: words with a piece of the secret in them are not passed on. */
static int login_result(struct imap *m, const char *how, const char *secret, const char *encoded, struct err *e)
{
	const char *text = buf_str(&m->text);

	if (m->status == IMAP_OK)
		return 0;
	if (sasl_tells(text, secret) || (encoded && sasl_tells(text, encoded))) {
		explicit_bzero(m->text.data, m->text.cap);
		buf_reset(&m->text);
	}
	imap_core_check(m, how, e);
	if (m->status == IMAP_NO && e->code == ERR_UNAVAILABLE)
		e->code = ERR_REFUSED;
	return -1;
}

/* Capabilities change with the login; the OK may tell them already. */
static int after_login(struct imap *m, struct err *e)
{
	m->logged_in = true;
	return m->told ? 0 : imap_core_capabilities(m, e);
}

/* Sends the message behind the command (SASL-IR, RFC 4959) or when the server asks for it. */
static int send_first(struct imap *m, const char *name, const struct buf *message, bool *go_on, struct err *e)
{
	struct buf command = {0};
	bool at_once = imap_has(m, "SASL-IR");
	int rc;

	buf_reserve(&command, message->len + 100);
	buf_printf(&command, "AUTHENTICATE %s", name);
	if (at_once) {
		buf_putc(&command, ' ');
		buf_append(&command, message->data, message->len);
	}
	m->told = false;
	rc = imap_core_send(m, command.data, e);
	sasl_wipe(&command);
	if (rc < 0 || imap_core_wait(m, NULL, go_on, e) < 0)
		return -1;
	if (at_once || !*go_on)
		return 0;
	if (imap_core_send_line(m, message->data, message->len, e) < 0)
		return -1;
	return imap_core_wait(m, NULL, go_on, e);
}

static int authenticate(struct imap *m, enum sasl_mechanism mech, const struct sasl_login *l, struct err *e)
{
	struct buf message = {0}, status = {0};
	const char *dummy = sasl_after_challenge(mech);
	bool go_on = false;
	int rc = -1;

	if (sasl_first(mech, l, &message, e) < 0 || send_first(m, sasl_name(mech), &message, &go_on, e) < 0)
		goto out;
	if (go_on) {
		sasl_challenge_status(buf_str(&m->text), m->text.len, &status);
		if (imap_core_send_line(m, dummy, strlen(dummy), e) < 0 || imap_core_wait(m, NULL, NULL, e) < 0)
			goto out;
	}
	rc = login_result(m, sasl_name(mech), l->secret, buf_str(&message), e);
	if (rc < 0 && status.len) {
		size_t used = strlen(e->text);
		snprintf(e->text + used, sizeof e->text - used, " (token: %s)", buf_str(&status));
	}
	if (rc == 0)
		rc = after_login(m, e);
out:
	sasl_wipe(&message);
	buf_clear(&status);
	return rc;
}

/* One argument of LOGIN; what is not plain ASCII goes as a literal, which the server must ask for. */
static int send_argument(struct imap *m, struct buf *line, const char *s, bool *refused, struct err *e)
{
	bool ascii = true, go_on;

	for (const char *p = s; *p; p++)
		ascii = ascii && (unsigned char)*p < 0x80;
	buf_putc(line, ' ');
	if (ascii) {
		imap_core_put_quoted(line, s);
		return 0;
	}
	buf_printf(line, "{%zu}", strlen(s));
	if (imap_core_send_line(m, line->data, line->len, e) < 0 || imap_core_wait(m, NULL, &go_on, e) < 0)
		return -1;
	*refused = !go_on;
	explicit_bzero(line->data, line->len);
	buf_reset(line);
	buf_puts(line, s);
	return 0;
}

static int login_command(struct imap *m, const char *user, const char *password, struct err *e)
{
	struct buf line = {0};
	bool refused = false;
	int rc = -1;

	m->told = false;
	imap_core_progress(m);
	buf_reserve(&line, 2 * (strlen(user) + strlen(password)) + 100);
	buf_printf(&line, "a%u LOGIN", ++m->tag);
	if (send_argument(m, &line, user, &refused, e) < 0 ||
	    (!refused && send_argument(m, &line, password, &refused, e) < 0))
		goto out;
	if (!refused && (imap_core_send_line(m, line.data, line.len, e) < 0 || imap_core_wait(m, NULL, NULL, e) < 0))
		goto out;
	rc = login_result(m, "LOGIN", password, NULL, e);
	if (rc == 0)
		rc = after_login(m, e);
out:
	sasl_wipe(&line);
	return rc;
}

static int may_log_in(struct imap *m, struct err *e)
{
	if (m->broken)
		return err_set(e, ERR_TEMPORARY, "%s: the connection is lost", stream_peer(m->stream));
	return 0;
}

int imap_login(struct imap *m, const char *user, const char *password, struct err *e)
{
	const struct sasl_login l = {.user = user, .secret = password};

	if (may_log_in(m, e) < 0)
		return -1;
	if (m->logged_in)
		return 0;
	if (imap_has(m, "AUTH=PLAIN"))
		return authenticate(m, SASL_PLAIN, &l, e);
	if (imap_has(m, "LOGINDISABLED"))
		return err_set(e, ERR_REFUSED, "%s: the server takes no password%s", stream_peer(m->stream),
		    stream_is_encrypted(m->stream) ? " (it may want OAuth)" : " without TLS");
	if (!*user || strpbrk(user, "\r\n") || strpbrk(password, "\r\n"))
		return err_set(e, ERR_CONFIG, "%s: user name and password must not be empty or hold line ends",
		    stream_peer(m->stream));
	return login_command(m, user, password, e);
}

int imap_login_oauth(struct imap *m, const char *user, const char *token, struct err *e)
{
	const struct sasl_login l = {user, token, stream_host(m->stream), stream_port(m->stream)};

	if (may_log_in(m, e) < 0)
		return -1;
	if (m->logged_in)
		return 0;
	if (imap_has(m, "AUTH=OAUTHBEARER"))
		return authenticate(m, SASL_OAUTHBEARER, &l, e);
	if (imap_has(m, "AUTH=XOAUTH2"))
		return authenticate(m, SASL_XOAUTH2, &l, e);
	return err_set(
	    e, ERR_REFUSED, "%s: the server offers no OAuth (neither OAUTHBEARER nor XOAUTH2)", stream_peer(m->stream));
}
