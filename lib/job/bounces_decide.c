#include "job/bounces_act.h"
#include "job/people.h"
#include "job/roster.h"
#include "job/send_log.h"

#include <string.h>

struct deciding {
	const struct bounces_options *o;
	const struct bounces_decision *d;
	struct arena *a;
	const char **addresses; /* that are unmatched */
	const char *words;      /* of the first */
	size_t count;
	bool found, is_wish; /* is_wish: a complaint, or somebody who wants no more mail */
};

static void take(const struct bounce_line *l, void *arg)
{
	struct deciding *x = arg;

	x->found = true;
	x->is_wish = strcmp(l->kind, bounce_kind_name(BOUNCE_COMPLAINT)) == 0 ||
	             strcmp(l->kind, bounce_kind_name(BOUNCE_UNSUBSCRIBE)) == 0;
	if (!l->address || !l->effect || strcmp(l->effect, "unmatched") != 0)
		return;
	if (x->count == 0)
		x->words = arena_printf(x->a, "%s%s%s", l->reason ? l->reason : "no reason", l->diagnostic ? ": " : "",
		    l->diagnostic ? l->diagnostic : "");
	x->addresses = arena_more(x->a, x->addresses, x->count, sizeof *x->addresses);
	x->addresses[x->count++] = arena_strdup(x->a, l->address);
}

/* Who is inactive may still be unsubscribed, and never the other way round. */
static int set_status(struct deciding *x, const char *address, struct participant *p, const char **what, struct err *e)
{
	enum participant_status to = x->is_wish ? PARTICIPANT_UNSUBSCRIBED : PARTICIPANT_INACTIVE;
	const char *done = x->is_wish ? "unsubscribed" : "deactivated";
	const char *reason = arena_printf(x->a, "report %lld taken as %s: %s", (long long)x->d->report_id,
	    x->is_wish ? "a wish for no more mail" : "a bounce", x->words ? x->words : "it names nobody");
	bool changed = false;

	if ((p->status == PARTICIPANT_ACTIVE || x->is_wish) &&
	    participants_set_status(
	        x->o->store, p->id, to, send_log_words(x->a, reason), x->d->who, x->o->now, &changed, e) != 0)
		return -1;
	*what = arena_printf(x->a, "%s%s%s: %s", *what ? *what : "", *what ? "; " : "", p->did,
	    changed ? participant_status_name(to) : arena_printf(x->a, "stays %s", participant_status_name(p->status)));
	return address ? bounces_vouch(x->o->store, x->d->report_id, address, p->id, changed ? done : "unchanged", e)
	               : 0;
}

static int by_address(struct deciding *x, const char *address, const char **what, struct err *e)
{
	struct participant *list;
	size_t n;

	if (participants_by_email(x->o->store, x->a, address, &list, &n, e) != 0)
		return -1;
	if (n != 1)
		return err_set(e, ERR_INPUT,
		    "report %lld names %s: %zu participants have this address; name one by --did",
		    (long long)x->d->report_id, address, n);
	return set_status(x, address, &list[0], what, e);
}

static int as_bounce(struct deciding *x, const char **what, struct err *e)
{
	struct participant p;

	if (x->d->did) {
		if (roster_find(x->o->store, x->a, x->d->did, NULL, &p, e) != 0)
			return -1;
		return set_status(x, x->count == 1 ? x->addresses[0] : NULL, &p, what, e);
	}
	if (x->count == 0)
		return err_set(e, ERR_INPUT, "report %lld names nobody: name the participant by --did",
		    (long long)x->d->report_id);
	for (size_t i = 0; i < x->count; i++)
		if (by_address(x, x->addresses[i], what, e) != 0)
			return -1;
	return 0;
}

static int decide(struct deciding *x, const char **what, struct err *e)
{
	struct store *s = x->o->store;

	if (bounces_each_unmatched(s, x->d->report_id, take, x, e) != 0)
		return -1;
	if (!x->found)
		return err_set(e, ERR_NO_INPUT, "no report %lld is unmatched (bounces-scan unmatched lists them)",
		    (long long)x->d->report_id);
	if (x->d->as_bounce && as_bounce(x, what, e) != 0)
		return -1;
	if (!*what)
		*what = "ignored";
	return bounces_resolve(s, x->d->report_id, x->d->as_bounce, x->d->who, x->o->now, e);
}

int bounces_decide(const struct bounces_options *o, const struct bounces_decision *d, struct arena *a,
    const char **what, struct err *e)
{
	struct deciding x = {.o = o, .d = d, .a = a};

	*what = NULL;
	if (store_begin(o->store, e) != 0)
		return -1;
	return people_end(o->store, o->dry_run, decide(&x, what, e), e);
}
