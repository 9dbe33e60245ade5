#include "job/outbox.h"
#include "job/send_work.h"

#include <string.h>

static int expire(struct send_work *w, const struct outbox_message *m, struct err *e)
{
	struct store *s = w->o->store;
	int64_t now = send_now(w);
	bool changed;
	int rc = 0;

	if (send_flush(w, e) != 0 || store_begin(s, e) != 0)
		return -1;
	/* Of a message that somebody has, those who have it not will not get it any more. */
	if (outbox_is_settled(m)) {
		for (size_t i = 0; rc == 0 && i < m->recipient_count; i++)
			if (m->recipients[i].state == RECIPIENT_WAITING || m->recipients[i].state == RECIPIENT_DEFERRED)
				rc = outbox_set_recipient(s, m->id, m->recipients[i].address, RECIPIENT_FAILED, e);
		if (rc == 0)
			rc = outbox_settle(s, m->id, 0, now, e);
	} else {
		rc = outbox_set_state(s, m->id, m->state, OUTBOX_EXPIRED, now, &changed, e);
	}
	if (rc != 0 || store_commit(s, e) != 0) {
		store_rollback(s);
		return -1;
	}
	send_tell(w, m, SEND_EXPIRED, NULL, "was not sent while it was fresh");
	return 0;
}

/* Why it does not go out by its state, with what then; NULL: it does. */
static const char *not_due(const struct send_options *o, struct arena *a, const struct outbox_message *m)
{
	const char *what_then = "";

	if (m->state == OUTBOX_READY || m->state == OUTBOX_DEFERRED)
		return NULL;
	if (o->transport && (m->state == OUTBOX_FAILED || m->state == OUTBOX_SIMULATED))
		return NULL;
	switch (m->state) {
	case OUTBOX_HELD: what_then = ": `digest-send release` lets it go"; break;
	case OUTBOX_FAILED:
	case OUTBOX_SIMULATED: what_then = ": --transport NAME tries another way"; break;
	case OUTBOX_UNKNOWN: what_then = ": `digest-send resolve` decides"; break;
	default: break;
	}
	return arena_printf(a, "it is %s%s", outbox_state_name(m->state), what_then);
}

static bool is_to_get_it(const struct send_options *o, const struct outbox_recipient *r)
{
	return r->state == RECIPIENT_WAITING || r->state == RECIPIENT_DEFERRED ||
	       (o->transport && (r->state == RECIPIENT_FAILED || r->state == RECIPIENT_SIMULATED));
}

/* A message for more than a limit would never go; NULL: it is not. */
static const char *too_many(const struct send_options *o, struct arena *a, const struct outbox_message *m)
{
	static const char *const limits[] = {"MAILROOM_MAX_PER_RUN", "MAILROOM_MAX_PER_DAY"};
	size_t n = 0;

	for (size_t i = 0; i < m->recipient_count; i++)
		n += is_to_get_it(o, &m->recipients[i]);
	for (size_t i = 0; i < 2; i++) {
		int64_t most = config_int(o->config, limits[i]);
		if (most && (int64_t)n > most)
			return arena_printf(a, "it has %zu recipients, %s allows %lld", n, limits[i], (long long)most);
	}
	return NULL;
}

const char *send_objection(const struct send_options *o, struct arena *a, const struct outbox_message *m)
{
	const char *why = not_due(o, a, m);

	return why ? why : too_many(o, a, m);
}

/* Those it is still to reach. */
static void take_recipients(struct send_work *w, struct send_item *item)
{
	const struct outbox_message *m = item->message;

	item->count = 0;
	item->recipients = arena_array(&item->arena, m->recipient_count, sizeof *item->recipients);
	for (size_t i = 0; i < m->recipient_count; i++)
		if (is_to_get_it(w->o, &m->recipients[i]))
			item->recipients[item->count++] =
			    (struct transport_recipient){.address = m->recipients[i].address};
}

static int go(struct send_work *w, struct send_item *item, struct err *e)
{
	const struct outbox_message *m = item->message;
	bool deferred;

	if (send_route_get(w, m, &item->route, &deferred, e) != 0)
		return -1;
	item->attempt = m->attempts + 1;
	item->started_at = send_now(w);
	if (deferred)
		return send_defer(w, item, e);
	if (item->route->blocked) {
		send_tell(w, m, SEND_WAITING, item->route->kind ? item->route : NULL, item->route->blocked);
		return 0;
	}
	if (item->route->transport.all_recipients && item->count < m->recipient_count) {
		send_tell(w, m, SEND_REFUSED, item->route,
		    arena_printf(&item->arena,
		        "%s sends to all recipients of a message, and some of this one's are settled",
		        item->route->kind->name));
		return 0;
	}
	return send_attempt(w, item, e);
}

static const char *join(struct arena *a, const struct outbox_problems *p)
{
	const char *all = p->items[0];

	for (size_t i = 1; i < p->count; i++)
		all = arena_printf(a, "%s; %s", all, p->items[i]);
	return all;
}

static int take(struct send_work *w, struct send_item *item, int64_t id, struct err *e)
{
	struct outbox_message *m;
	struct outbox_problems p;
	const char *why;

	if (outbox_get(w->o->store, &item->arena, id, &m, e) != 0)
		return -1;
	if (!m)
		return err_set(e, ERR_NO_INPUT, "outbox %lld: there is no such message", (long long)id);
	if ((why = not_due(w->o, &item->arena, m)) != NULL) {
		/* Told when a person named it; else another program was faster. */
		if (w->o->id)
			send_tell(w, m, SEND_REFUSED, NULL, why);
		return 0;
	}
	item->message = m;
	item->was = m->state;
	if (send_now(w) >= outbox_stale_at(m))
		return expire(w, m, e);
	if (outbox_check(w->o->store, &item->arena, w->dir, m, w->o->transport != NULL, &item->bytes, &p, e) != 0)
		return -1;
	if (p.count > 0) {
		send_tell(w, m, SEND_REFUSED, NULL, join(&item->arena, &p));
		return 0;
	}
	take_recipients(w, item);
	if ((why = too_many(w->o, &item->arena, m)) != NULL) {
		send_tell(w, m, SEND_REFUSED, NULL, why);
		return 0;
	}
	if (send_must_stop(w, item->count))
		return 0;
	return go(w, item, e);
}

int send_message(struct send_work *w, int64_t id, struct err *e)
{
	struct send_item *item = &w->items[w->at];

	arena_reset(&item->arena);
	buf_reset(&item->bytes);
	item->words = NULL;
	item->what = SEND_SENT;
	item->is_last = false;
	return take(w, item, id, e) == 0 ? 0 : err_prefix(e, "outbox %lld", (long long)id);
}
