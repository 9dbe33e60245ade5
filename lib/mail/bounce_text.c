/* Failed recipients in words: takes the addresses that are weighed enough, with the words about each. */
#include "mail/bounce_core.h"

#include <string.h>

enum {
	TALK_LINES = 20,   /* of a transcript in front of an address */
	WORDS_BYTES = 6000 /* about one recipient */
};

static bool is_talk(struct span s, size_t at)
{
	struct span line = {s.at + at, s.len - at};

	return span_starts(line, "<<<") || span_starts(line, ">>>") || span_starts(line, "while talking") ||
	       span_starts(line, "... while talking");
}

/* Sendmail tells what was said to whom in the lines before: ">>> RCPT To:<a@b>", "<<< 550 ...". */
static size_t words_start(const struct reading_report *m, size_t line)
{
	struct span s = m->text.folded;

	for (int i = 0; line > 0 && i < TALK_LINES; i++) {
		size_t before = bounce_line_start(s, line - 1, 0);
		if (!is_talk(s, before))
			break;
		line = before;
	}
	return line;
}

/* Where Sendmail's talk about the next one begins, between the offsets; `to` when nothing of that kind comes. */
static size_t next_talk(const struct reading_report *m, size_t from, size_t to)
{
	struct span s = m->text.folded;
	bool own = is_talk(s, from);

	for (size_t at = from; at < to; at = bounce_line_stop(s, at) + 1) {
		bool talk = is_talk(s, at);
		if (talk && !own)
			return at;
		own = own && talk;
	}
	return to;
}

static bool is_taken(const struct bounce_candidate *c, int needed, struct span but)
{
	return c->weight >= needed && !span_same(c->address, but);
}

/* Where the words about candidate i end: where the next failed recipient begins a line. */
static size_t words_end(const struct reading_report *m, const struct bounce_candidates *f, size_t i)
{
	const struct bounce_candidate *c = &f->items[i];
	size_t end = m->text.plain.len - c->line > WORDS_BYTES ? c->line + WORDS_BYTES : m->text.plain.len;

	for (size_t k = i + 1; k < f->count && f->items[k].line < end; k++)
		if (is_taken(&f->items[k], BOUNCE_NEEDED, c->address) && f->items[k].leads &&
		    f->items[k].line > c->line) {
			end = words_start(m, f->items[k].line);
			break;
		}
	return end > c->end ? next_talk(m, c->line, end) : c->end;
}

/* Reason, class, status and diagnostic from the words between the offsets. */
static void describe(struct reading_report *m, struct bounce_recipient *r, size_t from, size_t to)
{
	struct span words = {m->text.plain.at + from, to - from}, status = bounce_find_status(words);

	if (!r->status && status.len)
		r->status = span_dup(m->a, status);
	if (r->status && r->status[0] == '2' && r->action == BOUNCE_ACTION_FAILED)
		r->action = BOUNCE_ACTION_DELIVERED; /* "250 2.1.5 Ok" */
	bounce_judge(r, phrase_seen(&m->text, from, to), words);
	if (!r->diagnostic && span_trim(words).len)
		r->diagnostic = bounce_line(m->a, (struct span){words.at, words.len < 600 ? words.len : 600});
}

/* All of the notice, as far as it is read for one person. */
static size_t notice_end(const struct reading_report *m)
{
	return m->text.plain.len < 2 * WORDS_BYTES ? m->text.plain.len : 2 * WORDS_BYTES;
}

static bool is_known(const struct bounce_report *out, struct span address)
{
	for (size_t i = 0; i < out->count; i++)
		if (span_same(span_of(out->recipients[i].address), address))
			return true;
	return false;
}

/* Only one address is weighed at all. */
static bool is_sole(const struct bounce_candidates *f)
{
	struct span first = {NULL, 0};

	for (size_t i = 0; i < f->count; i++) {
		if (!is_taken(&f->items[i], 1, first))
			continue;
		if (first.len)
			return false;
		first = f->items[i].address;
	}
	return first.len > 0;
}

