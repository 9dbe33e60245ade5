#include "net/smtp.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/sasl.h"
#include "net/smtp_core.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	GREETING_TIMEOUT_MS = 300000,
	COMMAND_TIMEOUT_MS = 300000,
	DATA_TIMEOUT_MS = 120000,
	BLOCK_TIMEOUT_MS = 180000,
	END_TIMEOUT_MS = 600000,
	TRANSACTION_TIMEOUT_MS = 3600000,
	QUIT_TIMEOUT_MS = 2000,
	CAPABILITIES_MAX = 4096,
};

const char *smtp_outcome_name(enum smtp_outcome o)
{
	switch (o) {
	case SMTP_ACCEPTED: return "accepted";
	case SMTP_TEMPORARY: return "temporary";
	case SMTP_PERMANENT: return "permanent";
	case SMTP_ACCOUNT: return "account";
	case SMTP_UNKNOWN: break;
	}
	return "unknown";
}

bool smtp_is_open(const struct smtp *s)
{
	return !s->broken;
}

/* The step's own time, or what the transaction has left. */
static void limit(struct smtp *s, int timeout_ms)
{
	double left_ms = s->until > 0 ? (s->until - clock_monotonic_s()) * 1e3 : timeout_ms;

	stream_limit(s->stream, left_ms >= timeout_ms ? timeout_ms : left_ms > 1 ? (int)left_ms : 1);
}

int smtp_core_write(struct smtp *s, const void *bytes, size_t n, int timeout_ms, struct err *e)
{
	if (s->broken)
		return err_set(e, ERR_TEMPORARY, "%s: the connection is lost", stream_peer(s->stream));
	limit(s, timeout_ms);
	if (stream_write(s->stream, bytes, n, e) == 0)
		return 0;
	s->broken = true;
	return -1;
}

/* The whole secret; while logging in (smtp_login.c) a piece of it is enough. */
static void hide_secret(struct smtp *s)
{
	const char *words = buf_str(&s->reply.words);
	bool told = (s->secret && *s->secret && strstr(words, s->secret)) ||
	            (s->encoded.len > 0 && strstr(words, s->encoded.data));

	if (told)
		buf_reset(&s->reply.words);
	if (s->secret)
		explicit_bzero(s->reply.line.data, s->reply.line.cap);
}

static void learn(struct span text, size_t line, void *arg);

static int read_reply(struct smtp *s, int timeout_ms, bool is_ehlo, struct err *e)
{
	if (s->broken)
		return err_set(e, ERR_TEMPORARY, "%s: the connection is lost", stream_peer(s->stream));
	limit(s, timeout_ms);
	if (smtp_reply_read(&s->reply, s->stream, is_ehlo ? learn : NULL, &s->offers, e) < 0) {
		s->broken = true;
		return -1;
	}
	hide_secret(s);
	if (s->reply.code == 421)
		s->broken = true;
	return 0;
}

int smtp_core_read(struct smtp *s, int timeout_ms, struct err *e)
{
	return read_reply(s, timeout_ms, false, e);
}

static int ask(struct smtp *s, const char *command, bool is_ehlo, struct err *e)
{
	buf_reset(&s->out);
	buf_puts(&s->out, command);
	buf_puts(&s->out, "\r\n");
	if (smtp_core_write(s, s->out.data, s->out.len, s->command_ms, e) < 0)
		return -1;
	return read_reply(s, s->command_ms, is_ehlo, e);
}

int smtp_core_ask(struct smtp *s, const char *command, struct err *e)
{
	return ask(s, command, false, e);
}

int smtp_core_refused(const struct smtp *s, const char *what, enum err_code code, struct err *e)
{
	const struct smtp_reply *r = &s->reply;

	return err_set(e, smtp_reply_class(r) == 4 ? ERR_TEMPORARY : code, "%s: %s: the server says %d%s%s%s%s",
	    stream_peer(s->stream), what, r->code, *r->enhanced ? " " : "", r->enhanced, r->words.len ? " " : "",
	    buf_str(&r->words));
}

