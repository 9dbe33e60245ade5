#include "job/test_email.h"

#include "base/zone.h"
#include "job/display.h"
#include "mail/compose.h"
#include "mail/compose_automatic.h"
#include "store/digest.h"

#include <string.h>

enum { FRESH_S = 3600 };

static const struct digest_recipient *find_admin(const struct digest_recipients *admins, const char *address)
{
	for (size_t i = 0; address && i < admins->count; i++)
		if (admins->items[i].address && strcmp(admins->items[i].address, address) == 0)
			return &admins->items[i];
	return NULL;
}

/* An address alone, in plain ASCII once normalised. */
static const char *sender(struct arena *a, const char *from)
{
	if (!from || strpbrk(from, " \t\r\n<>()[],;:\\\""))
		return NULL;
	return address_normalise(a, from);
}

int test_email_draft(struct store *s, const struct config *c, struct arena *a, const struct test_email *t,
    struct outbox_message *m, struct err *e)
{
	const char *set = config_text(c, "MAILROOM_DIGEST_FROM");
	const char *to = address_normalise(a, t->to), *from = t->from ? t->from : set;
	const struct digest_recipient *admin;
	struct digest_recipients admins;
	struct outbox_recipient *recipient = arena_zalloc(a, sizeof *recipient);

	if (digest_recipients_load(s, a, &admins, e) != 0)
		return -1;
	admin = find_admin(&admins, to);
	if (!admin)
		return err_set(e, ERR_REFUSED,
		    "%s: is no active admin's address; a test goes to nobody else (`team list` shows them)", t->to);
	if (!from)
		from = admins.items[0].address;
	*recipient = (struct outbox_recipient){.address = to, .user_id = admin->user_id};
	*m = (struct outbox_message){
	    .kind = "test", .from_address = sender(a, from), .recipients = recipient, .recipient_count = 1};
	return m->from_address ? 0
	                       : err_set(e, ERR_INPUT, "%s: \"%s\" is no address",
	                             t->from ? "--from" : "MAILROOM_DIGEST_FROM", from ? from : "");
}

struct letter {
	const struct config *config;
	const struct outbox_message *message;
	const char *domain, *subject;
};

static int compose(void *arg, const struct outbox_stamp *stamp, struct buf *out, struct err *e)
{
	const struct letter *l = arg;
	struct arena a = {0};
	const char *name = config_text(l->config, "MAILROOM_DIGEST_FROM_NAME");
	struct address to = {.address = l->message->recipients[0].address};
	struct compose_headers headers;
	char when[ZONE_TEXT_BYTES];
	int rc;

	compose_headers_automatic(&a,
	    &(struct compose_automatic){
	        .list = "test", .list_name = "Mailroom tests", .domain = l->domain, .token = stamp->token},
	    &headers);
	struct compose c = {
	    .from = {.name = name ? display_clean(&a, name) : NULL, .address = l->message->from_address},
	    .to = {&to, 1},
	    .subject = l->subject,
	    .date = stamp->date,
	    .zone_minutes = zone_minutes(stamp->date),
	    .message_id = stamp->message_id,
	    .headers = headers.items,
	    .header_count = headers.count,
	    .text = arena_printf(&a,
	        "This is a test of Mailroom, made on %s.\n\nIt was sent from %s to %s. If you can read it, mail "
	        "leaves this machine and arrives.\n",
	        zone_format(stamp->date, ZONE_DATE_TIME, when), l->message->from_address, to.address)};
	rc = compose_message(&c, out, e);
	arena_clear(&a);
	return rc == 0 ? 0 : err_prefix(e, "test mail");
}

int test_email_freeze(struct store *s, const struct config *c, struct arena *a, const struct test_email *t, int64_t now,
    struct outbox_frozen *out, struct err *e)
{
	struct outbox_message m;
	struct letter l = {.config = c, .message = &m};
	int64_t last_id;

	if (test_email_draft(s, c, a, t, &m, e) != 0 || outbox_last_id(s, &last_id, e) != 0)
		return -1;
	l.domain = strchr(m.from_address, '@') + 1;
	l.subject = arena_printf(a, "%s: test mail", display_clean(a, config_text(c, "MAILROOM_TEAM_NAME")));
	const struct outbox_draft draft = {.kind = m.kind,
	    .dedupe_key = arena_printf(a, "test:%lld:%lld", (long long)now, (long long)last_id),
	    .subject = l.subject,
	    .from_address = m.from_address,
	    .domain = l.domain,
	    .period_start = now,
	    .period_end = now,
	    .expires_at = now + FRESH_S,
	    .recipients = m.recipients,
	    .recipient_count = 1,
	    .compose = compose,
	    .arg = &l};
	return outbox_freeze(s, c, a, &draft, now, out, e);
}
