#include "net/imap_answer.h"

#include "base/clock.h"
#include "base/span.h"

#include <stdio.h>
#include <string.h>

enum { BODY_KEPT_BYTES = 4 * 1024 * 1024 };

void imap_answer_clear(struct imap_answer *a)
{
	buf_clear(&a->keywords);
	buf_clear(&a->body);
	buf_clear(&a->date);
}

void imap_answer_begin(struct imap_answer *a)
{
	a->message = (struct imap_message){.keywords = "", .words = ""};
	a->has_flags = a->has_size = a->has_body = false;
	a->too_large = 0;
	buf_reset(&a->keywords);
	buf_reset(&a->date);
	if (a->body.cap > BODY_KEPT_BYTES)
		buf_clear(&a->body);
	buf_reset(&a->body);
}

int64_t imap_answer_date(const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int d, y, h, mi, sec, zone, n = 0;
	char month[4], sign;
	const char *at;

	if (sscanf(s, "%2d-%3s-%4d %2d:%2d:%2d %c%4d%n", &d, month, &y, &h, &mi, &sec, &sign, &zone, &n) != 8 || s[n])
		return 0;
	at = strlen(month) == 3 ? strstr(months, month) : NULL;
	if (!at || (at - months) % 3 != 0 || d < 1 || d > 31 || y < 1970 || h < 0 || h > 23 || mi < 0 || mi > 59 ||
	    sec < 0 || sec > 60 || zone < 0 || (sign != '+' && sign != '-'))
		return 0;
	zone = (zone / 100 * 60 + zone % 100) * 60;
	return clock_days(y, (int)(at - months) / 3 + 1, d) * 86400 + h * 3600 + mi * 60 + sec +
	       (sign == '-' ? zone : -zone);
}

static unsigned flag_of(struct span word)
{
	static const struct {
		const char *word;
		enum imap_flag flag;
	} flags[] = {{"\\seen", IMAP_SEEN}, {"\\answered", IMAP_ANSWERED}, {"\\flagged", IMAP_FLAGGED},
	    {"\\deleted", IMAP_DELETED}, {"\\draft", IMAP_DRAFT}};

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (span_is(word, flags[i].word))
			return flags[i].flag;
	return 0;
}

static int read_flags(struct imap *m, struct imap_answer *a, struct err *e)
{
	struct imap_reader *r = &m->reader;
	bool nil;
	int c;

	if (imap_reader_expect(r, '(', e) < 0)
		return -1;
	a->message.flags = 0;
	buf_reset(&a->keywords);
	for (;;) {
		if (imap_reader_spaces(r, e) < 0 || (c = imap_reader_peekc(r, e)) < 0)
			return -1;
		if (c == ')')
			break;
		if (imap_reader_string(r, &m->word, IMAP_TOKEN_MAX, &nil, NULL, e) < 0)
			return -1;
		a->message.flags |= flag_of((struct span){buf_str(&m->word), m->word.len});
		buf_printf(&a->keywords, "%s%s", a->keywords.len ? " " : "", nil ? "NIL" : buf_str(&m->word));
	}
	a->has_flags = true;
	return imap_reader_expect(r, ')', e);
}

/* "(123)" or "123" (RFC 7162 has brackets). */
static int read_modseq(struct imap *m, struct imap_answer *a, struct err *e)
{
	int c = imap_reader_peekc(&m->reader, e);

	if (c == '(')
		imap_reader_getc(&m->reader, e);
	if (c < 0 || imap_reader_number(&m->reader, &a->message.modseq, e) < 0)
		return -1;
	return c == '(' ? imap_reader_expect(&m->reader, ')', e) : 0;
}

static int read_uid(struct imap *m, struct imap_answer *a, struct err *e)
{
	uint64_t n;

	if (imap_reader_number(&m->reader, &n, e) < 0)
		return -1;
	if (n == 0 || n > UINT32_MAX)
		return imap_reader_bad(&m->reader, "a UID out of range", e);
	a->message.uid = (uint32_t)n;
	return 0;
}

/* Behind BODY: "[section]<origin> value", or the structure that nobody asked for. */
static int read_body(struct imap *m, struct imap_answer *a, struct err *e)
{
	struct imap_reader *r = &m->reader;
	bool nil;
	int c;

	if ((c = imap_reader_peekc(r, e)) < 0)
		return -1;
	if (c != '[')
		return imap_reader_spaces(r, e) < 0 ? -1 : imap_reader_skip_value(r, e);
	while ((c = imap_reader_getc(r, e)) != ']')
		if (c < 0 || c == '\r' || c == '\n')
			return c < 0 ? -1 : imap_reader_bad(r, "the section of a message", e);
	if (imap_reader_atom(r, &m->word, e) < 0 || imap_reader_spaces(r, e) < 0)
		return -1;
	if (imap_reader_string(r, &a->body, a->cap_bytes, &nil, &a->too_large, e) < 0)
		return -1;
	a->has_body = !nil;
	return 0;
}

static int read_date(struct imap *m, struct imap_answer *a, struct err *e)
{
	bool nil;

	if (imap_reader_string(&m->reader, &a->date, 100, &nil, NULL, e) < 0)
		return -1;
	a->message.received_at = imap_answer_date(buf_str(&a->date));
	return 0;
}

/* Servers say NIL of a message that they cannot read. */
static int read_size(struct imap *m, struct imap_answer *a, struct err *e)
{
	int c = imap_reader_peekc(&m->reader, e);

	if (c < 0)
		return -1;
	a->has_size = true;
	if (!ascii_is_digit((char)c))
		return imap_reader_skip_value(&m->reader, e);
	return imap_reader_number(&m->reader, &a->message.size, e);
}

static int read_item(struct imap *m, struct imap_answer *a, struct err *e)
{
	struct imap_reader *r = &m->reader;
	struct span name;

	if (imap_reader_atom(r, &m->word, e) < 0)
		return -1;
	name = (struct span){buf_str(&m->word), m->word.len};
	if (name.len == 0)
		return imap_reader_bad(r, "the name of a value is missing", e);
	if (span_is(name, "body"))
		return read_body(m, a, e);
	if (imap_reader_spaces(r, e) < 0)
		return -1;
	if (span_is(name, "uid"))
		return read_uid(m, a, e);
	if (span_is(name, "flags"))
		return read_flags(m, a, e);
	if (span_is(name, "internaldate"))
		return read_date(m, a, e);
	if (span_is(name, "rfc822.size"))
		return read_size(m, a, e);
	if (span_is(name, "modseq"))
		return read_modseq(m, a, e);
	return imap_reader_skip_value(r, e);
}

int imap_answer_read(struct imap *m, struct imap_answer *a, struct err *e)
{
	struct imap_reader *r = &m->reader;
	int c;

	imap_answer_begin(a);
	if (imap_reader_expect(r, '(', e) < 0)
		return -1;
	for (;;) {
		if (imap_reader_spaces(r, e) < 0 || (c = imap_reader_peekc(r, e)) < 0)
			return -1;
		if (c == ')')
			break;
		if (read_item(m, a, e) < 0)
			return -1;
	}
	imap_reader_clean(&a->keywords);
	a->message.keywords = buf_str(&a->keywords);
	return imap_reader_expect(r, ')', e) < 0 ? -1 : imap_reader_end(r, e);
}
