#include "job/bounces_act.h"

#include "base/zone.h"
#include "job/send_log.h"
#include "mail/address.h"
#include "store/participants.h"

#include <string.h>
#include <strings.h>

enum { SOFT_WINDOW_DAYS = 14, DAY_S = 86400 };

#define ACTOR "bounces-scan"

/* Whom a report names, on its way to a row. */
struct naming {
	struct bounce_recipient_row row;
	const struct bounce_attempt *attempt; /* NULL: unmatched */
	const char *delivery;                 /* what becomes of the attempt; NULL: nothing */
};

struct acting {
	struct bounces_run *r;
	struct arena *a;
	const struct bounces_item *item;
	struct bounces_proof proof;
	struct naming *names;
	size_t count;
	const char *why;
};

bool bounces_concerns(enum bounce_kind kind)
{
	return kind == BOUNCE_FAILED || kind == BOUNCE_DELAYED || kind == BOUNCE_DELIVERED ||
	       kind == BOUNCE_COMPLAINT || kind == BOUNCE_UNSUBSCRIBE;
}

/* What was refused for what we sent or who we are says nothing about the person. */
static bool is_our_fault(enum bounce_reason reason)
{
	switch (reason) {
	case BOUNCE_REASON_TOO_BIG:
	case BOUNCE_REASON_SPAM:
	case BOUNCE_REASON_VIRUS:
	case BOUNCE_REASON_CONTENT:
	case BOUNCE_REASON_PROTOCOL:
	case BOUNCE_REASON_POLICY:
	case BOUNCE_REASON_AUTHENTICATION:
	case BOUNCE_REASON_BLOCKED:
	case BOUNCE_REASON_REPUTATION:
	case BOUNCE_REASON_REVERSE_DNS:
	case BOUNCE_REASON_SENDER:
	case BOUNCE_REASON_RELAYING:
	case BOUNCE_REASON_SECURITY:
	case BOUNCE_REASON_RATE:
	case BOUNCE_REASON_GREYLISTED:
	case BOUNCE_REASON_LIMIT:
	case BOUNCE_REASON_SYNTAX: return true;
	default: return false;
	}
}

/* Between the attempt and now: clocks of other people's servers are what they are. */
static int64_t time_of(const struct acting *x, const struct bounce_attempt *t)
{
	const struct bounce_report *b = &x->item->report;
	int64_t now = x->r->o->now, first = t ? t->started_at : 0, at = now;

	if (b->has_date && b->date >= first - DAY_S && b->date <= now + DAY_S)
		at = b->date < first ? first : b->date;
	return at < now ? at : now;
}

static struct naming *add_name(struct acting *x, const char *address, const struct bounce_attempt *t)
{
	const char *normal = address ? address_normalise(x->a, address) : NULL;
	char day[ZONE_TEXT_BYTES];
	struct naming *n;

	x->names = arena_more(x->a, x->names, x->count, sizeof *x->names);
	n = &x->names[x->count++];
	*n = (struct naming){.attempt = t};
	n->row = (struct bounce_recipient_row){.address = normal    ? normal
	                                                  : address ? address
	                                                            : "",
	    .class = bounce_class_name(BOUNCE_CLASS_NONE),
	    .reason = bounce_reason_name(BOUNCE_REASON_UNDEFINED),
	    .bounced_at = time_of(x, t),
	    .effect = "unmatched"};
	n->row.day = arena_strdup(x->a, zone_format(n->row.bounced_at, ZONE_DATE, day));
	if (t) {
		n->row.attempt_id = t->id;
		n->row.participant_id = t->participant_id;
		n->row.user_id = t->user_id;
		n->row.effect = "recorded";
	} else if (!x->why) {
		x->why =
		    x->proof.why ? x->proof.why : arena_printf(x->a, "the message did not go to %s", n->row.address);
	}
	return n;
}

/* An attempt that may have gone out, or NULL. */
static const struct bounce_attempt *only_sent(const struct bounce_attempt *t)
{
	return t && t->id ? t : NULL;
}

/* The sole recipient of a message that is proven as such: servers on the way may have given him another name. */
static const struct bounce_attempt *sole(const struct acting *x)
{
	const struct bounces_proof *p = &x->proof;

	return p->how && strcmp(p->how, "message-id") != 0 && p->count == 1 ? &p->list[0] : NULL;
}

static const struct bounce_attempt *recipient_of(const struct acting *x, const struct bounce_recipient *b)
{
	const struct bounce_attempt *t;

	if (!x->proof.how)
		return NULL;
	t = bounces_find_recipient(x->a, &x->proof, b->address);
	if (!t)
		t = bounces_find_recipient(x->a, &x->proof, b->final_address);
	if (!t && x->item->report.count == 1)
		t = sole(x);
	return only_sent(t);
}

