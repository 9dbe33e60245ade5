#include "mail/bounce.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "mail/bounce_core.h"
#include "mail/date.h"

#include <stdlib.h>
#include <string.h>

enum {
	LINE_BYTES = 1000,
	VALUE_BYTES = 20000, /* of a header value that is searched for an address */
	NEAR_BYTES = 300,
	EXPLAINED = 100 /* recipients whose words are looked for in the notice */
};

struct bounce_reader *bounce_reader_new(void)
{
	struct bounce_reader *r = mem_alloc(sizeof *r);

	r->charsets = charset_cache_new();
	return r;
}

void bounce_reader_free(struct bounce_reader *r)
{
	if (r)
		charset_cache_free(r->charsets);
	free(r);
}

const char *bounce_line(struct arena *a, struct span s)
{
	size_t room = (s.len < LINE_BYTES ? s.len : LINE_BYTES) + 4, n = 0;
	char *out = arena_alloc(a, room);

	for (size_t i = 0; i < s.len && n < LINE_BYTES; i++) {
		bool blank = (unsigned char)s.at[i] <= ' ' || s.at[i] == 0x7f;
		if (blank && (n == 0 || out[n - 1] == ' '))
			continue;
		out[n++] = blank ? ' ' : s.at[i];
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	if (n == LINE_BYTES)
		out[n = utf8_cut(out, n)] = '\0';
	if (!utf8_is_valid(out, n))
		utf8_disarm(out, "");
	return out;
}

struct bounce_recipient *bounce_add(struct reading_report *m, const char *address, enum bounce_action action)
{
	struct bounce_report *out = m->out;

	for (size_t i = 0; i < out->count && i < 100; i++) /* the same person twice, as some servers write */
		if (span_same(span_of(out->recipients[i].address), span_of(address)) &&
		    out->recipients[i].action == action)
			return NULL;
	if (out->count >= m->limits->addresses)
		return NULL;
	out->recipients = arena_more(m->a, out->recipients, out->count, sizeof *out->recipients);
	struct bounce_recipient *r = &out->recipients[out->count++];
	*r = (struct bounce_recipient){.address = address, .action = action};
	return r;
}

bool bounce_names(struct span value, struct span address)
{
	const char *sign = address.len ? memchr(address.at, '@', address.len) : NULL;
	const char *end = value.at + (value.len < VALUE_BYTES ? value.len : VALUE_BYTES);
	size_t before = sign ? (size_t)(sign - address.at) : 0;

	for (const char *p = value.at; sign && p < end && (p = memchr(p, '@', (size_t)(end - p))); p++) {
		if ((size_t)(p - value.at) < before || (size_t)(end - p) < address.len - before)
			continue;
		const char *from = p - before, *to = from + address.len;
		if (span_same((struct span){from, address.len}, address) &&
		    strchr(" \t\r\n<,;:\"'(", from > value.at ? from[-1] : ' ') &&
		    strchr(" \t\r\n>,;\"')", to < end ? *to : ' '))
			return true;
	}
	return false;
}

/* To of the returned message is no proof of who failed: aliases, lists and blind copies differ from it. */
static void read_returned_to(struct reading_report *m)
{
	struct span to = m->original.v[H_TO];

	if (m->out->kind != BOUNCE_NONE && to.len && !memchr(to.at, ',', to.len))
		m->out->returned_to = bounce_status_address(m->a, to);
}

/* What the report says of itself. */
static void read_envelope(struct reading_report *m)
{
	struct span from = field_address(m->h.v[H_FROM]), id = m->h.v[H_MESSAGE_ID];

	if (from.len)
		m->out->from = bounce_line(m->a, from);
	while (id.len && (id.at[0] == '<' || ascii_is_space(id.at[0])))
		id = span_skip(id, 1);
	while (id.len && (id.at[id.len - 1] == '>' || ascii_is_space(id.at[id.len - 1])))
		id.len--;
	if (id.len)
		m->out->message_id = bounce_line(m->a, id);
	m->out->has_date = date_parse(m->h.v[H_DATE], &m->out->date);
}

static void read_feedback(struct reading_report *m)
{
	const struct bounce_part *p = bounce_part_find(m, PART_FEEDBACK);
	struct bounce_report *out = m->out;
	struct span rest = p ? bounce_part_body(m, p) : (struct span){NULL, 0};
	struct field f;
	int empty = 0;

	out->confidence = !p                   ? BOUNCE_CONFIDENCE_HEADER
	                  : m->original.fields ? BOUNCE_CONFIDENCE_COMPLETE
	                                       : BOUNCE_CONFIDENCE_STRUCTURED;
	while (rest.len && empty < 3) {
		if (!field_next(&rest, &f)) {
			empty++;
			continue;
		}
		if (span_is(f.name, "feedback-type") && !out->feedback_type)
			out->feedback_type = span_lower(m->a, span_of(bounce_line(m->a, f.value)));
		else if (span_is(f.name, "original-rcpt-to") && !out->complained_about)
			out->complained_about = bounce_status_address(m->a, f.value);
		else if (span_is(f.name, "original-envelope-id") && !m->envelope_id.len)
			m->envelope_id = f.value;
		else if (span_is(f.name, "reporting-mta") && !out->reporting_mta)
			out->reporting_mta = bounce_line(m->a, f.value);
	}
	if (!out->complained_about && m->original.v[H_COMPLAINED].len)
		out->complained_about = bounce_status_address(m->a, m->original.v[H_COMPLAINED]);
	if (!out->complained_about && m->original.v[H_TO].len)
		out->complained_about = bounce_status_address(m->a, m->original.v[H_TO]);
	if (out->feedback_type && strncmp(out->feedback_type, "opt-out", 7) == 0)
		out->kind = BOUNCE_UNSUBSCRIBE;
	else if (out->feedback_type &&
	         (strcmp(out->feedback_type, "auth-failure") == 0 || strcmp(out->feedback_type, "not-spam") == 0 ||
	             strcmp(out->feedback_type, "dmarc") == 0))
		out->kind = BOUNCE_REPORT;
}

/* A report is what the worst of its recipients met. */
static void conclude(struct reading_report *m)
{
	struct bounce_report *out = m->out;
	bool delayed = false;

	if (out->count == 0)
		return;
	for (size_t i = 0; i < out->count; i++) {
		if (out->recipients[i].action == BOUNCE_ACTION_FAILED) {
			out->kind = BOUNCE_FAILED;
			return;
		}
		delayed |= out->recipients[i].action == BOUNCE_ACTION_DELAYED;
	}
	out->kind = delayed ? BOUNCE_DELAYED : BOUNCE_DELIVERED;
}

/* Does the notice itself say that it waits? Words on a line with a code are a server's last reply: "451 4.4.7 Message delayed". */
static bool says_it_waits(const struct reading_report *m)
{
	struct span s = m->text.plain;

	for (size_t i = 0; i < m->text.count; i++) {
		const struct phrase_hit *h = &m->text.hits[i];
		size_t from = h->start > NEAR_BYTES ? h->start - NEAR_BYTES : 0;
		size_t to = s.len - h->end > NEAR_BYTES ? h->end + NEAR_BYTES : s.len;
		if (h->category != PHRASE_DELAY)
			continue;
		from = bounce_line_start(s, h->start, from);
		struct span line = {s.at + from, to - from};
		line.len = bounce_line_stop(line, 0);
		if (!bounce_find_status(line).len && !bounce_find_code(line))
			return true;
	}
	return false;
}

/* Some servers write "failed" of what they will try again: a temporary status, and words that say so. */
static void soften(struct reading_report *m)
{
	if (!says_it_waits(m) || phrase_has(phrase_seen(&m->text, 0, m->text.folded.len), PHRASE_GIVEN_UP))
		return;
	for (size_t i = 0; i < m->out->count; i++) {
		struct bounce_recipient *r = &m->out->recipients[i];
		if (r->action == BOUNCE_ACTION_FAILED && r->status && r->status[0] == '4')
			r->action = BOUNCE_ACTION_DELAYED;
	}
}

static bool read_status(struct reading_report *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->part_count; i++)
		if (m->parts[i].kind == PART_STATUS)
			n += bounce_status_read(m, bounce_part_body(m, &m->parts[i]));
	if (n == 0) { /* in a text, without a part of its own */
		size_t at = span_find(m->notice, "Reporting-MTA:");
		at = at < m->notice.len ? at : span_find(m->notice, "Final-Recipient:");
		if (at < m->notice.len)
			n = bounce_status_read(m, span_skip(m->notice, at));
	}
	if (n == 0)
		return false;
	m->out->confidence =
	    m->report_type.len && m->original.fields ? BOUNCE_CONFIDENCE_COMPLETE : BOUNCE_CONFIDENCE_STRUCTURED;
	for (size_t i = 0; i < m->out->count && i < EXPLAINED; i++)
		bounce_text_explain(m, &m->out->recipients[i]);
	soften(m);
	return true;
}

