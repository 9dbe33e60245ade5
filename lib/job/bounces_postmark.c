/* What Postmark tells of mail that it sent. */
#include "job/bounces_act.h"
#include "job/transport_postmark.h"
#include "net/postmark.h"
#include "store/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCANNED_AT "bounces_postmark_scanned_at"

/* FIRST_DAYS back at first, and always a while more than since the last run: what is known counts once. */
enum { TIMEOUT_S = 60, DAY_S = 86400, FIRST_DAYS = 45, OVERLAP_DAYS = 2 };

/* Types of postmarkapp.com/developer/api/bounce-api, read in November 2026. */
static const struct {
	const char *type;
	enum bounce_kind kind;
	enum bounce_reason reason;
} types[] = {
    {"AutoResponder", BOUNCE_AUTO_REPLY, BOUNCE_REASON_UNDEFINED},
    {"BadEmailAddress", BOUNCE_FAILED, BOUNCE_REASON_USER_UNKNOWN},
    {"Blocked", BOUNCE_FAILED, BOUNCE_REASON_BLOCKED},
    {"ChallengeVerification", BOUNCE_CHALLENGE, BOUNCE_REASON_UNDEFINED},
    {"DMARCPolicy", BOUNCE_FAILED, BOUNCE_REASON_AUTHENTICATION},
    {"DnsError", BOUNCE_FAILED, BOUNCE_REASON_NETWORK},
    {"HardBounce", BOUNCE_FAILED, BOUNCE_REASON_USER_UNKNOWN},
    {"ManuallyDeactivated", BOUNCE_FAILED, BOUNCE_REASON_SUPPRESSED},
    {"SMTPApiError", BOUNCE_FAILED, BOUNCE_REASON_PROTOCOL},
    {"SoftBounce", BOUNCE_FAILED, BOUNCE_REASON_REJECTED},
    {"SpamComplaint", BOUNCE_COMPLAINT, BOUNCE_REASON_UNDEFINED},
    {"SpamNotification", BOUNCE_FAILED, BOUNCE_REASON_SPAM},
    {"Subscribe", BOUNCE_AUTO_REPLY, BOUNCE_REASON_UNDEFINED},
    {"TemplateRenderingFailed", BOUNCE_FAILED, BOUNCE_REASON_CONTENT},
    {"Transient", BOUNCE_DELAYED, BOUNCE_REASON_NETWORK},
    {"Unsubscribe", BOUNCE_UNSUBSCRIBE, BOUNCE_REASON_UNDEFINED},
    {"VirusNotification", BOUNCE_FAILED, BOUNCE_REASON_VIRUS},
};

/* What is not in the table (AddressChange, SubscriptionChange, Unconfirmed, what they add) is a question for a person. */
static bool read_type(const char *type, enum bounce_kind *kind, enum bounce_reason *reason)
{
	*kind = BOUNCE_FAILED;
	*reason = BOUNCE_REASON_UNDEFINED;
	for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].type, type) == 0) {
			*kind = types[i].kind;
			*reason = types[i].reason;
			return true;
		}
	return false;
}

/* Postmark calls dead what a server refused for good: the server's words may tell that the person had no part in it. */
static enum bounce_reason reason_of(struct arena *a, enum bounce_reason of_type, const char *words)
{
	enum bounce_reason told;

	if (!words || bounce_reason_class(of_type) != BOUNCE_CLASS_HARD)
		return of_type;
	told = bounce_reason_of_words(a, words);
	return told == BOUNCE_REASON_UNDEFINED || told == BOUNCE_REASON_REJECTED ? of_type : told;
}

static struct bounces_item item_of(struct arena *a, const struct postmark_bounce *b)
{
	struct bounces_item item = {.source = "postmark", .remote_id = b->message_id ? b->message_id : ""};
	struct bounce_report *r = &item.report;
	char id[40];
	int n = snprintf(id, sizeof id, "postmark:%" PRId64, b->id);

