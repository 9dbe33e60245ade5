#include "base/clock.h"
#include "base/utf8.h"
#include "net/smtp_check.h"
#include "net/smtp_core.h"
#include "net/smtp_verdict.h"

#include <inttypes.h>
#include <string.h>

enum {
	/* Commands on their way before the first answer is read: both sides' buffers hold that many, so that neither waits for the
	 * other to read (RFC 2920 section 3.1). */
	WINDOW_COMMANDS = 50,
	BLOCK_BYTES = 64 * 1024,
	LAST_WORDS_TIMEOUT_MS = 2000, /* what a server that hung up may have said before */
};

enum state { OPEN, TAKEN, SETTLED }; /* of a recipient: no word of it, RCPT was taken, has its outcome */

struct sending {
	struct smtp *s;
	struct arena *a;
	struct smtp_message *m;
	struct smtp_needs needs;
	bool utf8; /* with SMTPUTF8 */
	const char *from;
	const char **wire;     /* the recipients' addresses on the wire */
	enum state *states;    /* of the recipients */
	size_t *queue, queued; /* those to ask for, by their numbers */
	size_t taken;
	bool mail_refused, data_go; /* data_go: 354 */
};

/* A copy of at most SMTP_WORDS_MAX bytes. */
static const char *keep(struct sending *t, const char *words)
{
	size_t n = strlen(words);

	return arena_strndup(t->a, words, n <= SMTP_WORDS_MAX ? n : utf8_cut(words, SMTP_WORDS_MAX));
}

static void settle_one(
    struct sending *t, size_t i, enum smtp_outcome o, int code, const char *enhanced, const char *words)
{
	struct smtp_recipient *r = &t->m->recipients[i];

	if (t->states[i] == SETTLED)
		return;
	t->taken -= t->states[i] == TAKEN;
	t->states[i] = SETTLED;
	r->outcome = o;
	r->code = code;
	r->enhanced = enhanced;
	r->words = words;
}

/* All that have no outcome yet, by our own words. */
static void settle(struct sending *t, enum smtp_outcome o, const char *words)
{
	const char *copy = keep(t, words);

	for (size_t i = 0; i < t->m->n; i++)
		settle_one(t, i, o, 0, NULL, copy);
}

static const char *enhanced_of(struct sending *t)
{
	return *t->s->reply.enhanced ? arena_strdup(t->a, t->s->reply.enhanced) : NULL;
}

/* All that have no outcome yet, by what the server says at this step. */
static void settle_by_reply(struct sending *t, enum smtp_step step)
{
	const struct smtp_reply *r = &t->s->reply;
	enum smtp_outcome o = smtp_verdict(step, r, false);
	const char *enhanced = enhanced_of(t), *words = keep(t, buf_str(&r->words));

	for (size_t i = 0; i < t->m->n; i++)
		settle_one(t, i, o, r->code, enhanced, words);
}

/* Addresses and bytes. */
static int check(struct sending *t, struct err *e)
{
	struct smtp_message *m = t->m;

	if (m->n == 0)
		return err_set(e, ERR_INPUT, "the message has no recipient");
	if (smtp_check_bytes(m->bytes, m->len, &t->needs, e) < 0 ||
	    smtp_check_address(t->a, m->from, true, &t->from, e) < 0 ||
	    (m->envelope_id && smtp_check_envelope_id(m->envelope_id, e) < 0))
		return -1;
	for (size_t i = 0; i < m->n; i++)
		if (smtp_check_address(t->a, m->recipients[i].address, false, &t->wire[i], e) < 0)
			return -1;
	return 0;
}

/* What this server cannot take is not sent to it. Recipients that it cannot take are settled and left out. */
static bool server_takes_it(struct sending *t)
{
	const struct smtp_offers *o = &t->s->offers;
	const char *lacks_utf8 = "the server takes no addresses or headers beyond ASCII (it does not offer SMTPUTF8)";

	t->utf8 = t->needs.utf8_header || !smtp_is_ascii(t->from);
	if (o->size && o->size_limit > 0 && t->m->len > o->size_limit)
		settle(t, SMTP_PERMANENT,
		    arena_printf(t->a, "the message has %zu bytes, and the server takes at most %" PRIu64, t->m->len,
		        o->size_limit));
	else if (t->utf8 && !o->smtputf8)
		settle(t, SMTP_PERMANENT, lacks_utf8);
	else if (t->needs.eightbit && !o->eightbit)
		settle(t, SMTP_PERMANENT,
		    "the message has bytes above 127, and the server takes none (it does not offer 8BITMIME)");
	for (size_t i = 0; i < t->m->n; i++) {
		if (!smtp_is_ascii(t->wire[i]) && !o->smtputf8)
			settle_one(t, i, SMTP_PERMANENT, 0, NULL, lacks_utf8);
		t->utf8 |= t->states[i] == OPEN && !smtp_is_ascii(t->wire[i]);
		if (t->states[i] == OPEN)
			t->queue[t->queued++] = i;
	}
	return t->queued > 0;
}

