/* Addresses in the words for people: where each stands, and what speaks for its being a failed recipient. */
#include "mail/bounce_core.h"

#include <string.h>

enum {
	MAX_CANDIDATES = 1000,
	MAX_LOCAL = 255,
	NEAR_BYTES = 300,
	LINE_BYTES = 600 /* of a line that are looked at on either side */
};

static bool is_local(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit(c) ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static bool is_domain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit(c) || c == '-' || c == '.' ||
	       c == '_';
}

/* A byte of a letter outside ASCII at `at`. Where no spaces are written (three bytes and more: Chinese, Japanese, Thai) such letters
 * belong to an address only if one stands right at its "@"; their punctuation never does. */
static bool is_letter(struct span s, size_t at, bool wide)
{
	while (at > 0 && ((unsigned char)s.at[at] & 0xc0) == 0x80)
		at--;
	unsigned char c = (unsigned char)s.at[at], d = at + 1 < s.len ? (unsigned char)s.at[at + 1] : 0;
	if (c < 0xc3 || (c >= 0xe0 && !wide))
		return false;
	return !(c == 0xe2 || (c == 0xe3 && d == 0x80) || (c == 0xef && (d == 0xbc || d == 0xbd)));
}

/* Punctuation that belongs to the sentence and not to the address. */
static size_t trim_left(struct span s, size_t from, size_t at)
{
	if (at - from > 2 && s.at[from] == '=' &&
	    s.at[from + 1] == '?') /* an encoded word, which no address should be */
		return from;
	while (from < at && strchr("'*/=.`|{}!?~-", s.at[from]) && s.at[from])
		from++;
	for (size_t i = at; i-- > from;) /* "RCPT=a@b", "T=[a@b": what stands behind the last sign of that kind */
		if (s.at[i] == '=' && at - from > 2 && i + 1 < at && i - from < 5)
			return i + 1;
	return from;
}

/* The address around the "@" at offset `at`; false when there is none. Not before `floor`. */
static bool address_at(struct span s, size_t floor, size_t at, size_t *start, size_t *end)
{
	size_t from = at, to = at + 1;

	if (from > floor && s.at[from - 1] == '"') { /* a quoted local part */
		for (from--; from > floor && at - from < MAX_LOCAL && s.at[from - 1] != '"' && s.at[from - 1] != '\n';
		     from--)
			;
		if (from == floor || s.at[from - 1] != '"')
			return false;
		from--;
	} else {
		bool wide = from > floor && (unsigned char)s.at[from - 1] >= 0x80;
		while (from > floor && at - from < MAX_LOCAL &&
		       (is_local(s.at[from - 1]) ||
		           ((unsigned char)s.at[from - 1] >= 0x80 && is_letter(s, from - 1, wide))))
			from--;
		from = trim_left(s, from, at);
	}
	if (to < s.len && s.at[to] == '[')
		while (to < s.len && to - at < 60 && s.at[to - 1] != ']')
			to++;
	else
		while (to < s.len && to - at < MAX_LOCAL &&
		       (is_domain(s.at[to]) ||
		           ((unsigned char)s.at[to] >= 0x80 && is_letter(s, to, (unsigned char)s.at[at + 1] >= 0x80))))
			to++;
	while (to > at + 1 && strchr(".-_", s.at[to - 1]))
		to--;
	*start = from;
	*end = to;
	return from < at && to > at + 2;
}

size_t bounce_line_start(struct span s, size_t at, size_t floor)
{
	while (at > floor && s.at[at - 1] != '\n' && s.at[at - 1] != '\f')
		at--;
	return at;
}

size_t bounce_line_stop(struct span s, size_t at)
{
	while (at < s.len && s.at[at] != '\n' && s.at[at] != '\f')
		at++;
	return at;
}

bool bounce_is_own(const struct reading_report *m, struct span address)
{
	const enum bounce_header ids[] = {H_FROM, H_TO, H_CC, H_DELIVERED_TO, H_REPLY_TO, H_SENDER, H_RETURN_PATH};

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (bounce_names(m->h.v[ids[i]], address))
			return true;
	return bounce_names(m->original.v[H_FROM], address) || bounce_names(m->original.v[H_RETURN_PATH], address);
}

static bool was_returned(const struct reading_report *m, struct span address)
{
	const enum bounce_header ids[] = {H_TO, H_CC, H_BCC, H_RECEIVED_FOR, H_X_ORIGINAL_TO, H_DELIVERED_TO};

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (bounce_names(m->original.v[ids[i]], address))
			return true;
	return false;
}

/* The last of the two kinds of words in front of an address: recipient +1, another -1, none 0. *near: it touches the address. */
static int marker_before(const struct phrase_text *t, size_t from, size_t to, bool *near)
{
	size_t best = from;
	int sign = 0;

	for (size_t i = phrase_first(t, from); i < t->count && t->hits[i].end <= to; i++) {
		const struct phrase_hit *h = &t->hits[i];
		if (h->start < from || (h->category != PHRASE_RECIPIENT && h->category != PHRASE_NOT_RECIPIENT))
			continue;
		if (h->end == best && sign < 0)
			continue;
		best = h->end;
		sign = h->category == PHRASE_RECIPIENT ? 1 : -1;
	}
	*near = sign && to - best <= 3;
	return sign;
}