/* A status of the participant whom the words of the report stand behind. */
static int set_status(struct acting *x, struct naming *n, const struct participant *p, enum participant_status to,
    const char *reason, struct err *e)
{
	struct bounces_totals *t = &x->r->totals;
	bool changed;

	reason = send_log_words(x->a, reason);
	if (participants_set_status(x->r->o->store, p->id, to, reason, ACTOR, x->r->o->now, &changed, e) != 0)
		return -1;
	n->row.effect = to == PARTICIPANT_INACTIVE ? "deactivated" : "unsubscribed";
	*(to == PARTICIPANT_INACTIVE ? &t->deactivated : &t->unsubscribed) += changed;
	return 0;
}

static const char *words_of(struct acting *x, const struct naming *n)
{
	const struct bounce_recipient_row *b = &n->row;

	return arena_printf(x->a, "%s%s%s%s%s", b->reason, b->status ? ", " : "", b->status ? b->status : "",
	    b->diagnostic ? ": " : "", b->diagnostic ? b->diagnostic : "");
}

static int count_soft(struct acting *x, struct naming *n, const struct participant *p, struct err *e)
{
	const struct bounces_options *o = x->r->o;
	int64_t since = zone_day_shift(zone_day_start(o->now), 1 - SOFT_WINDOW_DAYS), days;
	int64_t wanted = config_int(o->config, "MAILROOM_BOUNCE_SOFT_DAYS");

	n->row.effect = "counted";
	x->r->totals.counted++;
	if (n->row.bounced_at < since)
		return 0;
	if (since < p->status_changed_at)
		since = p->status_changed_at;
	if (since < p->email_changed_at)
		since = p->email_changed_at;
	if (bounces_soft_days(o->store, p->id, since, n->row.day, &days, e) != 0)
		return -1;
	if (days < wanted)
		return 0;
	return set_status(x, n, p, PARTICIPANT_INACTIVE,
	    arena_printf(x->a, "soft bounces on %lld days of the last %d, the last: %s", (long long)days,
	        SOFT_WINDOW_DAYS, words_of(x, n)),
	    e);
}

/* Whether the report is about the address that the participant has now. */
static bool is_of_today(struct acting *x, const struct bounce_attempt *t, const struct participant *p)
{
	const char *now = address_normalise(x->a, p->email), *then = address_normalise(x->a, t->recipient);

	return now && then && strcmp(now, then) == 0 && t->started_at >= p->email_changed_at;
}

static int act_on_person(struct acting *x, struct naming *n, bool hard, bool wish, struct err *e)
{
	struct participant p;
	bool found;

	if (participants_get_by_id(x->r->o->store, x->a, n->attempt->participant_id, &p, &found, e) != 0)
		return -1;
	if (!found)
		return 0;
	n->row.effect = "unchanged";
	if (p.is_removed || p.status == PARTICIPANT_UNSUBSCRIBED)
		return 0;
	if (!is_of_today(x, n->attempt, &p)) {
		n->row.effect = "old-address";
		return 0;
	}
	if (p.status == PARTICIPANT_ACTIVE && n->row.bounced_at < p.status_changed_at)
		return 0;
	if (wish)
		return set_status(x, n, &p, PARTICIPANT_UNSUBSCRIBED,
		    x->item->report.kind == BOUNCE_COMPLAINT
		        ? arena_printf(x->a, "called a message spam%s%s", x->item->report.feedback_type ? ": " : "",
		              x->item->report.feedback_type ? x->item->report.feedback_type : "")
		        : "asked for no more mail",
		    e);
	if (p.status != PARTICIPANT_ACTIVE)
		return 0;
	if (hard)
		return set_status(
		    x, n, &p, PARTICIPANT_INACTIVE, arena_printf(x->a, "hard bounce: %s", words_of(x, n)), e);
	return count_soft(x, n, &p, e);
}

static void alert(struct acting *x, struct naming *n)
{
	n->row.effect = "alerted";
	x->r->totals.alerts++;
}

static int judge_failure(struct acting *x, struct naming *n, const struct bounce_recipient *b, struct err *e)
{
	bool hard = b->class == BOUNCE_CLASS_HARD;

	n->delivery = "bounced";
	if (n->attempt->user_id || (!hard && is_our_fault(b->reason))) {
		alert(x, n);
		return 0;
	}
	return n->attempt->participant_id ? act_on_person(x, n, hard, false, e) : 0;
}