static void put_mail(struct sending *t, struct buf *b)
{
	const struct smtp_offers *o = &t->s->offers;

	buf_printf(b, "MAIL FROM:<%s>", t->from);
	if (o->size)
		buf_printf(b, " SIZE=%zu", t->m->len);
	if (t->needs.eightbit)
		buf_puts(b, " BODY=8BITMIME");
	if (t->utf8)
		buf_puts(b, " SMTPUTF8");
	if (o->dsn)
		buf_puts(b, " RET=HDRS");
	if (o->dsn && t->m->envelope_id) {
		buf_puts(b, " ENVID=");
		smtp_put_xtext(b, t->m->envelope_id);
	}
	buf_puts(b, "\r\n");
}

/* ORCPT of an address beyond ASCII would be another type (RFC 6533); reports name the recipient without it. */
static void put_rcpt(struct sending *t, const char *wire, struct buf *b)
{
	buf_printf(b, "RCPT TO:<%s>", wire);
	if (t->s->offers.dsn) {
		buf_puts(b, " NOTIFY=FAILURE,DELAY");
		if (smtp_is_ascii(wire)) {
			buf_puts(b, " ORCPT=rfc822;");
			smtp_put_xtext(b, wire);
		}
	}
	buf_puts(b, "\r\n");
}

static int take_mail(struct sending *t, struct err *e)
{
	if (smtp_reply_class(&t->s->reply) == 3)
		return smtp_core_senseless(t->s, "MAIL", e);
	t->mail_refused = smtp_reply_class(&t->s->reply) != 2;
	if (t->mail_refused)
		settle_by_reply(t, SMTP_AT_MAIL);
	return 0;
}

static int take_rcpt(struct sending *t, size_t i, struct err *e)
{
	const struct smtp_reply *r = &t->s->reply;

	if (smtp_reply_class(r) == 3)
		return smtp_core_senseless(t->s, "RCPT", e);
	if (smtp_reply_class(r) != 2) {
		settle_one(t, i, smtp_verdict(SMTP_AT_RCPT, r, t->taken > 0), r->code, enhanced_of(t),
		    keep(t, buf_str(&r->words)));
	} else if (t->states[i] == OPEN) {
		t->states[i] = TAKEN;
		t->taken++;
	} else { /* MAIL was refused, and yet: where would an empty message go? */
		return smtp_core_senseless(t->s, "RCPT after a refused MAIL", e);
	}
	return 0;
}

static int take_data(struct sending *t, struct err *e)
{
	if (smtp_reply_class(&t->s->reply) == 2)
		return smtp_core_senseless(t->s, "DATA", e);
	t->data_go = smtp_reply_class(&t->s->reply) == 3;
	if (!t->data_go)
		settle_by_reply(t, SMTP_AT_DATA);
	return 0;
}

/* Command 0 is MAIL, then each recipient's RCPT, the last is DATA. */
static void put_command(struct sending *t, size_t number, struct buf *b)
{
	if (number == 0)
		put_mail(t, b);
	else if (number <= t->queued)
		put_rcpt(t, t->wire[t->queue[number - 1]], b);
	else
		buf_puts(b, "DATA\r\n");
}

/* -1 also when this answer is the last one (421): then all is settled. */
static int take_answer(struct sending *t, size_t number, struct err *e)
{
	bool is_data = number > t->queued;

	if (smtp_core_read(t->s, is_data ? t->s->data_ms : t->s->command_ms, e) < 0)
		return -1;
	if (t->s->reply.code == 421) {
		settle_by_reply(t, SMTP_AT_DATA);
		return -1;
	}
	if (number == 0)
		return take_mail(t, e);
	return is_data ? take_data(t, e) : take_rcpt(t, t->queue[number - 1], e);
}

/* The envelope, in groups of commands where the server takes these (RFC 2920). -1: the connection is over. */
static int send_envelope(struct sending *t, struct err *e)
{
	size_t all = t->queued + 2, window = t->s->offers.pipelining ? WINDOW_COMMANDS : 1;
	struct buf *out = &t->s->out;

	for (size_t next = 0, end; next < all && !t->mail_refused; next = end) {
		end = all - next < window ? all : next + window;
		if (next == all - 1 && t->taken == 0)
			break; /* nobody is left to send it to */
		buf_reset(out);
		for (size_t i = next; i < end; i++)
			put_command(t, i, out);
		if (smtp_core_write(t->s, out->data, out->len, t->s->command_ms, e) < 0)
			return -1;
		for (size_t i = next; i < end; i++)
			if (take_answer(t, i, e) < 0)
				return -1;
	}
	return 0;
}

/* The server speaks before the message has ended: a refusal or 421 counts, for nothing can have been taken. There is no way back
 * to commands from here. */
static int read_early(struct sending *t, struct err *e)
{
	int rc = smtp_core_read(t->s, LAST_WORDS_TIMEOUT_MS, e);

	t->s->broken = true;
	if (rc == 0 && smtp_reply_class(&t->s->reply) < 4)
		smtp_core_senseless(t->s, "half a message", e);
	else if (rc == 0)
		settle_by_reply(t, SMTP_AT_END);
	return -1;
}