/* Does only a bullet, a bracket or a reply code stand before the address on its line? */
static bool only_bullet(struct span s, size_t from, size_t to)
{
	for (; from < to; from++)
		if (!strchr(" \t<\"'([*-+.)#0123456789:;>", s.at[from]) && (unsigned char)s.at[from] < 0x80)
			return false;
	return true;
}

/* What stands behind the address tells, when it begins its line: nothing, ":", "...", a remark. */
static int weigh_lead(struct span s, const struct bounce_candidate *c)
{
	size_t at = c->end;

	while (at < c->line_end && strchr(">\"')] ", s.at[at]))
		at++;
	if (at >= c->line_end)
		return 3;
	if (s.at[at] == ':' || s.at[at] == ',' || s.at[at] == ';' || s.at[at] == '(' || s.at[at] == '-')
		return 3;
	if (s.at[at] == '.' && at + 2 < c->line_end && s.at[at + 1] == '.')
		return 3;
	if (span_starts((struct span){s.at + at, s.len - at}, "on ") && at + 6 < c->line_end && s.at[at + 6] == ',')
		return 3; /* Exchange: "on Thu, 29 Apr 2010 ..." */
	char before = c->line > 1 && s.at[c->line - 1] == '\n' ? s.at[c->line - 2] : ':';
	return before == ':' || before == '.' || before == '-' || before == '>' || before == ')'
	           ? 2
	           : 0; /* 0: a wrapped sentence */
}

/* Exchange 2003 and Outlook: "Last, First (a@b) on 11/18/2026 5:12 AM" is a line about one recipient. */
static bool is_dated(struct span s, const struct bounce_candidate *c)
{
	size_t at = c->end;

	while (at < c->line_end && strchr(">\"')] ", s.at[at]))
		at++;
	return at > c->end && span_starts((struct span){s.at + at, c->line_end - at}, "on ") && at + 3 < c->line_end &&
	       ascii_is_digit(s.at[at + 3]) && !memchr(s.at + c->line, '@', c->start - c->line);
}

/* "a@b <c@d>": the first is a name. */
static bool is_name(struct span s, size_t end)
{
	struct span behind = span_skip(s, end);

	while (behind.len && strchr("\"' ", behind.at[0]))
		behind = span_skip(behind, 1);
	const char *close =
	    behind.len > 2 && behind.at[0] == '<' ? memchr(behind.at, '>', behind.len < 300 ? behind.len : 300) : NULL;
	return close && !span_starts(behind, "<mailto:") && memchr(behind.at, '@', (size_t)(close - behind.at));
}

static bool tells_failure(uint64_t seen)
{
	enum bounce_reason r = phrase_reason(seen);

	return r != BOUNCE_REASON_UNDEFINED || phrase_has(seen, PHRASE_FAILURE);
}

/* A line of "To:", beside "Subject:" or "Sent:": what the message was, not whom it did not reach. */
static bool is_summary(struct span s, size_t line, size_t line_end)
{
	struct span here = {s.at + line, line_end - line}, next = span_skip(s, line_end + 1);
	size_t before = line > 1 ? bounce_line_start(s, line - 1, 0) : 0;
	struct span previous = {s.at + before, line > before ? line - before : 0};

	return (span_starts(here, "to:") || span_starts(here, "cc:") || span_starts(here, "an:")) &&
	       (span_starts(next, "subject:") || span_starts(next, "sent:") || span_starts(next, "cc:") ||
	           span_starts(next, "date:") || span_starts(next, "betreff:") || span_starts(previous, "subject:") ||
	           span_starts(previous, "from:"));
}

/* Up to the next address, at most NEAR_BYTES. */
static size_t words_near(struct span s, size_t from)
{
	size_t n = s.len - from < NEAR_BYTES ? s.len - from : NEAR_BYTES;
	const char *next = n ? memchr(s.at + from, '@', n) : NULL;

	return next ? (size_t)(next - s.at) : from + n;
}

/* Does ":" stand in front of the address: "User's mailbox is full: <a@b>"? */
static bool says_what(struct span s, size_t at)
{
	while (at > 0 && (s.at[at - 1] == '<' || s.at[at - 1] == ' '))
		at--;
	return at > 0 && s.at[at - 1] == ':';
}

/* Is it the first address of the line below one that says "The following recipients could not be reached:"? */
static bool is_below(const struct reading_report *m, const struct bounce_candidate *c)
{
	struct span s = m->text.plain;
	size_t end = c->line > 1 ? c->line - 1 : 0,
	       from = bounce_line_start(s, end, end > NEAR_BYTES ? end - NEAR_BYTES : 0);
	uint64_t seen = phrase_seen(&m->text, from, end);

	return end > from && s.at[end - 1] == ':' && phrase_has(seen, PHRASE_RECIPIENT) && tells_failure(seen);
}

