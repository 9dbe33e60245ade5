#include "base/clock.h"
#include "base/mem.h"
#include "base/span.h"
#include "net/imap_core.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	CAP_BYTES = 50 * 1024 * 1024,
	BATCH_BYTES = 4 * 1024 * 1024,
	BATCH_MAX = 200,
	BATCH_LIMIT = 700,
	SIZE_UNKNOWN = 64 * 1024, /* what a message counts in a batch when nothing is known */
	SIZE_HEADER = 8 * 1024,
	BODY_KEPT_BYTES = 4 * 1024 * 1024,
};

/* One FETCH answer while it is read. */
struct answer {
	struct imap_message message;
	struct buf keywords, body, date;
	bool has_flags, has_body;
	uint64_t too_large;
	size_t cap_bytes;
};

static void answer_clear(struct answer *a)
{
	buf_clear(&a->keywords);
	buf_clear(&a->body);
	buf_clear(&a->date);
}

static void answer_begin(struct answer *a)
{
	a->message = (struct imap_message){.words = ""};
	a->has_flags = a->has_body = false;
	a->too_large = 0;
	buf_reset(&a->keywords);
	buf_reset(&a->date);
	if (a->body.cap > BODY_KEPT_BYTES)
		buf_clear(&a->body);
	buf_reset(&a->body);
}

int64_t imap_core_date(const char *s)
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

static int read_flags(struct imap *m, struct answer *a, struct err *e)
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
static int read_modseq(struct imap *m, struct answer *a, struct err *e)
{
	int c = imap_reader_peekc(&m->reader, e);

	if (c == '(')
		imap_reader_getc(&m->reader, e);
	if (c < 0 || imap_reader_number(&m->reader, &a->message.modseq, e) < 0)
		return -1;
	return c == '(' ? imap_reader_expect(&m->reader, ')', e) : 0;
}

static int read_uid(struct imap *m, struct answer *a, struct err *e)
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
static int read_body(struct imap *m, struct answer *a, struct err *e)
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

static int read_date(struct imap *m, struct answer *a, struct err *e)
{
	bool nil;

	if (imap_reader_string(&m->reader, &a->date, 100, &nil, NULL, e) < 0)
		return -1;
	a->message.received_at = imap_core_date(buf_str(&a->date));
	return 0;
}

static int read_item(struct imap *m, struct answer *a, struct err *e)
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
		return imap_reader_number(r, &a->message.size, e);
	if (span_is(name, "modseq"))
		return read_modseq(m, a, e);
	return imap_reader_skip_value(r, e);
}