static int take_recipient(struct acting *x, const struct bounce_recipient *b, struct err *e)
{
	struct naming *n = add_name(x, b->address, recipient_of(x, b));

	n->row.final_address = b->final_address;
	n->row.action = bounce_action_name(b->action);
	n->row.class = bounce_class_name(b->class);
	n->row.reason = bounce_reason_name(b->reason);
	n->row.status = b->status;
	n->row.diagnostic = b->diagnostic;
	n->row.remote_mta = b->remote_mta;
	if (!n->attempt)
		return 0;
	if (b->action == BOUNCE_ACTION_FAILED)
		return judge_failure(x, n, b, e);
	n->delivery = b->action == BOUNCE_ACTION_DELAYED ? "delayed" : "delivered";
	return 0;
}

/* A complaint, or a person's wish to get no more. */
static int take_wish(struct acting *x, struct err *e)
{
	const struct bounce_report *b = &x->item->report;
	bool complaint = b->kind == BOUNCE_COMPLAINT;
	const struct bounce_attempt *t = NULL;
	struct naming *n;

	if (complaint && x->proof.how)
		t = bounces_find_recipient(x->a, &x->proof, b->complained_about);
	if (!t)
		t = sole(x);
	if (!t && x->proof.how && !complaint)
		x->why = "it does not carry our token back";
	else if (!t && x->proof.how)
		x->why = "it does not tell who of the recipients complains";
	n = add_name(x,
	    t                                  ? t->recipient
	    : complaint && b->complained_about ? b->complained_about
	                                       : b->from,
	    only_sent(t));
	n->row.action = complaint ? "complained" : "unsubscribed";
	if (!n->attempt || (complaint && b->feedback_type && strcasecmp(b->feedback_type, "not-spam") == 0))
		return 0;
	n->delivery = complaint ? "complained" : NULL;
	if (n->attempt->user_id) {
		alert(x, n);
		return 0;
	}
	return n->attempt->participant_id ? act_on_person(x, n, false, true, e) : 0;
}

static int take_all(struct acting *x, struct err *e)
{
	const struct bounce_report *b = &x->item->report;

	if (b->kind == BOUNCE_COMPLAINT || b->kind == BOUNCE_UNSUBSCRIBE)
		return take_wish(x, e);
	for (size_t i = 0; i < b->count; i++)
		if (take_recipient(x, &b->recipients[i], e) != 0)
			return -1;
	if (b->count == 0)
		x->why = x->proof.why ? x->proof.why : "it names nobody";
	return 0;
}

/* Whether the operator is told of it. */
static bool is_news(const char *effect)
{
	return strcmp(effect, "deactivated") == 0 || strcmp(effect, "unsubscribed") == 0 ||
	       strcmp(effect, "alerted") == 0 || strcmp(effect, "unmatched") == 0;
}

static int write_report(struct acting *x, int64_t *id, struct err *e)
{
	const struct bounce_report *b = &x->item->report;
	struct bounce_row row = {.source = x->item->source,
	    .kind = bounce_kind_name(b->kind),
	    .confidence = b->confidence,
	    .from_address = b->from,
	    .message_id = b->message_id,
	    .reporting_mta = b->reporting_mta,
	    .reported_at = b->has_date ? b->date : 0,
	    .seen_at = x->r->o->now,
	    .original_message_id = b->original_message_id,
	    .token = b->token,
	    .proof = x->proof.how,
	    .outbox_id = x->proof.outbox_id,
	    .outcome = x->why ? "unmatched" : "matched",
	    .why = x->why};
	bool tell = x->why != NULL;

	for (size_t i = 0; i < x->count; i++)
		tell |= is_news(x->names[i].row.effect);
	row.told_at = tell ? 0 : x->r->o->now;
	memcpy(row.hash, x->item->hash, sizeof row.hash);
	return bounces_insert(x->r->o->store, &row, id, e);
}

static int write_names(struct acting *x, int64_t id, struct err *e)
{
	struct store *s = x->r->o->store;

	for (size_t i = 0; i < x->count; i++) {
		const struct naming *n = &x->names[i];
		if (bounces_insert_recipient(s, id, &n->row, e) != 0)
			return -1;
		if (n->delivery && bounces_set_delivery(s, n->attempt->id, n->delivery, n->row.bounced_at, e) != 0)
			return -1;
	}
	return 0;
}

int bounces_act(
    struct bounces_run *r, struct arena *a, const struct bounces_item *item, int64_t *report_id, struct err *e)
{
	struct acting x = {.r = r, .a = a, .item = item};

	if (bounces_find(r->o->store, item->hash, report_id, e) != 0)
		return -1;
	if (*report_id) {
		r->totals.known++;
		return 0;
	}
	if (bounces_prove(r, a, item, &x.proof, e) != 0 || take_all(&x, e) != 0 || write_report(&x, report_id, e) != 0)
		return -1;
	if (r->o->dry_run && !r->dry_first)
		r->dry_first = *report_id;
	r->totals.reports++;
	*(x.why ? &r->totals.unmatched : &r->totals.matched) += 1;
	return write_names(&x, *report_id, e);
}
