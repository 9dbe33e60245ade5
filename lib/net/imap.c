#include "net/imap.h"

#include "base/mem.h"
#include "base/span.h"
#include "net/imap_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_TIMEOUT_MS = 600000, LOGOUT_TIMEOUT_MS = 2000 };

static void fold_upper(struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] >= 'a' && b->data[i] <= 'z')
			b->data[i] = (char)(b->data[i] & ~0x20);
}

bool imap_has(const struct imap *m, const char *capability)
{
	struct buf name = {0};
	bool has;

	buf_printf(&name, " %s ", capability);
	fold_upper(&name);
	has = strstr(buf_str(&m->capabilities), name.data) != NULL;
	buf_clear(&name);
	return has;
}

void imap_core_progress(struct imap *m)
{
	stream_limit(m->stream, m->command_timeout_ms);
}

void imap_core_put_quoted(struct buf *b, const char *s)
{
	buf_putc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_putc(b, '\\');
		buf_putc(b, *s);
	}
	buf_putc(b, '"');
}

/* Words up to the line end or "]", which stays. */
static int read_capabilities(struct imap *m, struct err *e)
{
	buf_reset(&m->capabilities);
	buf_putc(&m->capabilities, ' ');
	for (;;) {
		if (imap_reader_spaces(&m->reader, e) < 0 || imap_reader_atom(&m->reader, &m->word, e) < 0)
			return -1;
		if (m->word.len == 0)
			break;
		buf_append(&m->capabilities, m->word.data, m->word.len);
		buf_putc(&m->capabilities, ' ');
	}
	fold_upper(&m->capabilities);
	m->told = true;
	return 0;
}

static int read_code_number(struct imap *m, uint64_t *n, struct err *e)
{
	return imap_reader_spaces(&m->reader, e) < 0 ? -1 : imap_reader_number(&m->reader, n, e);
}

static int read_code_value(struct imap *m, struct err *e)
{
	struct span code = {buf_str(&m->code), m->code.len};
	uint64_t n;

	if (span_is(code, "capability"))
		return read_capabilities(m, e);
	if (span_is(code, "uidvalidity") || span_is(code, "uidnext") || span_is(code, "highestmodseq")) {
		if (read_code_number(m, &n, e) < 0)
			return -1;
		if (!span_is(code, "highestmodseq") && n > UINT32_MAX)
			return imap_reader_bad(&m->reader, "a UID above 32 bits", e);
		if (span_is(code, "uidvalidity"))
			m->folder.uidvalidity = (uint32_t)n;
		else if (span_is(code, "uidnext"))
			m->folder.uidnext = (uint32_t)n;
		else
			m->folder.highestmodseq = n;
	}
	return 0;
}

/* "[CODE values] words": the code's name in m->code, the words in m->text. */
static int read_condition(struct imap *m, struct err *e)
{
	struct imap_reader *r = &m->reader;
	bool quoted = false;
	int c;

	buf_reset(&m->code);
	if (imap_reader_spaces(r, e) < 0 || (c = imap_reader_peekc(r, e)) < 0)
		return -1;
	if (c == '[') {
		imap_reader_getc(r, e);
		if (imap_reader_atom(r, &m->code, e) < 0 || read_code_value(m, e) < 0)
			return -1;
		while ((c = imap_reader_peekc(r, e)) >= 0 && c != '\r' && c != '\n') {
			imap_reader_getc(r, e);
			if (c == '"')
				quoted = !quoted;
			if (c == ']' && !quoted)
				break;
		}
		if (c < 0 || imap_reader_spaces(r, e) < 0)
			return -1;
		fold_upper(&m->code);
		imap_reader_clean(&m->code);
	}
	return imap_reader_text(r, &m->text, e);
}

static int read_status(struct imap *m, enum imap_status *status, struct err *e)
{
	struct span word;

	if (imap_reader_spaces(&m->reader, e) < 0 || imap_reader_atom(&m->reader, &m->word, e) < 0)
		return -1;
	word = (struct span){buf_str(&m->word), m->word.len};
	if (span_is(word, "ok"))
		*status = IMAP_OK;
	else if (span_is(word, "no"))
		*status = IMAP_NO;
	else if (span_is(word, "bad"))
		*status = IMAP_BAD;
	else
		return imap_reader_bad(&m->reader, "neither OK nor NO nor BAD", e);
	return read_condition(m, e);
}

