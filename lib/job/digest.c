#include "job/digest.h"

#include "base/zone.h"
#include "job/display.h"
#include "mail/compose.h"
#include "mail/compose_automatic.h"
#include "store/digest.h"

#include <stdlib.h>
#include <string.h>

enum { TEAM_COLUMNS = 48 };

static void clean_name(struct arena *a, const char **name)
{
	*name = display_clean(a, *name);
	if (**name == '\0')
		*name = "(no name)";
}

static void clean_names(struct arena *a, struct digest_names *n)
{
	for (size_t i = 0; i < n->count; i++)
		clean_name(a, &n->items[i]);
}

static void clean_investors(struct arena *a, struct digest_investor *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		clean_name(a, &items[i].name);
		items[i].subject = display_clean(a, items[i].subject);
		clean_names(a, &items[i].people);
		clean_names(a, &items[i].team);
	}
}

/* Names and subjects are strangers' words: they are cleaned once, here, before anything is made of them. */
static void clean(struct arena *a, struct digest_facts *f)
{
	for (size_t i = 0; i < f->member_count; i++) {
		clean_name(a, &f->members[i].name);
		clean_investors(a, f->members[i].investors, f->members[i].investor_count);
	}
	clean_investors(a, f->investors, f->investor_count);
}

static const char **tell_all(struct arena *a, const struct digest_facts *f, const struct narrator *n)
{
	const char **paragraphs = arena_array(a, f->member_count, sizeof *paragraphs);
	struct narrator plain = narrator_plain();
	struct err e = {0};

	for (size_t i = 0; i < f->member_count; i++)
		if (n->tell(n->self, a, &f->members[i], &paragraphs[i], &e) != 0)
			plain.tell(plain.self, a, &f->members[i], &paragraphs[i], &e);
	return paragraphs;
}

static const char *text_of(struct arena *a, struct buf *b)
{
	const char *s = arena_strndup(a, buf_str(b), b->len);

	buf_clear(b);
	return s;
}

int digest_prepare(struct store *s, struct arena *a, const struct digest_settings *set, const struct digest_window *w,
    const struct narrator *n, struct digest *d, struct err *e)
{
	struct digest_view v = {.facts = &d->facts, .within_day = digest_window_is_within_day(w)};
	struct buf html = {0}, text = {0};

	*d = (struct digest){.window = *w, .period = digest_window_text(a, w)};
	if (digest_facts_load(s, a, w->start, w->end, &d->facts, e) != 0)
		return -1;
	clean(a, &d->facts);
	d->paragraphs = tell_all(a, &d->facts, n);
	v.paragraphs = d->paragraphs;
	v.team = display_cut(a, display_clean(a, set->team), TEAM_COLUMNS);
	v.period = d->period;
	v.zone = display_clean(a, set->zone);
	v.full_command = arena_printf(a, "digest-build team %s --json", digest_window_options(a, w));
	d->subject = arena_printf(
	    a, "%s digest, %s: %zu in, %zu out", v.team, v.period, d->facts.volume.in, d->facts.volume.out);
	digest_html(&v, a, &html);
	digest_text(&v, a, &text);
	d->html = text_of(a, &html);
	d->text = text_of(a, &text);
	return 0;
}

/* What outbox_freeze hands back to compose. */
struct letter {
	const struct digest *digest;
	struct address from;
	struct address_list to;
	const char *domain;
};

static int compose(void *arg, const struct outbox_stamp *stamp, struct buf *out, struct err *e)
{
	const struct letter *l = arg;
	struct compose_headers headers;
	struct arena a = {0};
	int rc;

	compose_headers_automatic(&a,
	    &(struct compose_automatic){
	        .list = "team-digest", .list_name = "Team digest", .domain = l->domain, .token = stamp->token},
	    &headers);
	struct compose c = {.from = l->from,
	    .to = l->to,
	    .subject = l->digest->subject,
	    .date = stamp->date,
	    .zone_minutes = zone_minutes(stamp->date),
	    .message_id = stamp->message_id,
	    .headers = headers.items,
	    .header_count = headers.count,
	    .text = l->digest->text,
	    .html = l->digest->html};
	rc = compose_message(&c, out, e);
	arena_clear(&a);
	return rc == 0 ? 0 : err_prefix(e, "team digest");
}

