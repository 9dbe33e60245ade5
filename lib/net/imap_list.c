#include "base/span.h"
#include "net/imap_answer.h"
#include "net/imap_change.h"

#include <inttypes.h>
#include <time.h>

struct listing {
	struct imap_answer answer;
	uint32_t first, last;
	imap_each *each;
	void *arg;
};

/* "n:*" always gives the last message, even below n; and a server may tell at any time that another program has changed flags,
 * without what was asked for. */
static int read_listed(struct imap *m, uint64_t number, void *arg, struct err *e)
{
	struct listing *l = arg;
	int rc;

	(void)number;
	if (imap_answer_read(m, &l->answer, e) < 0)
		return -1;
	if (l->answer.message.uid < l->first || l->answer.message.uid > l->last || !l->answer.has_flags ||
	    !l->answer.has_size)
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
	imap_answer_clear(&l.answer);
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

static int search(struct imap *m, const char *what, struct imap_set *out, struct err *e)
{
	const struct imap_want wants[] = {{"search", read_search, out}, {"esearch", read_esearch, out}, {0}};
	struct buf command = {0};
	int rc;

	buf_printf(&command, "UID SEARCH %s%s", imap_has(m, "ESEARCH") ? "RETURN (ALL) " : "", what);
	rc = imap_core_ask(m, command.data, wants, e);
	buf_clear(&command);
	imap_set_sort(out);
	return rc ? rc : imap_core_check(m, "UID SEARCH", e);
}

int imap_uids(struct imap *m, int64_t since, struct imap_set *out, struct err *e)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct buf what = {0};
	time_t at = (time_t)since - 86400; /* the server's zone is not known */
	struct tm tm;
	int rc;

	if (since && gmtime_r(&at, &tm))
		buf_printf(&what, "SINCE %d-%.3s-%04d", tm.tm_mday, months + (size_t)tm.tm_mon * 3, tm.tm_year + 1900);
	else
		buf_puts(&what, "ALL");
	rc = search(m, what.data, out, e);
	buf_clear(&what);
	return rc;
}

int imap_uids_by_id(struct imap *m, const char *message_id, struct imap_set *out, struct err *e)
{
	struct buf what = {0}, id = {0};
	int rc;

	for (const char *p = message_id; *p; p++)
		if (*p <= ' ' || *p > '~')
			return err_set(e, ERR_CONFIG, "%s: \"%s\" is no Message-ID to search for",
			    stream_peer(m->stream), message_id);
	buf_printf(&id, "<%s>", message_id);
	buf_puts(&what, "HEADER Message-ID ");
	imap_core_put_quoted(&what, id.data);
	rc = search(m, what.data, out, e);
	buf_clear(&id);
	buf_clear(&what);
	return rc;
}

int imap_uids_unseen(struct imap *m, uint32_t first, struct imap_set *out, struct err *e)
{
	struct imap_set all = {0};
	struct buf what = {0};
	int rc;

	buf_printf(&what, "UID %u:* UNSEEN", first ? first : 1);
	rc = search(m, what.data, &all, e);
	buf_clear(&what);
	/* "n:*" always has the last message in it. */
	for (size_t i = 0; rc == 0 && i < all.n; i++)
		if (all.ranges[i].last >= first)
			imap_set_add(
			    out, all.ranges[i].first > first ? all.ranges[i].first : first, all.ranges[i].last);
	imap_set_clear(&all);
	return rc;
}