/* A server that closes has often said why. */
static int write_block(struct sending *t, struct err *e)
{
	struct smtp *s = t->s;
	struct err ignored = {0};

	if (stream_is_ready(s->stream))
		return read_early(t, e);
	if (smtp_core_write(s, s->out.data, s->out.len, s->block_ms, e) < 0) {
		s->broken = false;
		read_early(t, &ignored);
		return -1;
	}
	buf_reset(&s->out);
	return 0;
}

/* The bytes as they are, but for a second dot before each that begins a line (RFC 5321 section 4.5.2), in few large writes. Ends
 * with a line end, so that what is left of the message is the line with the dot. */
static int send_body(struct sending *t, struct err *e)
{
	const char *p = t->m->bytes, *end = p + t->m->len;
	struct buf *out = &t->s->out;

	buf_reset(out);
	buf_reserve(out, BLOCK_BYTES);
	if (*p == '.')
		buf_putc(out, '.');
	while (p < end) {
		size_t room = BLOCK_BYTES - out->len, left = (size_t)(end - p);
		size_t n = left < room ? left : room;
		const char *dot = n >= 2 ? memmem(p, n, "\n.", 2) : NULL;
		if (dot)
			n = (size_t)(dot - p) + 1;
		/* A dot behind this piece, where a block ends with LF, is found here and not by the search. */
		bool stuff = n < left && p[n - 1] == '\n' && p[n] == '.';
		buf_append(out, p, n);
		if (stuff)
			buf_putc(out, '.');
		p += n;
		if (out->len >= BLOCK_BYTES && write_block(t, e) < 0)
			return -1;
	}
	return out->len > 0 ? write_block(t, e) : 0;
}

/* From the first byte of the final dot on the server may have the message (RFC 1047), and only its answer tells. */
static void finish(struct sending *t)
{
	struct smtp *s = t->s;
	struct err e = {0};

	s->until = 0;
	if (smtp_core_write(s, ".\r\n", 3, s->block_ms, &e) < 0 || smtp_core_read(s, s->end_ms, &e) < 0) {
		settle(t, SMTP_UNKNOWN, e.text);
	} else if (smtp_reply_class(&s->reply) == 3) {
		smtp_core_senseless(s, "the message", &e);
		settle(t, SMTP_UNKNOWN, e.text);
	} else {
		settle_by_reply(t, SMTP_AT_END);
	}
}

/* All were refused, and the server waits for a message all the same: it gets none (RFC 2920 section 3.1). */
static void send_nothing(struct sending *t)
{
	struct err ignored = {0};

	if (smtp_core_write(t->s, ".\r\n", 3, t->s->block_ms, &ignored) == 0)
		smtp_core_read(t->s, t->s->command_ms, &ignored);
}

/* What nobody asked for would be taken for the answer to the next command. */
static int begin(struct sending *t, struct err *e)
{
	struct smtp *s = t->s;

	s->until = clock_monotonic_s() + s->transaction_ms / 1e3;
	if (s->broken)
		return err_set(e, ERR_TEMPORARY, "%s: the connection is lost", stream_peer(s->stream));
	if (!stream_is_ready(s->stream))
		return 0;
	if (smtp_core_read(s, LAST_WORDS_TIMEOUT_MS, e) < 0)
		return -1;
	if (s->reply.code == 421)
		settle_by_reply(t, SMTP_AT_MAIL);
	else
		smtp_core_senseless(s, "nothing", e);
	return -1;
}

static void transact(struct sending *t)
{
	struct err e = {0};
	bool clean = false;

	if (begin(t, &e) == 0 && send_envelope(t, &e) == 0) {
		if (t->data_go && t->taken == 0)
			send_nothing(t);
		else if (t->data_go && send_body(t, &e) == 0 &&
		         (!stream_is_ready(t->s->stream) || read_early(t, &e) == 0)) {
			finish(t);
			clean = smtp_reply_class(&t->s->reply) == 2;
		}
	}
	settle(t, SMTP_TEMPORARY, e.text); /* where the line broke before the dot */
	t->s->until = 0;
	if (!t->s->broken && !clean && smtp_core_ask(t->s, "RSET", &e) == 0 && smtp_reply_class(&t->s->reply) != 2)
		t->s->broken = true;
}

int smtp_send(struct smtp *s, struct arena *a, struct smtp_message *m, struct err *e)
{
	struct sending t = {.s = s, .a = a, .m = m};
	int rc;

	t.wire = arena_array(a, m->n, sizeof *t.wire);
	t.queue = arena_array(a, m->n, sizeof *t.queue);
	t.states = arena_array(a, m->n, sizeof *t.states);
	for (size_t i = 0; i < m->n; i++)
		t.states[i] = OPEN;
	rc = check(&t, e);
	if (rc < 0)
		settle(&t, SMTP_PERMANENT, e->text);
	else if (server_takes_it(&t))
		transact(&t);
	return rc;
}