static int load_admins(struct store *s, struct arena *a, struct digest_recipients *r, struct err *e)
{
	if (digest_recipients_load(s, a, r, e) != 0)
		return -1;
	if (r->count == 0)
		return err_set(e, ERR_CONFIG,
		    "nobody to send the digest to: make someone an active admin, with "
		    "`team add ADDRESS --name NAME --role admin` or `team role ADDRESS admin`");
	for (size_t i = 0; i < r->count; i++)
		if (!r->items[i].address)
			return err_set(e, ERR_CONFIG,
			    "%s is an active admin without an address: give one or `team deactivate` them",
			    r->items[i].name);
	return 0;
}

/* The domain of the sender's address (A-labels), NULL when it is none: a header is no place for a list of addresses or a name,
 * so that there must be exactly one "@" with plain text on both sides. */
static const char *domain_of_sender(struct arena *a, const char *from, struct err *e)
{
	const char *at = from ? strchr(from, '@') : NULL, *normal;

	if (at && !strchr(at + 1, '@') && !strpbrk(from, " \t\r\n<>()[],;:\\\"") &&
	    (normal = address_normalise(a, from)))
		return strchr(normal, '@') + 1;
	err_set(e, ERR_CONFIG, "MAILROOM_DIGEST_FROM: \"%s\" is no address", from ? from : "");
	return NULL;
}

static void address_letter(
    struct arena *a, const struct digest_recipients *admins, struct letter *l, struct outbox_draft *draft)
{
	struct outbox_recipient *to = arena_array(a, admins->count, sizeof *to);

	l->to = (struct address_list){arena_array(a, admins->count, sizeof *l->to.items), admins->count};
	for (size_t i = 0; i < admins->count; i++) {
		const struct digest_recipient *r = &admins->items[i];
		const char *name = display_clean(a, r->name);
		l->to.items[i] = (struct address){.name = *name ? name : NULL, .address = r->address};
		to[i] = (struct outbox_recipient){.address = r->address, .user_id = r->user_id};
	}
	draft->recipients = to;
	draft->recipient_count = admins->count;
}

int digest_freeze(struct store *s, struct arena *a, const struct digest_settings *set, const struct digest *d,
    int64_t now, struct outbox_frozen *out, struct err *e)
{
	const char *key = arena_printf(a, "team:%lld:%lld", (long long)d->window.start, (long long)d->window.end);
	const char *so_far = arena_printf(a, "%s:so-far", key);
	struct digest_recipients admins;
	struct letter l = {.digest = d};
	const char *domain;

	if (load_admins(s, a, &admins, e) != 0)
		return -1;
	l.from = (struct address){.name = set->from_name && *set->from_name ? display_clean(a, set->from_name) : NULL,
	    .address = set->from && *set->from ? set->from : admins.items[0].address};
	domain = domain_of_sender(a, l.from.address, e);
	if (!domain)
		return -1;

	/* A day so far and the same day when it is over are two messages: the second is not refused since the first was sent. */
	struct outbox_draft draft = {.kind = "team",
	    .dedupe_key = d->window.is_partial ? so_far : key,
	    .supersedes = d->window.is_partial ? NULL : so_far,
	    .subject = d->subject,
	    .from_address = l.from.address,
	    .domain = domain,
	    .period_start = d->window.start,
	    .period_end = d->window.end,
	    .compose = compose,
	    .arg = &l};
	l.domain = domain;
	address_letter(a, &admins, &l, &draft);
	return outbox_freeze(s, set->config, a, &draft, now, out, e);
}
