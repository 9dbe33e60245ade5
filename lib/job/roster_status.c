#include "job/people.h"
#include "job/roster.h"
#include "job/roster_check.h"
#include "store/bounces.h"

static int find_by_email(struct store *s, struct arena *a, const char *given, struct participant *out, struct err *e)
{
	struct participant *list;
	const char *email, *dids = "";
	size_t n;

	if (roster_check_email(a, given, &email, e) != 0 || participants_by_email(s, a, email, &list, &n, e) != 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_INPUT, "%s: nobody on the roster has this address", email);
	if (n == 1) {
		*out = list[0];
		return 0;
	}
	for (size_t i = 0; i < n && i < 10; i++)
		dids = arena_printf(a, "%s%s%s", dids, i ? ", " : "", list[i].did);
	return err_set(e, ERR_INPUT, "%s: %zu participants have this address: name one by --did: %s%s", email, n, dids,
	    n > 10 ? ", ..." : "");
}

int roster_find(
    struct store *s, struct arena *a, const char *did, const char *email, struct participant *out, struct err *e)
{
	bool found;

	if (!did)
		return find_by_email(s, a, email, out, e);
	if (roster_check_did(a, did, &did, e) != 0 || participants_get(s, a, did, out, &found, e) != 0)
		return -1;
	return found ? 0 : err_set(e, ERR_INPUT, "%s: nobody on the roster has this did", did);
}

/* "active", said of somebody who is active: soft bounces count from none again. */
static int begin_anew(struct store *s, const struct participant *p, const struct roster_status_change *c,
    const char *reason, struct err *e)
{
	int64_t since = p->status_changed_at > p->email_changed_at ? p->status_changed_at : p->email_changed_at,
	        days = 0;

	/* The day "" is one more. */
	if (bounces_soft_days(s, p->id, since, "", &days, e) != 0)
		return -1;
	return days <= 1 ? 0 : participants_renew_status(s, p->id, reason, c->actor, c->now, e);
}

static int set_status(struct store *s, struct arena *a, const struct roster_status_change *c, struct participant *out,
    enum participant_status *was, struct err *e)
{
	const char *reason = c->reason;
	bool changed;

	if (roster_find(s, a, c->did, c->email, out, e) != 0)
		return -1;
	*was = out->status;
	if (reason && people_text(a, reason, &reason, e) != 0)
		return err_prefix(e, "--reason");
	if (reason && !*reason)
		reason = NULL;
	if (*was == PARTICIPANT_UNSUBSCRIBED && c->to != PARTICIPANT_UNSUBSCRIBED && !reason)
		return err_set(
		    e, ERR_REFUSED, "%s has unsubscribed: say with --reason why mail may go there again", out->did);
	reason = reason ? reason : "set by hand";
	if (participants_set_status(s, out->id, c->to, reason, c->actor, c->now, &changed, e) != 0 ||
	    (*was == PARTICIPANT_ACTIVE && !changed && begin_anew(s, out, c, reason, e) != 0))
		return -1;
	out->status = c->to;
	return 0;
}

int roster_set_status(struct store *s, struct arena *a, const struct roster_status_change *change,
    struct participant *out, enum participant_status *was, struct err *e)
{
	if (store_begin(s, e) != 0)
		return -1;
	return people_end(s, change->dry_run, set_status(s, a, change, out, was, e), e);
}