static void read_failed_header(struct reading_report *m, enum bounce_action action)
{
	struct span rest = m->h.v[H_X_FAILED_RECIPIENTS];

	while (rest.len) {
		const char *comma = memchr(rest.at, ',', rest.len);
		struct span one = {rest.at, comma ? (size_t)(comma - rest.at) : rest.len};
		const char *address = bounce_status_address(m->a, one);
		struct bounce_recipient *r = address ? bounce_add(m, address, action) : NULL;
		if (r) {
			bounce_judge(r, 0, (struct span){NULL, 0});
			m->out->confidence = BOUNCE_CONFIDENCE_HEADER;
		}
		rest = span_skip(rest, one.len + 1);
	}
	for (size_t i = 0; i < m->out->count && i < EXPLAINED; i++)
		bounce_text_explain(m, &m->out->recipients[i]);
}

static void read_recipients(struct reading_report *m)
{
	enum bounce_action action = m->out->kind == BOUNCE_DELAYED     ? BOUNCE_ACTION_DELAYED
	                            : m->out->kind == BOUNCE_DELIVERED ? BOUNCE_ACTION_DELIVERED
	                                                               : BOUNCE_ACTION_FAILED;

	if (m->out->kind == BOUNCE_MDN)
		m->out->confidence = m->original.fields ? BOUNCE_CONFIDENCE_COMPLETE : BOUNCE_CONFIDENCE_STRUCTURED;
	else if (m->out->kind >= BOUNCE_AUTO_REPLY)
		m->out->confidence = BOUNCE_CONFIDENCE_HEADER;
	if (m->out->kind == BOUNCE_COMPLAINT)
		read_feedback(m);
	if (action == BOUNCE_ACTION_FAILED && m->out->kind != BOUNCE_FAILED)
		return;
	if (!read_status(m)) {
		read_failed_header(m, action);
		if (m->out->count == 0)
			bounce_text_read(m, action);
	}
	conclude(m);
}

