/* Header fields to the fields of struct message. */
#include "mail/parser.h"

#include "mail/authres.h"
#include "mail/date.h"
#include "mail/encword.h"
#include "mail/ids.h"

#include <string.h>

static void read_addresses(struct reading *r, struct span value, const char *field, struct address_list *l)
{
	const struct address_limits limits = {r->limits->addresses, r->limits->comment_depth};

	if (l->count >= limits.addresses || !address_parse(r->p->charsets, r->a, value, &limits, l))
		defects_add(&r->defects, "%s: what is over %zu addresses or %zu levels is left out", field,
		    limits.addresses, limits.depth);
}

static void read_date(struct reading *r, struct span value)
{
	int64_t date;

	if (date_parse(value, &date)) {
		r->m->date = date;
		r->m->has_date = true;
	} else
		defects_add(&r->defects, "Date cannot be read");
}

static const char *text(struct reading *r, struct span value)
{
	return encword_decode(r->p->charsets, r->a, value);
}

static void read_ids(struct reading *r, struct span value, const char *field, struct string_list *l)
{
	if (!ids_parse(r->a, value, r->limits->references, l))
		defects_add(&r->defects, "%s: ids after the first %zu left out", field, r->limits->references);
}

static void read_list_id(struct reading *r, struct span value)
{
	const char *open = memchr(value.at, '<', value.len), *close = memrchr(value.at, '>', value.len);

	if (r->m->list_id)
		return;
	if (open && close && close > open + 1)
		value = (struct span){open + 1, (size_t)(close - open - 1)};
	const char *id = text(r, value);
	r->m->list_id = *id ? id : NULL;
}

/* The keyword ends at a parameter or a comment (RFC 3834 section 5). */
static void read_auto_submitted(struct reading *r, struct span value)
{
	size_t n = 0;

	while (n < value.len && !ascii_is_space(value.at[n]) && value.at[n] != ';' && value.at[n] != '(')
		n++;
	if (r->m->auto_submitted || n == 0)
		return;
	r->m->auto_submitted = text(r, (struct span){span_lower(r->a, (struct span){value.at, n}), n});
	if (strcmp(r->m->auto_submitted, "no") != 0)
		r->m->bulk = true;
}

static bool is_trusted(const struct message_options *o, const char *id)
{
	if (!o->trusted_authserv)
		return true;
	for (const char *const *t = o->trusted_authserv; *t; t++)
		if (span_same(span_of(id), span_of(*t)))
			return true;
	return false;
}

static void read_auth(struct reading *r, struct span value)
{
	struct auth_results found;

	if (r->m->auth.authserv_id || !authres_parse(r->a, value.at, value.len, &found))
		return;
	if (is_trusted(r->options, found.authserv_id))
		r->m->auth = found;
}

static bool is_bulk_precedence(struct span v)
{
	return span_is(v, "bulk") || span_is(v, "list") || span_is(v, "junk");
}

static void read_one(struct reading *r, const struct header *h)
{
	struct message *m = r->m;

	switch (h->id) {
	case HEADER_FROM: read_addresses(r, h->value, "From", &m->from); break;
	case HEADER_SENDER: read_addresses(r, h->value, "Sender", &m->sender); break;
	case HEADER_REPLY_TO: read_addresses(r, h->value, "Reply-To", &m->reply_to); break;
	case HEADER_TO: read_addresses(r, h->value, "To", &m->to); break;
	case HEADER_CC: read_addresses(r, h->value, "Cc", &m->cc); break;
	case HEADER_BCC: read_addresses(r, h->value, "Bcc", &m->bcc); break;
	case HEADER_DATE: read_date(r, h->value); break;
	case HEADER_SUBJECT: m->subject = text(r, h->value); break;
	case HEADER_MESSAGE_ID: m->message_id = ids_one(r->a, h->value); break;
	case HEADER_IN_REPLY_TO: read_ids(r, h->value, "In-Reply-To", &m->in_reply_to); break;
	case HEADER_REFERENCES: read_ids(r, h->value, "References", &m->references); break;
	case HEADER_LIST_ID: read_list_id(r, h->value); break;
	case HEADER_AUTO_SUBMITTED: read_auto_submitted(r, h->value); break;
	case HEADER_PRECEDENCE: m->bulk = m->bulk || is_bulk_precedence(h->value); break;
	case HEADER_AUTHENTICATION_RESULTS: read_auth(r, h->value); break;
	case HEADER_X_GM_THRID: m->gmail_thread_id = text(r, h->value); break;
	case HEADER_X_GMAIL_LABELS: m->gmail_labels = text(r, h->value); break;
	default: break;
	}
	if (h->id == HEADER_LIST_ID || h->id == HEADER_LIST_UNSUBSCRIBE || h->id == HEADER_FEEDBACK_ID)
		m->bulk = true;
}

/* Of repeated fields that may stand once only the last readable one counts, as in most readers; addresses add up. */
void fields_read(struct reading *r, const struct header_block *b)
{
	size_t from = 0;

	for (size_t i = 0; i < b->count; i++) {
		from += b->items[i].id == HEADER_FROM;
		if (b->items[i].value.len)
			read_one(r, &b->items[i]);
	}
	if (from > 1)
		defects_add(&r->defects, "several From fields: the first is the sender");
	if (r->m->sender.count > 1)
		r->m->sender.count = 1;
}
