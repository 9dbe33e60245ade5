/* What a message is, from its header and the first words: a report to be read, or something that only looks like one. */
#include "mail/bounce_core.h"

#include "mail/encword.h"

#include <string.h>

struct look {
	uint64_t from, subject, notice;
	bool null_sender; /* Return-Path: <> */
	bool answers;     /* Re:, Fwd:, In-Reply-To: a person talks */
	bool named;       /* From, X-Failed-Recipients or the returned message tell of a mail system */
	bool system;      /* ... or there is at least an empty sender */
	bool proof;       /* Subject and words, or the returned message, tell of a report */
};

static uint64_t seen_in(struct reading_report *m, struct span s)
{
	struct phrase_text t;

	phrase_text_init(m->a, span_of(encword_decode(m->r->charsets, m->a, s)), &t);
	return phrase_seen(&t, 0, t.folded.len);
}

static bool has(uint64_t seen, int category)
{
	return phrase_has(seen, category);
}

static bool is_answer(struct span subject)
{
	static const char *const words[] = {"re:", "fwd:", "fw:", "aw:", "wg:", "tr:", "rv:", "sv:", "vs:", "i:", "r:",
	    "rif:", "antw:", "odp:", "ynt:", "enc:"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_starts(subject, words[i]))
			return true;
	return false;
}

/* The address up to its "@": domains name companies, not programs. */
static struct span local_part(struct span value)
{
	struct span address = field_address(value);
	const char *sign = address.len ? memrchr(address.at, '@', address.len) : NULL;

	return (struct span){address.at, sign ? (size_t)(sign - address.at) + 1 : 0};
}

/* What From and Return-Path say. A name alone ("UPS Delivery Service", "Symantec News") makes no mail system where the mail has an
 * address of its own to be returned to. */
static uint64_t look_at_sender(struct reading_report *m)
{
	struct span path = m->h.v[H_RETURN_PATH], from = m->h.v[H_FROM].len ? m->h.v[H_FROM] : m->h.v[H_SENDER];
	uint64_t addresses = seen_in(m, local_part(from)) | seen_in(m, local_part(path));

	if (local_part(from).len && local_part(path).len)
		return addresses;
	return addresses | seen_in(m, from) | seen_in(m, path);
}

static void look_at(struct reading_report *m, struct look *l)
{
	struct span path = m->h.v[H_RETURN_PATH];

	l->from = look_at_sender(m);
	l->subject = seen_in(m, m->h.v[H_SUBJECT]);
	l->notice = phrase_seen(&m->text, 0, m->text.folded.len < 4000 ? m->text.folded.len : 4000);
	l->null_sender = (path.at && (path.len == 0 || span_is(path, "<>"))) || span_is(m->h.v[H_FROM], "<>");
	l->answers = is_answer(m->h.v[H_SUBJECT]);
}

/* RFC 3834 and what vacation programs write. */
static bool is_auto_reply(const struct reading_report *m, const struct look *l)
{
	struct span p = m->h.v[H_PRECEDENCE];

	if (has(l->subject, PHRASE_AUTO_REPLY))
		return true;
	if (span_starts(p, "auto_reply") || span_starts(p, "auto-reply") || m->h.v[H_X_AUTO_REPLY].at)
		return !has(l->subject, PHRASE_SUBJECT);
	return span_starts(m->h.v[H_AUTO_SUBMITTED], "auto-replied") && !has(l->subject, PHRASE_SUBJECT) &&
	       !has(l->from, PHRASE_SENDER);
}

static bool is_domain_report(struct reading_report *m, const struct look *l)
{
	struct span subject = span_of(encword_decode(m->r->charsets, m->a, m->h.v[H_SUBJECT]));
	char *s = span_lower(m->a, subject);

	(void)l;
	return span_is(m->report_type, "tlsrpt") || strstr(s, "report domain:") || strstr(s, "dmarc aggregate report");
}

/* Sieve and Dovecot refuse mail by a read receipt (RFC 5429): "deleted", and words that say so. */
static bool is_refusal(struct reading_report *m, const struct bounce_part *mdn, const struct look *l)
{
	struct span body = bounce_part_body(m, mdn), rest = body;
	struct field f;

	if (!has(l->notice, PHRASE_FAILURE))
		return false;
	while (field_next(&rest, &f))
		if (span_is(f.name, "disposition"))
			return span_find(f.value, "automatic-action") < f.value.len &&
			       span_find(f.value, "deleted") < f.value.len;
	return false;
}

/* The returned message came from where the report goes to. */
static bool goes_back(const struct reading_report *m)
{
	const enum bounce_header ids[] = {H_RETURN_PATH, H_FROM, H_SENDER};
	const struct span *v = m->original.v;

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (bounce_names(m->h.v[H_TO], field_address(v[ids[i]])))
			return true;
	return false;
}

/* A server's own words stand in the notice: a reply or status code, and a reason. */
static bool has_reply(const struct reading_report *m, const struct look *l)
{
	struct span words = m->text.plain;

	words.len = words.len < 4000 ? words.len : 4000;
	return phrase_reason(l->notice) != BOUNCE_REASON_UNDEFINED &&
	       (bounce_find_code(words) >= 500 || bounce_find_status(words).len);
}