static int good_bye(struct imap *m, struct err *e)
{
	if (read_condition(m, e) < 0)
		return -1;
	return err_set(
	    e, ERR_TEMPORARY, "%s: the server ends the connection: %s", stream_peer(m->stream), buf_str(&m->text));
}

/* Behind the "*". */
static int read_untagged(struct imap *m, const struct imap_want *wants, struct err *e)
{
	struct imap_reader *r = &m->reader;
	uint64_t number = 0;
	struct span word;
	int c;

	if (imap_reader_spaces(r, e) < 0 || (c = imap_reader_peekc(r, e)) < 0)
		return -1;
	if (ascii_is_digit((char)c) && (imap_reader_number(r, &number, e) < 0 || imap_reader_spaces(r, e) < 0))
		return -1;
	if (imap_reader_atom(r, &m->word, e) < 0)
		return -1;
	word = (struct span){buf_str(&m->word), m->word.len};
	for (; wants && wants->keyword; wants++)
		if (span_is(word, wants->keyword))
			return imap_reader_spaces(r, e) < 0 ? -1 : wants->read(m, number, wants->arg, e);
	if (span_is(word, "ok") || span_is(word, "no") || span_is(word, "bad"))
		return read_condition(m, e);
	if (span_is(word, "bye"))
		return good_bye(m, e);
	if (span_is(word, "capability"))
		return read_capabilities(m, e) < 0 ? -1 : imap_reader_end(r, e);
	if (span_is(word, "exists"))
		m->folder.exists = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
	return imap_reader_skip_rest(r, e);
}

static int read_tagged(struct imap *m, struct err *e)
{
	char tag[16];

	if (imap_reader_atom(&m->reader, &m->word, e) < 0)
		return -1;
	snprintf(tag, sizeof tag, "a%u", m->tag);
	if (strcmp(buf_str(&m->word), tag) != 0)
		return imap_reader_bad(&m->reader, "an answer to what was not asked", e);
	return read_status(m, &m->status, e);
}

int imap_core_wait(struct imap *m, const struct imap_want *wants, bool *go_on, struct err *e)
{
	int c, rc;

	if (go_on)
		*go_on = false;
	for (;;) {
		imap_reader_begin(&m->reader);
		c = imap_reader_peekc(&m->reader, e);
		if (c == '*') {
			imap_reader_getc(&m->reader, e);
			rc = read_untagged(m, wants, e);
			if (rc == 0)
				continue;
		} else if (c == '+' && go_on) {
			imap_reader_getc(&m->reader, e);
			*go_on = true;
			rc = imap_reader_spaces(&m->reader, e) < 0 ? -1 : imap_reader_text(&m->reader, &m->text, e);
		} else {
			rc = c < 0 ? -1 : read_tagged(m, e);
		}
		m->broken |= rc != 0;
		return rc;
	}
}

int imap_core_send_line(struct imap *m, const char *line, size_t n, struct err *e)
{
	if (stream_write(m->stream, line, n, e) == 0 && stream_write(m->stream, "\r\n", 2, e) == 0)
		return 0;
	m->broken = true;
	return -1;
}

int imap_core_send(struct imap *m, const char *command, struct err *e)
{
	struct buf line = {0};
	int rc;

	if (m->broken)
		return err_set(e, ERR_TEMPORARY, "%s: the connection is lost", stream_peer(m->stream));
	imap_core_progress(m);
	buf_printf(&line, "a%u %s\r\n", ++m->tag, command);
	rc = stream_write(m->stream, line.data, line.len, e);
	explicit_bzero(line.data, line.cap);
	buf_clear(&line);
	m->broken |= rc < 0;
	return rc;
}

int imap_core_ask(struct imap *m, const char *command, const struct imap_want *wants, struct err *e)
{
	return imap_core_send(m, command, e) < 0 ? -1 : imap_core_wait(m, wants, NULL, e);
}

