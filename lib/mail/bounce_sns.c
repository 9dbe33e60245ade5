/* Amazon SES tells of bounces by JSON in a mail of its notification service (SNS): "notificationType" Bounce, Complaint, Delivery, DeliveryDelay.
 * Read by its keys, without a tree. */
#include "mail/bounce_core.h"

#include <string.h>

/* The string value behind "key": in s, without escapes; empty when there is none. */
static struct span value_of(struct span s, const char *key)
{
	size_t at = span_find(s, key), n = 0;
	struct span v = span_skip(s, at + strlen(key));

	while (v.len && (ascii_is_space(v.at[0]) || v.at[0] == ':'))
		v = span_skip(v, 1);
	if (at >= s.len || !v.len || v.at[0] != '"')
		return (struct span){NULL, 0};
	v = span_skip(v, 1);
	while (n < v.len && v.at[n] != '"')
		n += v.at[n] == '\\' && n + 1 < v.len ? 2 : 1;
	return (struct span){v.at, n};
}

/* What stands behind "key" up to the first `close`. */
static struct span list_of(struct span s, const char *key, char close)
{
	size_t at = span_find(s, key);
	struct span v = span_skip(s, at + strlen(key));
	const char *end = at < s.len && v.len ? memchr(v.at, close, v.len) : NULL;

	return end ? (struct span){v.at, (size_t)(end - v.at)} : (struct span){NULL, 0};
}

/* Long lines arrive cut by "!", a line end and a space. */
static struct span joined(struct arena *a, struct span s)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		size_t k = i + 1;
		if (s.at[i] == '!' && k < s.len && s.at[k] == '\r')
			k++;
		if (s.at[i] == '!' && k + 1 < s.len && s.at[k] == '\n' && s.at[k + 1] == ' ')
			i = k + 1;
		else
			out[n++] = s.at[i];
	}
	return (struct span){out, n};
}

static void add(struct reading_report *m, struct span one, enum bounce_action action, enum bounce_reason reason)
{
	const char *address = bounce_status_address(m->a, value_of(one, "\"emailAddress\""));
	struct bounce_recipient *r = address ? bounce_add(m, address, action) : NULL;
	struct span status = bounce_find_status(value_of(one, "\"status\"")),
	            words = value_of(one, "\"diagnosticCode\"");
	struct phrase_text t;

	if (!r)
		return;
	phrase_text_init(m->a, words, &t);
	r->status = status.len ? span_dup(m->a, status) : NULL;
	r->diagnostic = words.len ? bounce_line(m->a, words) : NULL;
	bounce_judge(
	    r, phrase_seen(&t, 0, t.folded.len) | ((uint64_t)(reason != BOUNCE_REASON_UNDEFINED) << reason), t.plain);
}

/* What SES says in its own terms (bounceSubType); the server's words outweigh it where they say more. */
static enum bounce_reason sub_reason(struct span sub)
{
	static const struct {
		const char *name;
		enum bounce_reason reason;
	} names[] = {{"suppressed", BOUNCE_REASON_SUPPRESSED}, {"onaccountsuppressionlist", BOUNCE_REASON_SUPPRESSED},
	    {"mailboxfull", BOUNCE_REASON_MAILBOX_FULL}, {"messagetoolarge", BOUNCE_REASON_TOO_BIG},
	    {"contentrejected", BOUNCE_REASON_CONTENT}, {"attachmentrejected", BOUNCE_REASON_CONTENT},
	    {"noemail", BOUNCE_REASON_USER_UNKNOWN}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_is(sub, names[i].name))
			return names[i].reason;
	return BOUNCE_REASON_UNDEFINED;
}

/* The objects of a list of recipients. */
static void add_each(struct reading_report *m, struct span rest, enum bounce_action action, enum bounce_reason reason)
{
	while (rest.len) {
		const char *close = memchr(rest.at, '}', rest.len);
		size_t n = close ? (size_t)(close - rest.at) : rest.len;
		add(m, (struct span){rest.at, n}, action, reason);
		rest = span_skip(rest, n + 1);
	}
}

/* "recipients":["a@b","c@d"] */
static void add_delivered(struct reading_report *m, struct span list)
{
	while (list.len) {
		const char *comma = memchr(list.at, ',', list.len);
		size_t n = comma ? (size_t)(comma - list.at) : list.len;
		const char *address = bounce_status_address(m->a, (struct span){list.at, n});
		struct bounce_recipient *r = address ? bounce_add(m, address, BOUNCE_ACTION_DELIVERED) : NULL;
		if (r)
			bounce_judge(r, 0, (struct span){NULL, 0});
		list = span_skip(list, n + 1);
	}
}

bool bounce_sns_read(struct reading_report *m)
{
	struct span notice = span_trim(m->notice), type, sender = field_address(m->h.v[H_FROM]), id, part;

	if (!notice.len || notice.at[0] != '{' || span_find(sender, "amazonaws.com") >= sender.len)
		return false;
	notice = joined(m->a, notice);
	type = value_of(notice, "\"notificationType\"");
	if (!type.len)
		type = value_of(notice, "\"eventType\"");
	if (span_is(type, "bounce")) {
		m->out->kind = BOUNCE_FAILED;
		part = span_skip(notice, span_find(notice, "\"bounce\""));
		add_each(m, list_of(part, "\"bouncedRecipients\"", ']'), BOUNCE_ACTION_FAILED,
		    sub_reason(value_of(part, "\"bounceSubType\"")));
	} else if (span_is(type, "deliverydelay")) {
		m->out->kind = BOUNCE_DELAYED;
		part = span_skip(notice, span_find(notice, "\"deliveryDelay\""));
		add_each(m, list_of(part, "\"delayedRecipients\"", ']'), BOUNCE_ACTION_DELAYED,
		    sub_reason(value_of(part, "\"delayType\"")));
	} else if (span_is(type, "complaint")) {
		m->out->kind = BOUNCE_COMPLAINT;
		m->out->feedback_type = bounce_line(m->a, value_of(notice, "\"complaintFeedbackType\""));
		m->out->complained_about = bounce_status_address(
		    m->a, value_of(list_of(notice, "\"complainedRecipients\"", ']'), "\"emailAddress\""));
	} else if (span_is(type, "delivery")) {
		m->out->kind = BOUNCE_DELIVERED;
		add_delivered(m, list_of(span_skip(notice, span_find(notice, "\"delivery\"")), "\"recipients\"", ']'));
	} else {
		return false;
	}
	id = value_of(span_skip(notice, span_find(notice, "\"commonHeaders\"")), "\"messageId\"");
	m->original.v[H_MESSAGE_ID] = id;
	m->out->confidence = BOUNCE_CONFIDENCE_STRUCTURED;
	return true;
}