int smtp_core_senseless(struct smtp *s, const char *what, struct err *e)
{
	s->broken = true;
	return err_set(e, ERR_UNAVAILABLE, "%s: the server's answer to %s makes no sense: %d %s",
	    stream_peer(s->stream), what, s->reply.code, buf_str(&s->reply.words));
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
}

static uint64_t number(struct span digits)
{
	uint64_t n = 0;

	for (size_t i = 0; i < digits.len && ascii_is_digit(digits.at[i]); i++)
		n = n > UINT64_MAX / 10 - 1 ? UINT64_MAX / 10 : n * 10 + (uint64_t)(digits.at[i] - '0');
	return n;
}

static void learn_mechanisms(struct smtp_offers *o, struct span words)
{
	struct buf *b = &o->mechanisms;

	o->auth = true;
	buf_putc(b, ' ');
	for (size_t i = 0; i < words.len && b->len < CAPABILITIES_MAX; i++)
		buf_putc(b, words.at[i] == '\0' ? '?' : upper(words.at[i]));
	buf_putc(b, ' ');
}

/* A line of the answer to EHLO: a keyword and its parameters. The first is a greeting. */
static void learn(struct span text, size_t line, void *arg)
{
	struct smtp_offers *o = arg;
	struct span word = text, rest;

	if (line == 0)
		return;
	word.len = 0;
	while (word.len < text.len && text.at[word.len] != ' ' && text.at[word.len] != '=')
		word.len++;
	rest = span_trim(span_skip(text, word.len + 1));
	if (span_is(word, "auth")) /* also the old "AUTH=LOGIN" */
		learn_mechanisms(o, rest);
	else if (span_is(word, "size")) {
		o->size = true;
		o->size_limit = number(rest);
	}
	o->starttls |= span_is(word, "starttls");
	o->pipelining |= span_is(word, "pipelining");
	o->eightbit |= span_is(word, "8bitmime");
	o->smtputf8 |= span_is(word, "smtputf8");
	o->dsn |= span_is(word, "dsn");
}

static void forget_offers(struct smtp *s)
{
	buf_clear(&s->offers.mechanisms);
	s->offers = (struct smtp_offers){0};
}

static int greet(struct smtp *s, struct err *e)
{
	if (smtp_core_read(s, s->greeting_ms, e) < 0)
		return -1;
	if (smtp_reply_class(&s->reply) != 2)
		return smtp_core_refused(s, "greeting", ERR_UNAVAILABLE, e);
	return 0;
}

static int hello(struct smtp *s, struct err *e)
{
	struct buf command = {0};
	int rc;

	forget_offers(s);
	buf_printf(&command, "EHLO %s", s->helo);
	rc = ask(s, command.data, true, e);
	buf_clear(&command);
	if (rc < 0)
		return -1;
	return smtp_reply_class(&s->reply) == 2 ? 0 : smtp_core_refused(s, "EHLO", ERR_UNAVAILABLE, e);
}

/* What stands behind the server's consent in plain text was put there by somebody on the line (CVE-2011-0411): stream_starttls
 * would drop it, but a line with such a person on it is better left. */
static int start_tls(struct smtp *s, struct err *e)
{
	const char *peer = stream_peer(s->stream);

	if (!s->offers.starttls)
		return err_set(e, ERR_UNAVAILABLE,
		    "%s: the server offers no STARTTLS, and without it nothing is sent (somebody on the line may have "
		    "taken "
		    "the offer out)",
		    peer);
	if (smtp_core_ask(s, "STARTTLS", e) < 0)
		return -1;
	if (smtp_reply_class(&s->reply) != 2)
		return smtp_core_refused(s, "STARTTLS", ERR_UNAVAILABLE, e);
	if (stream_unread(s->stream) > 0) {
		s->broken = true;
		return err_set(e, ERR_UNAVAILABLE,
		    "%s: STARTTLS: more came in plain text behind the server's consent: somebody on the line may have "
		    "put "
		    "it there",
		    peer);
	}
	if (stream_starttls(s->stream, e) < 0) {
		s->broken = true;
		return -1;
	}
	return hello(s, e);
}