static size_t take(struct reading_report *m, const struct bounce_candidates *f, int needed, enum bounce_action action)
{
	struct bounce_report *out = m->out;
	size_t before = out->count;

	for (size_t i = 0; i < f->count; i++) {
		const struct bounce_candidate *c = &f->items[i];
		if (c->weight < needed || is_known(out, c->address))
			continue;
		struct bounce_recipient *r = bounce_add(m, bounce_line(m->a, c->address), action);
		if (!r)
			continue;
		if (c->returned)
			out->confidence = BOUNCE_CONFIDENCE_HEADER;
		describe(m, r, words_start(m, c->line), words_end(m, f, i));
	}
	return out->count - before;
}

/* One person, and nothing said behind the address: what is said before it counts. */
static void explain_alone(struct reading_report *m)
{
	struct bounce_recipient *r = m->out->recipients;

	if (m->out->count == 1 && r->reason == BOUNCE_REASON_UNDEFINED)
		describe(m, r, 0, notice_end(m));
}

/* Did the returned message go to a list: the one of its List-Id ("<study.lab.example>" is study@lab.example, RFC 2919) or its
 * List-Post? Mail to one person has a List-Id, too, where it is one of many. */
static bool went_to_list(const struct reading_report *m, struct span address)
{
	struct span id = m->original.v[H_LIST_ID];
	char *dotted = span_lower(m->a, address), *sign = strchr(dotted, '@');

	if (sign)
		*sign = '.';
	return (id.len && span_find(span_of(span_lower(m->a, id)), dotted) < id.len) ||
	       bounce_names(m->original.v[H_LIST_POST], address) || bounce_names(id, address);
}

/* Nobody is named: the one whom the returned message went to, where that is one and no list. */
static size_t take_returned(struct reading_report *m, enum bounce_action action)
{
	const struct span *v = m->original.v;
	bool received = v[H_RECEIVED_FOR].len > 0;
	struct span address = field_address(received ? v[H_RECEIVED_FOR] : v[H_TO]);

	m->out->confidence = BOUNCE_CONFIDENCE_GUESS;
	if (!address.len || (!received && (memchr(v[H_TO].at, ',', v[H_TO].len) || v[H_CC].len)) ||
	    went_to_list(m, address) || bounce_is_own(m, address))
		return 0;
	const char *text = bounce_status_address(m->a, address);
	struct bounce_recipient *r = text ? bounce_add(m, text, action) : NULL;
	if (!r)
		return 0;
	describe(m, r, 0, notice_end(m));
	return 1;
}

size_t bounce_text_read(struct reading_report *m, enum bounce_action action)
{
	struct bounce_candidates f;

	bounce_find(m, &f);
	m->out->confidence = BOUNCE_CONFIDENCE_TEXT;
	size_t n = take(m, &f, BOUNCE_NEEDED, action);
	if (n == 0)
		n = take(m, &f, is_sole(&f) ? 1 : BOUNCE_NEEDED - 1, action);
	if (n == 0)
		n = take_returned(m, action);
	explain_alone(m);
	return n;
}

/* The words behind the address, up to the line that another address begins. False: the notice does not name it. */
static bool words_behind(struct span s, struct span address, size_t *from, size_t *to)
{
	const char *p = address.len ? memmem(s.at, s.len, address.at, address.len) : NULL;

	if (!p)
		return false;
	*from = (size_t)(p - s.at);
	*to = s.len - *from > WORDS_BYTES ? *from + WORDS_BYTES : s.len;
	for (size_t at = bounce_line_stop(s, *from); at < *to; at = bounce_line_stop(s, at + 1))
		if (s.at[at] == '\f' || bounce_line_begins(s, at + 1, bounce_line_stop(s, at + 1), address))
			*to = at;
	return true;
}

void bounce_text_explain(struct reading_report *m, struct bounce_recipient *r)
{
	enum bounce_reason before = r->reason;
	size_t from = 0, to = notice_end(m);

	if (before != BOUNCE_REASON_UNDEFINED && before != BOUNCE_REASON_REJECTED && r->diagnostic)
		return;
	if (m->out->count > 1 && !words_behind(m->text.plain, span_of(r->address), &from, &to))
		return;
	describe(m, r, from, to);
	if (r->reason == BOUNCE_REASON_UNDEFINED)
		r->reason = before;
}