static void weigh(const struct reading_report *m, struct bounce_candidate *c, size_t previous_end)
{
	struct span s = m->text.plain;
	size_t from = previous_end > c->line ? previous_end : c->line;
	bool near = false, quoted = c->line < s.len && (s.at[c->line] == '>' || s.at[c->line] == '|');
	uint64_t seen = phrase_seen(&m->text, c->line, c->line_end);
	int marker = marker_before(&m->text, c->start - from > 120 ? c->start - 120 : from, c->start, &near);

	if (marker > 0 && is_summary(s, c->line, c->line_end))
		marker = 0;
	bool own = bounce_is_own(m, c->address);
	c->returned = was_returned(m, c->address);
	c->leads = c->start - c->line < 40 && only_bullet(s, c->line, c->start);
	if (c->leads)
		c->weight += weigh_lead(s, c);
	else if (is_dated(s, c)) {
		c->leads = true;
		c->weight += 3;
	}
	if (marker > 0)
		c->weight += near ? 3 : 2;
	if (marker < 0)
		c->weight -= 5;
	if (c->returned)
		c->weight += 2;
	if (tells_failure(seen) ||
	    (c->leads && tells_failure(phrase_seen(&m->text, c->line_end, words_near(s, c->line_end)))))
		c->weight += 1;
	if (c->start > from + 3 && says_what(s, c->start) && tells_failure(phrase_seen(&m->text, from, c->start)))
		c->weight += 2;
	if (!c->leads && marker == 0 && from == c->line && is_below(m, c))
		c->weight += 2;
	if (quoted)
		c->weight -= s.at[c->line + 1] == ' ' ? 6 : 3; /* "> " is how people quote, ">>> " how servers talk */
	if (own)
		c->weight -= c->returned ? 2 : 4;
	if (is_name(s, c->end))
		c->weight -= 3;
	if (!memchr(c->address.at, '.', c->address.len) && !c->leads && !c->returned)
		c->weight -= 1; /* no domain that mail goes to */
}

static void find_all(struct reading_report *m, struct bounce_candidates *f)
{
	struct span s = m->text.plain;
	size_t floor = 0, line = 0, line_end = 0;

	for (size_t at = 0; at < s.len && f->count < MAX_CANDIDATES; at++) {
		const char *p = memchr(s.at + at, '@', s.len - at);
		struct bounce_candidate c = {.weight = 0};
		if (!p)
			break;
		at = (size_t)(p - s.at);
		if (!address_at(s, floor, at, &c.start, &c.end))
			continue;
		if (c.start >= line_end) {
			line = bounce_line_start(s, c.start, line_end);
			line_end = bounce_line_stop(s, c.end);
		}
		c.line = c.start - line > LINE_BYTES ? c.start - LINE_BYTES : line;
		c.line_end = line_end - c.end > LINE_BYTES ? c.end + LINE_BYTES : line_end;
		c.address = (struct span){s.at + c.start, c.end - c.start};
		weigh(m, &c, floor);
		f->items = arena_more(m->a, f->items, f->count, sizeof *f->items);
		f->items[f->count++] = c;
		floor = at = c.end;
	}
}

/* Exim: an alias's address, and behind it "(generated from the one that was written to)". */
static void resolve_generated(const struct reading_report *m, struct bounce_candidates *f)
{
	struct span s = m->text.folded;

	for (size_t i = 0; i < f->count; i++) {
		struct bounce_candidate *c = &f->items[i], *before_it = i ? c - 1 : NULL;
		size_t from = c->start > 20 ? c->start - 20 : 0;
		struct span before = {s.at + from, c->start - from};
		if (span_find(before, "generated from ") < before.len ||
		    span_find(before, "generated by ") < before.len || span_find(before, "ultimately ") < before.len) {
			bool alias = before_it && c->start - before_it->end < NEAR_BYTES &&
			             !memchr(s.at + before_it->end, '\f', c->start - before_it->end);
			c->weight = alias && before_it->weight > BOUNCE_NEEDED ? before_it->weight : BOUNCE_NEEDED;
			if (alias)
				before_it->weight = 0;
		}
	}
}

bool bounce_line_begins(struct span s, size_t line, size_t end, struct span but)
{
	const char *sign = end > line ? memchr(s.at + line, '@', end - line) : NULL;
	size_t from, to;

	return sign && address_at(s, line, (size_t)(sign - s.at), &from, &to) && from - line < 40 &&
	       only_bullet(s, line, from) && !span_same((struct span){s.at + from, to - from}, but);
}

void bounce_find(struct reading_report *m, struct bounce_candidates *f)
{
	*f = (struct bounce_candidates){.count = 0};
	find_all(m, f);
	resolve_generated(m, f);
}