/* A reason, and an address that begins a line. */
static bool says_why(const struct reading_report *m, const struct look *l)
{
	struct span rest = m->text.plain, line, nobody = {NULL, 0};

	rest.len = rest.len < 4000 ? rest.len : 4000;
	if (phrase_reason(l->notice) == BOUNCE_REASON_UNDEFINED)
		return false;
	while (line_next(&rest, &line))
		if (bounce_line_begins(line, 0, line.len, nobody))
			return true;
	return false;
}

/* What speaks for a mail system that reports. An empty sender alone is what vacation programs have, too. */
static void look_for_proof(const struct reading_report *m, struct look *l)
{
	bool failed_header = m->h.v[H_X_FAILED_RECIPIENTS].len > 0, returned = m->original.fields > 2;
	bool back = !l->answers && returned && goes_back(m) && has(l->notice, PHRASE_FAILURE);

	l->named = has(l->from, PHRASE_SENDER) || failed_header || back;
	l->system = l->named || l->null_sender;
	l->proof = failed_header || returned || (has(l->subject, PHRASE_SUBJECT) && has(l->notice, PHRASE_FAILURE)) ||
	           (has(l->subject, PHRASE_SUBJECT_DELAY) && has(l->notice, PHRASE_DELAY)) ||
	           (has_reply(m, l) && has(l->notice, PHRASE_FAILURE));
}

/* Mail of a person, or of a program that only answers. */
static bool is_letter(const struct reading_report *m, const struct look *l)
{
	bool follows = m->h.v[H_IN_REPLY_TO].len || m->h.v[H_REFERENCES].len, returned = m->original.fields > 2;

	if (!l->system)
		return !returned || l->answers || follows || m->h.v[H_LIST_ID].len || has(l->notice, PHRASE_TALK) ||
		       !has(l->subject, PHRASE_SUBJECT) || !has(l->notice, PHRASE_FAILURE);
	if (!l->named)
		return !l->proof || l->answers;
	if (!l->proof && !has(l->subject, PHRASE_SUBJECT) &&
	    bounce_names(m->h.v[H_RETURN_PATH], field_address(m->h.v[H_FROM])))
		return true; /* a postmaster who writes */
	return l->answers && m->h.v[H_IN_REPLY_TO].len && !returned &&
	       (has(l->notice, PHRASE_TALK) || !has_reply(m, l)); /* ... who answers */
}

/* Does the text say that mail failed? Where its tongue is not known, a mail system's reason and an address are enough. */
static bool says_failure(const struct reading_report *m, const struct look *l)
{
	return has(l->notice, PHRASE_FAILURE) || has(l->subject, PHRASE_SUBJECT) || m->h.v[H_X_FAILED_RECIPIENTS].len ||
	       (l->system && m->original.fields > 2 && has_reply(m, l)) ||
	       (l->null_sender && has(l->from, PHRASE_SENDER) && says_why(m, l));
}

/* A text of a mail system about mail that failed or waits. */
static enum bounce_kind text_kind(const struct reading_report *m, struct look *l)
{
	bool given_up = has(l->notice, PHRASE_GIVEN_UP), delay_subject = has(l->subject, PHRASE_SUBJECT_DELAY);
	bool waits = has(l->notice, PHRASE_DELAY) || (delay_subject && !given_up);

	look_for_proof(m, l);
	if (is_letter(m, l))
		return BOUNCE_NONE;
	if (!waits && !given_up && !has_reply(m, l) &&
	    (has(l->subject, PHRASE_DELIVERED) ||
	        (has(l->notice, PHRASE_DELIVERED) && !has(l->notice, PHRASE_FAILURE))))
		return BOUNCE_DELIVERED;
	if (waits && (!given_up || delay_subject))
		return BOUNCE_DELAYED;
	return says_failure(m, l) ? BOUNCE_FAILED : BOUNCE_NONE;
}

enum bounce_kind bounce_kind_of(struct reading_report *m)
{
	const struct bounce_part *mdn = bounce_part_find(m, PART_MDN);
	struct look l;

	look_at(m, &l);
	if (bounce_part_find(m, PART_FEEDBACK) || span_is(m->report_type, "feedback-report") ||
	    (has(l.subject, PHRASE_COMPLAINT) && !l.answers && m->original.fields > 2))
		return BOUNCE_COMPLAINT;
	if (bounce_part_find(m, PART_STATUS) && (m->report_type.len || l.null_sender || has(l.from, PHRASE_SENDER)))
		return BOUNCE_FAILED;
	if (mdn || span_is(m->report_type, "disposition-notification"))
		return mdn && is_refusal(m, mdn, &l) ? BOUNCE_FAILED : BOUNCE_MDN;
	if (is_domain_report(m, &l))
		return BOUNCE_REPORT;
	if (has(l.subject, PHRASE_OTHER_NOTICE))
		return BOUNCE_NONE;
	if (m->h.v[H_X_FAILED_RECIPIENTS].len && !has(l.subject, PHRASE_AUTO_REPLY))
		return text_kind(m, &l);
	if (has(l.subject, PHRASE_CHALLENGE) && !has(l.subject, PHRASE_SUBJECT) && !has(l.subject, PHRASE_AUTO_REPLY))
		return BOUNCE_CHALLENGE;
	if (is_auto_reply(m, &l))
		return BOUNCE_AUTO_REPLY;
	if (has(l.subject, PHRASE_UNSUBSCRIBE) && !m->h.v[H_LIST_ID].len && !has(l.notice, PHRASE_FAILURE))
		return BOUNCE_UNSUBSCRIBE;
	return text_kind(m, &l);
}
