#include "base/clock.h"
#include "job/send_log.h"
#include "job/send_work.h"

#include <string.h>

static const double QUICK_S = 1;

static bool is_team(const struct outbox_message *m)
{
	return strcmp(m->kind, "team") == 0;
}

static struct send_route *find_route(struct send_work *w, const struct outbox_message *m)
{
	struct send_route *r = w->routes;

	while (r && (r->is_team != is_team(m) || strcmp(r->from, m->from_address) != 0))
		r = r->next;
	return r;
}

static struct send_route *add_route(struct send_work *w, const struct outbox_message *m)
{
	struct send_route *r = arena_zalloc(&w->arena, sizeof *r);

	r->is_team = is_team(m);
	r->from = arena_strdup(&w->arena, m->from_address);
	r->next = w->routes;
	w->routes = r;
	return r;
}

bool send_route_is_smtp(const struct send_route *r)
{
	return strcmp(r->kind->name, "smtp") == 0;
}

void send_route_block(struct send_work *w, struct send_route *r, const char *why)
{
	r->blocked = send_log_words(&w->arena, why);
	send_route_reset(r);
}

void send_route_reset(struct send_route *r)
{
	if (r->is_made && r->transport.close)
		r->transport.close(r->transport.state);
	r->is_made = r->is_ready = false;
}

void send_routes_close(struct send_work *w)
{
	for (struct send_route *r = w->routes; r; r = r->next)
		send_route_reset(r);
}

/* Which kind, and whether it may be asked at all. */
static int choose(struct send_work *w, struct send_route *r, const struct outbox_message *m, struct err *e)
{
	struct transport_choice choice;

	if (transports_choose(&w->context, m, w->o->transport, &choice, e) != 0)
		return -1;
	if (!choice.chosen) {
		r->blocked = arena_printf(&w->arena, "no transport is set up for %s (digest-send explain %lld)",
		    m->from_address, (long long)m->id);
		return 0;
	}
	r->kind = choice.chosen->kind;
	if (choice.chosen->ready == TRANSPORT_STOPPED)
		r->blocked = arena_printf(&w->arena, "%s: %s", r->kind->name, choice.chosen->why);
	return 0;
}

/* They outlive the connection: the record of the last message is made after it. */
static void take_names(struct send_work *w, struct send_route *r)
{
	r->account_id = r->transport.account_id;
	if (r->transport.server && (!r->server || strcmp(r->server, r->transport.server) != 0))
		r->server = arena_strdup(&w->arena, r->transport.server);
}

static int stop_account(struct send_work *w, const struct send_route *r, const char *why, struct err *e)
{
	bool stopped;

	return send_route_is_smtp(r) && r->account_id
	           ? attempts_stop_account(w->o->store, r->account_id, why, send_now(w), &stopped, e)
	           : 0;
}

/* A connection that was used just now is looked at in no time; else somebody may have to be waited for. */
static bool is_quick(const struct send_route *r)
{
	return r->is_ready && clock_monotonic_s() - r->used_s < QUICK_S;
}

/* Connects where there is no connection any more. What the server says against the account switches it off; a
 * network that is not there is an attempt that is deferred. */
static int connect(struct send_work *w, struct send_route *r, bool *deferred, struct err *e)
{
	struct err trouble = {0};
	bool fault = false;

	if (!is_quick(r) && send_flush(w, e) != 0)
		return -1;
	if (!r->transport.open || r->transport.open(r->transport.state, &fault, &trouble) == 0) {
		r->is_ready = true;
		r->used_s = clock_monotonic_s();
		take_names(w, r);
		return 0;
	}
	if (send_flush(w, e) != 0)
		return -1;
	*deferred = !fault && (trouble.code == ERR_TEMPORARY || trouble.code == ERR_IO);
	send_route_block(w, r, trouble.text);
	return fault ? stop_account(w, r, r->blocked, e) : 0;
}

int send_route_get(
    struct send_work *w, const struct outbox_message *m, struct send_route **route, bool *deferred, struct err *e)
{
	struct send_route *r = find_route(w, m);
	struct err trouble = {0};

	*deferred = false;
	if (!r) {
		r = add_route(w, m);
		if (choose(w, r, m, e) != 0)
			return -1;
	}
	*route = r;
	if (r->blocked)
		return 0;
	if (!r->is_made) {
		if (send_flush(w, e) != 0)
			return -1;
		if (r->kind->open(&r->transport, &w->context, m, &trouble) != 0) {
			r->blocked = send_log_words(&w->arena, trouble.text);
			return 0;
		}
		r->is_made = true;
		take_names(w, r);
	}
	return connect(w, r, deferred, e);
}