/* "(NAME value NAME value)" and the line end. */
static int read_answer(struct imap *m, struct answer *a, struct err *e)
{
	struct imap_reader *r = &m->reader;
	int c;

	answer_begin(a);
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

struct listing {
	struct answer answer;
	uint32_t first, last;
	imap_each *each;
	void *arg;
};

/* "n:*" always gives the last message, even below n; and a server may tell of messages that nobody asked for. */
static int read_listed(struct imap *m, uint64_t number, void *arg, struct err *e)
{
	struct listing *l = arg;
	int rc;

	(void)number;
	if (read_answer(m, &l->answer, e) < 0)
		return -1;
	if (l->answer.message.uid < l->first || l->answer.message.uid > l->last || !l->answer.has_flags)
		return 0;
	rc = l->each(&l->answer.message, l->arg);
	imap_core_progress(m); /* what the caller does with it is not the server's time */
	return rc;
}

int imap_list(
    struct imap *m, uint32_t first, uint32_t last, uint64_t changed_since, imap_each *each, void *arg, struct err *e)
{
	struct listing l = {.first = first ? first : 1, .last = last ? last : UINT32_MAX, .each = each, .arg = arg};
	const struct imap_want wants[] = {{"fetch", read_listed, &l}, {0}};
	struct buf command = {0};
	int rc;

	buf_printf(&command, "UID FETCH %u:", l.first);
	if (last)
		buf_printf(&command, "%u", last);
	else
		buf_putc(&command, '*');
	buf_puts(&command, " (UID FLAGS INTERNALDATE RFC822.SIZE)");
	if (changed_since)
		buf_printf(&command, " (CHANGEDSINCE %" PRIu64 ")", changed_since);
	rc = imap_core_ask(m, command.data, wants, e);
	buf_clear(&command);
	answer_clear(&l.answer);
	return rc ? rc : imap_core_check(m, "UID FETCH of flags", e);
}

static int add_range(struct imap *m, struct imap_set *set, struct err *e)
{
	uint64_t first, last;

	if (imap_reader_number(&m->reader, &first, e) < 0)
		return -1;
	last = first;
	if (imap_reader_peekc(&m->reader, e) == ':') {
		imap_reader_getc(&m->reader, e);
		if (imap_reader_number(&m->reader, &last, e) < 0)
			return -1;
	}
	if (first == 0 || last == 0 || first > UINT32_MAX || last > UINT32_MAX)
		return imap_reader_bad(&m->reader, "a UID out of range", e);
	imap_set_add(set, (uint32_t)first, (uint32_t)last);
	return 0;
}

/* "1 2 3" */
static int read_search(struct imap *m, uint64_t number, void *arg, struct err *e)
{
	int c;

	(void)number;
	imap_reader_allow_list(&m->reader);
	for (;;) {
		if (imap_reader_spaces(&m->reader, e) < 0 || (c = imap_reader_peekc(&m->reader, e)) < 0)
			return -1;
		if (!ascii_is_digit((char)c))
			break;
		if (add_range(m, arg, e) < 0)
			return -1;
	}
	return imap_reader_skip_rest(&m->reader, e);
}

/* (TAG "a5") UID ALL 1:3,5 (RFC 4731); without ALL when there is no message. */
static int read_esearch(struct imap *m, uint64_t number, void *arg, struct err *e)
{
	struct imap_reader *r = &m->reader;
	int c;

	(void)number;
	imap_reader_allow_list(r);
	for (;;) {
		if (imap_reader_spaces(r, e) < 0 || (c = imap_reader_peekc(r, e)) < 0)
			return -1;
		if (c == '\r' || c == '\n')
			return imap_reader_end(r, e);
		if (c == '(') {
			if (imap_reader_skip_value(r, e) < 0)
				return -1;
			continue;
		}
		if (imap_reader_atom(r, &m->word, e) < 0)
			return -1;
		if (!span_is((struct span){buf_str(&m->word), m->word.len}, "all")) {
			if (m->word.len == 0)
				return imap_reader_bad(r, "the result of a search", e);
			continue;
		}
		if (imap_reader_spaces(r, e) < 0)
			return -1;
		do {
			if (add_range(m, arg, e) < 0)
				return -1;
			c = imap_reader_peekc(r, e);
			if (c == ',')
				imap_reader_getc(r, e);
		} while (c == ',');
	}
}

int imap_uids(struct imap *m, int64_t since, struct imap_set *out, struct err *e)
{
	const struct imap_want wants[] = {{"search", read_search, out}, {"esearch", read_esearch, out}, {0}};
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct buf command = {0};
	time_t at = (time_t)since - 86400; /* the server's zone is not known */
	struct tm tm;
	int rc;

	buf_printf(&command, "UID SEARCH %s", imap_has(m, "ESEARCH") ? "RETURN (ALL) " : "");
	if (since && gmtime_r(&at, &tm))
		buf_printf(
		    &command, "SINCE %d-%.3s-%04d", tm.tm_mday, months + (size_t)tm.tm_mon * 3, tm.tm_year + 1900);
	else
		buf_puts(&command, "ALL");
	rc = imap_core_ask(m, command.data, wants, e);
	buf_clear(&command);
	imap_set_sort(out);
	return rc ? rc : imap_core_check(m, "UID SEARCH", e);
}

/* What is asked for at once, in ascending order. */
struct batch {
	struct answer answer;
	struct imap_fetch_options o;
	struct pending {
		uint32_t uid;
		uint64_t size;
		bool done;
	} * items;
	size_t n;
	imap_each *each;
	void *arg;
};

static int by_uid(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static struct pending *find_pending(const struct batch *b, uint32_t uid)
{
	const struct pending key = {.uid = uid};

	return b->n ? bsearch(&key, b->items, b->n, sizeof key, by_uid) : NULL;
}

static int deliver(struct batch *b, struct pending *p, enum imap_found found, const char *words)
{
	struct imap_message *msg = &b->answer.message;

	msg->uid = p->uid;
	msg->found = found;
	msg->words = words;
	if (msg->size == 0)
		msg->size = p->size;
	if (found == IMAP_FOUND) {
		msg->bytes = buf_str(&b->answer.body);
		msg->len = b->answer.body.len;
	}
	p->done = true;
	return b->each(msg, b->arg);
}

/* Answers that only tell of new flags have no body. */
static int read_fetched(struct imap *m, uint64_t number, void *arg, struct err *e)
{
	struct batch *b = arg;
	struct pending *p;
	int rc;

	(void)number;
	if (read_answer(m, &b->answer, e) < 0)
		return -1;
	p = find_pending(b, b->answer.message.uid);
	if (!p || p->done || !b->answer.has_body)
		return 0;
	if (b->answer.too_large && b->answer.message.size < b->answer.too_large)
		b->answer.message.size = b->answer.too_large;
	rc = deliver(b, p, b->answer.too_large ? IMAP_TOO_LARGE : IMAP_FOUND, "");
	imap_core_progress(m);
	return rc;
}

static int ask_batch(struct imap *m, struct batch *b, const struct imap_set *set, struct err *e)
{
	const struct imap_want wants[] = {{"fetch", read_fetched, b}, {0}};
	struct buf command = {0};
	int rc;

	buf_puts(&command, "UID FETCH ");
	imap_set_write(set, &command);
	buf_printf(&command, " (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[%s])", b->o.header_only ? "HEADER" : "");
	rc = imap_core_ask(m, command.data, wants, e);
	buf_clear(&command);
	return rc;
}

/* What did not come. A NO may be due to one message only: each of the rest is then asked for alone. */
static int finish_batch(struct imap *m, struct batch *b, struct err *e)
{
	bool alone = m->status != IMAP_OK && b->n > 1;
	int rc = 0;

	for (size_t i = 0; i < b->n && rc == 0; i++) {
		struct imap_set one = {0};
		if (b->items[i].done)
			continue;
		if (alone) {
			imap_set_add(&one, b->items[i].uid, b->items[i].uid);
			rc = ask_batch(m, b, &one, e);
			imap_set_clear(&one);
		}
		if (rc == 0 && !b->items[i].done) {
			answer_begin(&b->answer);
			b->answer.message.keywords = "";
			rc = deliver(b, &b->items[i], m->status == IMAP_OK ? IMAP_GONE : IMAP_UNFETCHED,
			    m->status == IMAP_OK ? "" : buf_str(&m->text));
		}
	}
	return rc;
}

static int fetch_batch(struct imap *m, struct batch *b, struct err *e)
{
	struct imap_set set = {0};
	struct err refused = {0};
	int rc;

	if (b->n == 0)
		return 0;
	qsort(b->items, b->n, sizeof *b->items, by_uid);
	for (size_t i = 0; i < b->n; i++)
		imap_set_add(&set, b->items[i].uid, b->items[i].uid);
	rc = ask_batch(m, b, &set, e);
	imap_set_clear(&set);
	/* "Later" is said to all of them. */
	if (rc == 0 && imap_core_check(m, "UID FETCH of messages", &refused) < 0 && refused.code == ERR_TEMPORARY) {
		*e = refused;
		rc = -1;
	}
	if (rc == 0)
		rc = finish_batch(m, b, e);
	b->n = 0;
	return rc;
}

static size_t weight(const struct batch *b, uint64_t size)
{
	if (b->o.header_only)
		return SIZE_HEADER;
	return size ? (size_t)size : SIZE_UNKNOWN;
}

static int run_batches(struct imap *m, struct batch *b, const struct imap_wanted *wanted, size_t n, struct err *e)
{
	size_t bytes = 0;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct pending p = {.uid = wanted[i].uid, .size = wanted[i].size};
		if (!b->o.header_only && p.size > b->o.cap_bytes) {
			answer_begin(&b->answer);
			b->answer.message.keywords = "";
			rc = deliver(b, &p, IMAP_TOO_LARGE, "");
			continue;
		}
		if (b->n == b->o.batch_max || (b->n > 0 && bytes + weight(b, p.size) > b->o.batch_bytes)) {
			rc = fetch_batch(m, b, e);
			bytes = 0;
		}
		b->items[b->n++] = p;
		bytes += weight(b, p.size);
	}
	return rc ? rc : fetch_batch(m, b, e);
}

int imap_fetch(struct imap *m, const struct imap_wanted *wanted, size_t n, const struct imap_fetch_options *o,
    imap_each *each, void *arg, struct err *e)
{
	struct batch b = {.each = each, .arg = arg};
	int rc;

	if (o)
		b.o = *o;
	if (!b.o.cap_bytes)
		b.o.cap_bytes = CAP_BYTES;
	if (!b.o.batch_bytes)
		b.o.batch_bytes = BATCH_BYTES;
	if (!b.o.batch_max)
		b.o.batch_max = BATCH_MAX;
	/* Keeps the command's line under 8,000 bytes (RFC 7162 section 4). */
	if (b.o.batch_max > BATCH_LIMIT)
		b.o.batch_max = BATCH_LIMIT;
	b.answer.cap_bytes = b.o.cap_bytes;
	b.items = mem_realloc(NULL, b.o.batch_max, sizeof *b.items);
	rc = run_batches(m, &b, wanted, n, e);
	answer_clear(&b.answer);
	free(b.items);
	return rc;
}