/* RFC 5530 section 3, and what Gmail says of too many connections. */
static enum err_code code_of_no(const struct imap *m)
{
	static const struct {
		const char *code;
		enum err_code err;
	} codes[] = {{"UNAVAILABLE", ERR_TEMPORARY}, {"INUSE", ERR_TEMPORARY}, {"LIMIT", ERR_TEMPORARY},
	    {"SERVERBUG", ERR_TEMPORARY}, {"THROTTLED", ERR_TEMPORARY}, {"OVERQUOTA", ERR_TEMPORARY},
	    {"NONEXISTENT", ERR_NO_INPUT}, {"TRYCREATE", ERR_NO_INPUT}, {"AUTHENTICATIONFAILED", ERR_REFUSED},
	    {"AUTHORIZATIONFAILED", ERR_REFUSED}, {"EXPIRED", ERR_REFUSED}, {"PRIVACYREQUIRED", ERR_REFUSED},
	    {"NOPERM", ERR_REFUSED}};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(buf_str(&m->code), codes[i].code) == 0)
			return codes[i].err;
	if (strcasestr(buf_str(&m->text), "too many simultaneous"))
		return ERR_TEMPORARY;
	return ERR_UNAVAILABLE;
}

int imap_core_check(const struct imap *m, const char *what, struct err *e)
{
	bool coded = m->code.len > 0;

	if (m->status == IMAP_OK)
		return 0;
	return err_set(e, m->status == IMAP_NO ? code_of_no(m) : ERR_UNAVAILABLE,
	    "%s: %s: the server says %s: %s%.100s%s%s", stream_peer(m->stream), what,
	    m->status == IMAP_NO ? "NO" : "BAD", coded ? "[" : "", buf_str(&m->code), coded ? "] " : "",
	    buf_str(&m->text));
}

int imap_core_capabilities(struct imap *m, struct err *e)
{
	if (imap_core_ask(m, "CAPABILITY", NULL, e) < 0)
		return -1;
	return imap_core_check(m, "CAPABILITY", e);
}

int imap_core_greeting(struct imap *m, struct err *e)
{
	struct imap_reader *r = &m->reader;
	struct span word;

	imap_core_progress(m);
	imap_reader_begin(r);
	if (imap_reader_expect(r, '*', e) < 0 || imap_reader_spaces(r, e) < 0 || imap_reader_atom(r, &m->word, e) < 0)
		return -1;
	word = (struct span){buf_str(&m->word), m->word.len};
	if (span_is(word, "bye"))
		return good_bye(m, e);
	m->logged_in = span_is(word, "preauth");
	if (!m->logged_in && !span_is(word, "ok"))
		return imap_reader_bad(r, "the greeting", e);
	return read_condition(m, e);
}

/* A PREAUTH greeting would leave no way to TLS any more: an attacker's trick (CVE-2020-12398). */
static int start_tls(struct imap *m, struct err *e)
{
	if (m->logged_in)
		return err_set(
		    e, ERR_UNAVAILABLE, "%s: the server wants no STARTTLS (it says PREAUTH)", stream_peer(m->stream));
	if (imap_core_ask(m, "STARTTLS", NULL, e) < 0)
		return -1;
	if (imap_core_check(m, "STARTTLS", e) < 0 || stream_starttls(m->stream, e) < 0)
		return -1;
	m->told = false; /* what is known was told by whoever sat on the line */
	return 0;
}

int imap_open_stream(
    struct imap **out, struct stream *stream_take, enum stream_security security, int command_timeout_ms, struct err *e)
{
	struct imap *m = mem_alloc(sizeof *m);

	m->stream = stream_take;
	m->reader.stream = stream_take;
	m->command_timeout_ms = command_timeout_ms ? command_timeout_ms : COMMAND_TIMEOUT_MS;
	if (imap_core_greeting(m, e) < 0 || (security == STREAM_STARTTLS && start_tls(m, e) < 0) ||
	    (!m->told && imap_core_capabilities(m, e) < 0)) {
		m->broken = true;
		imap_close(m);
		return -1;
	}
	*out = m;
	return 0;
}

int imap_open(struct imap **out, const struct imap_options *o, struct err *e)
{
	struct stream *s;

	if (stream_open(&s, &o->stream, e) < 0)
		return -1;
	return imap_open_stream(out, s, o->stream.security, o->command_timeout_ms, e);
}

void imap_close(struct imap *m)
{
	struct err ignored = {0};

	if (!m)
		return;
	if (!m->broken && imap_core_send(m, "LOGOUT", &ignored) == 0) {
		stream_limit(m->stream, LOGOUT_TIMEOUT_MS);
		imap_core_wait(m, NULL, NULL, &ignored);
	}
	stream_close(m->stream);
	buf_clear(&m->capabilities);
	buf_clear(&m->code);
	buf_clear(&m->text);
	buf_clear(&m->word);
	free(m);
}