	sha256_of(id, (size_t)n, item.hash);
	*r = (struct bounce_report){.confidence = BOUNCE_CONFIDENCE_COMPLETE,
	    .complained_about = b->email,
	    .date = b->bounced_at,
	    .has_date = b->bounced_at != 0,
	    .reporting_mta = "postmark",
	    .message_id = arena_strdup(a, id)};
	r->recipients = arena_zalloc(a, sizeof *r->recipients);
	if (!read_type(b->type, &r->kind, &r->recipients[0].reason))
		item.question = arena_printf(a, "Postmark calls it \"%s\"", b->type ? b->type : "");
	if (r->kind != BOUNCE_FAILED && r->kind != BOUNCE_DELAYED)
		return item;
	r->count = 1;
	r->recipients[0].address = b->email ? b->email : "";
	r->recipients[0].action = r->kind == BOUNCE_FAILED ? BOUNCE_ACTION_FAILED : BOUNCE_ACTION_DELAYED;
	r->recipients[0].reason = reason_of(a, r->recipients[0].reason, b->details);
	r->recipients[0].class = bounce_reason_class(r->recipients[0].reason);
	r->recipients[0].diagnostic = arena_printf(a, "%s: %.900s", b->type ? b->type : "no type",
	    b->details       ? b->details
	    : b->description ? b->description
	                     : "");
	return item;
}

static int act_on(struct bounces_run *r, struct arena *a, const struct postmark_bounce *list, size_t n, struct err *e)
{
	int64_t id;

	for (size_t i = 0; i < n; i++) {
		struct bounces_item item = item_of(a, &list[i]);
		r->totals.seen++;
		if (!bounces_concerns(item.report.kind))
			r->totals.other++;
		else if (bounces_act(r, a, &item, &id, e) != 0)
			return -1;
	}
	return 0;
}

static int settle_page(
    struct bounces_run *r, struct arena *a, const struct postmark_bounce *list, size_t n, struct err *e)
{
	if (store_begin(r->o->store, e) != 0)
		return -1;
	return bounces_settle(r, act_on(r, a, list, n, e), e);
}

static int read_pages(
    struct bounces_run *r, struct http *http, const struct postmark_options *o, int64_t since, struct err *e)
{
	struct postmark_bounce *list;
	struct arena a = {0};
	size_t n = 0, total = 1;
	int rc = 0;

	for (size_t offset = 0; rc == 0 && offset < total && !(r->o->stop && *r->o->stop); offset += n) {
		if (offset + POSTMARK_PAGE_MAX > POSTMARK_OFFSET_MAX) {
			rc = err_set(e, ERR_UNAVAILABLE,
			    "Postmark has %zu bounces and shows %d: the oldest were not read", total,
			    POSTMARK_OFFSET_MAX);
			break;
		}
		rc = postmark_bounces(http, o, &a, since, offset, POSTMARK_PAGE_MAX, &list, &n, &total, e);
		if (rc == 0 && n == 0)
			break;
		if (rc == 0)
			rc = settle_page(r, &a, list, n, e);
		arena_reset(&a);
	}
	arena_clear(&a);
	return rc;
}

static int since_when(struct bounces_run *r, int64_t *since, struct err *e)
{
	struct arena a = {0};
	const char *last;
	int rc = settings_get(r->o->store, &a, SCANNED_AT, &last, e);

	*since = r->o->now - (int64_t)FIRST_DAYS * DAY_S;
	if (rc == 0 && last && strtoll(last, NULL, 10) - OVERLAP_DAYS * DAY_S > *since)
		*since = strtoll(last, NULL, 10) - OVERLAP_DAYS * DAY_S;
	arena_clear(&a);
	return rc;
}

static int remember(struct bounces_run *r, struct err *e)
{
	char now[32];

	if (r->o->dry_run || (r->o->stop && *r->o->stop))
		return 0;
	snprintf(now, sizeof now, "%" PRId64, r->o->now);
	return settings_set(r->o->store, SCANNED_AT, now, r->o->now, e);
}

int bounces_scan_postmark(struct bounces_run *r, struct err *e)
{
	struct buf token = {0};
	struct http *http = http_new(&(struct http_options){.timeout_s = TIMEOUT_S});
	struct postmark_options o = {.api_url = config_text(r->o->config, "MAILROOM_POSTMARK_URL"),
	    .stream = config_text(r->o->config, "MAILROOM_POSTMARK_STREAM")};
	int64_t since;
	int rc = -1;

	if (transport_postmark_token(r->o->config, &token, e) == 0 && since_when(r, &since, e) == 0) {
		o.token = buf_str(&token);
		rc = read_pages(r, http, &o, since, e);
	}
	if (rc == 0)
		rc = remember(r, e);
	buf_wipe(&token);
	http_free(http);
	return rc;
}