/* Some gateways put a whole report of the same sender into another message, with no words of their own on it: that one is read. */
static bool unwrap(struct reading_report *m)
{
	struct span type = m->original.v[H_CONTENT_TYPE], from = field_address(m->h.v[H_FROM]);

	if (!span_starts(type, "multipart/report") || !from.len ||
	    !span_same(from, field_address(m->original.v[H_FROM])) || bounce_part_find(m, PART_STATUS) ||
	    phrase_has(phrase_seen(&m->text, 0, m->text.folded.len), PHRASE_FAILURE) || m->returned.at < m->raw.at ||
	    m->returned.at > m->raw.at + m->raw.len)
		return false;
	m->raw = m->returned;
	m->h.v[H_CONTENT_TYPE] = type;
	m->h.body = m->original.body;
	m->parts = NULL;
	m->part_count = 0;
	m->is_multipart = false;
	return true;
}

int bounce_read(struct bounce_reader *r, struct arena *a, const void *bytes, size_t n,
    const struct message_limits *limits, struct bounce_report *out, struct err *e)
{
	struct reading_report m = {.r = r, .a = a, .limits = limits ? limits : &message_default_limits, .out = out};

	*out = (struct bounce_report){.kind = BOUNCE_NONE};
	if (n > m.limits->raw_bytes)
		return err_set(e, ERR_REFUSED, "longer than %zu bytes", m.limits->raw_bytes);
	m.raw = (struct span){n ? bytes : "", n};
	if (n > 5 && (memcmp(m.raw.at, "From ", 5) == 0 || memcmp(m.raw.at, ">From", 5) == 0)) {
		const char *lf = memchr(m.raw.at, '\n', n);
		m.raw = span_skip(m.raw, lf ? (size_t)(lf - m.raw.at) + 1 : n);
	}
	struct span head = {m.raw.at, m.raw.len < m.limits->header_bytes ? m.raw.len : m.limits->header_bytes};
	bounce_headers_read(head, &m.h);
	read_envelope(&m);
	bounce_parts_read(&m);
	bounce_notice_read(&m);
	if (unwrap(&m)) {
		bounce_parts_read(&m);
		bounce_notice_read(&m);
	}
	if (!bounce_sns_read(&m)) {
		out->kind = bounce_kind_of(&m);
		read_recipients(&m);
	}
	bounce_token_read(&m);
	read_returned_to(&m);
	return 0;
}