static int check_options(const struct smtp_options *o, const char *peer, struct err *e)
{
	for (const char *p = o->helo ? o->helo : "x"; *p || p == o->helo; p++)
		if (*p <= ' ' || *p > '~')
			return err_set(e, ERR_CONFIG, "%s: the name for EHLO must be one word of ASCII", peer);
	if (o->helo && strlen(o->helo) > 255)
		return err_set(e, ERR_CONFIG, "%s: the name for EHLO is too long", peer);
	if (o->auth != SMTP_AUTH_NONE && (!o->user || !o->secret))
		return err_set(e, ERR_CONFIG, "%s: a user name and a password or token are needed to log in", peer);
	return 0;
}

static int or_default(int timeout_ms, int otherwise)
{
	return timeout_ms > 0 ? timeout_ms : otherwise;
}

static struct smtp *smtp_new(struct stream *stream_take, const struct smtp_options *o)
{
	struct smtp *s = mem_alloc(sizeof *s);
	struct buf name = {0};

	s->stream = stream_take;
	s->greeting_ms = or_default(o->greeting_timeout_ms, GREETING_TIMEOUT_MS);
	s->command_ms = or_default(o->command_timeout_ms, COMMAND_TIMEOUT_MS);
	s->data_ms = s->command_ms < DATA_TIMEOUT_MS ? s->command_ms : DATA_TIMEOUT_MS;
	s->block_ms = or_default(o->block_timeout_ms, BLOCK_TIMEOUT_MS);
	s->end_ms = or_default(o->end_timeout_ms, END_TIMEOUT_MS);
	s->transaction_ms = or_default(o->transaction_timeout_ms, TRANSACTION_TIMEOUT_MS);
	if (o->helo)
		buf_puts(&name, o->helo);
	else
		stream_local_literal(stream_take, &name);
	s->helo = buf_take(&name);
	if (o->auth != SMTP_AUTH_NONE && o->secret)
		s->secret = mem_strdup(o->secret);
	return s;
}

int smtp_open_stream(
    struct smtp **out, struct stream *stream_take, const struct smtp_options *o, bool *account_at_fault, struct err *e)
{
	struct smtp *s = smtp_new(stream_take, o);
	bool ignored;

	if (!account_at_fault)
		account_at_fault = &ignored;
	*account_at_fault = false;
	s->broken = check_options(o, stream_peer(stream_take), e) < 0;
	if (s->broken || greet(s, e) < 0 || hello(s, e) < 0 ||
	    (o->stream.security == STREAM_STARTTLS && start_tls(s, e) < 0) ||
	    smtp_login(s, o, account_at_fault, e) < 0) {
		smtp_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

/* A login in plain text goes to this machine only, whatever else may go out in plain. */
int smtp_open(struct smtp **out, const struct smtp_options *o, bool *account_at_fault, struct err *e)
{
	struct stream_options so = o->stream;
	struct stream *stream;

	if (account_at_fault)
		*account_at_fault = false;
	if (o->auth != SMTP_AUTH_NONE)
		so.plain_anywhere = false;
	so.idle_timeout_ms = or_default(so.idle_timeout_ms, INT_MAX);
	if (stream_open(&stream, &so, e) < 0)
		return -1;
	return smtp_open_stream(out, stream, o, account_at_fault, e);
}

void smtp_close(struct smtp *s)
{
	struct err ignored = {0};

	if (!s)
		return;
	s->until = 0;
	if (!s->broken && smtp_core_write(s, "QUIT\r\n", 6, QUIT_TIMEOUT_MS, &ignored) == 0)
		smtp_core_read(s, QUIT_TIMEOUT_MS, &ignored);
	stream_close(s->stream);
	forget_offers(s);
	smtp_reply_clear(&s->reply);
	mem_free_secret(s->secret);
	sasl_wipe(&s->encoded);
	sasl_wipe(&s->out);
	free(s->helo);
	free(s);
}

int smtp_noop(struct smtp *s, struct err *e)
{
	if (smtp_core_ask(s, "NOOP", e) < 0)
		return -1;
	return smtp_reply_class(&s->reply) == 2 ? 0 : smtp_core_refused(s, "NOOP", ERR_UNAVAILABLE, e);
}
