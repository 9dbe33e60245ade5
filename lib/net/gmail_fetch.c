#include "net/gmail_fetch.h"

#include "base/mem.h"
#include "net/gmail_flight.h"

#include <math.h>
#include <stdlib.h>

enum {
	BATCHES_UNDER_WAY = 4,
	GETS_UNDER_WAY = 8,
	WAIT_CAP_MS = 1000,
	PUMP_EVERY = 16,
};

/* Longer than anything lasts: there is nothing to wait for. */
static const double for_ever = 1e300;

struct gmail_fetch *gmail_fetch_open(struct gmail *g, const char *const *ids, size_t n)
{
	struct gmail_fetch *f = mem_alloc(sizeof *f);

	f->g = g;
	f->ids = ids;
	f->n_ids = n;
	f->last = &f->first;
	return f;
}

static void ready_free(struct ready *r)
{
	if (!r)
		return;
	buf_clear(&r->raw);
	json_decref(r->root);
	free(r->labels);
	free(r);
}

void gmail_fetch_close(struct gmail_fetch *f)
{
	if (!f)
		return;
	while (f->flights) {
		struct flight *v = f->flights;
		f->flights = v->next;
		flight_free(v);
	}
	while (f->first) {
		struct ready *r = f->first;
		f->first = r->next;
		ready_free(r);
	}
	ready_free(f->current);
	free(f->again);
	free(f);
}

/* What may be asked for now: first what is due again, then fresh ids. */
static size_t choose(struct gmail_fetch *f, struct want *out, size_t max)
{
	double now = client_now(f->g);
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < f->n_again; i++) {
		if (n < max && f->again[i].due <= now)
			out[n++] = f->again[i];
		else
			f->again[kept++] = f->again[i];
	}
	f->n_again = kept;
	while (n < max && f->fresh < f->n_ids)
		out[n++] = (struct want){.index = f->fresh++};
	return n;
}

static void put_back(struct gmail_fetch *f, const struct flight *v)
{
	for (size_t i = 0; i < v->n; i++)
		flight_put_again(f, v->wants[i], 0);
}

/* Starts one flight. *wait: 0 when it is under way; else how long until there is something to start, for_ever when there is
 * nothing left. */
static int launch(struct gmail_fetch *f, double *wait, struct err *e)
{
	struct gmail *g = f->g;
	int unit = gmail_units(GMAIL_MESSAGES_GET, g->o.legacy_quota);
	struct flight *v = mem_alloc(sizeof *v);

	v->fetch = f;
	v->n = choose(f, v->wants, g->batch_size);
	if (v->n == 0) {
		*wait = for_ever;
		for (size_t i = 0; i < f->n_again; i++)
			*wait = fmin(*wait, fmax(1e-3, f->again[i].due - client_now(g)));
		flight_free(v);
		return 0;
	}
	*wait = client_admit(g, (double)unit * (double)v->n);
	if (*wait > 0 || client_authorize(g, &v->authorization, e) != 0 || flight_start(v, e) != 0) {
		int rc = *wait > 0 ? 0 : -1;
		put_back(f, v);
		flight_free(v);
		return rc;
	}
	g->stats.requests++;
	g->stats.calls += (int64_t)v->n;
	g->stats.units += (int64_t)v->n * unit;
	v->next = f->flights;
	f->flights = v;
	f->n_flights++;
	return 0;
}

static void launch_all(struct gmail_fetch *f, double *wait)
{
	size_t max = f->g->batch_size > 1 ? BATCHES_UNDER_WAY : GETS_UNDER_WAY;
	struct err e = {0};

	*wait = for_ever;
	while (!f->failed && f->n_flights < max && f->ready_bytes <= f->g->o.ready_bytes) {
		if (launch(f, wait, &e) != 0)
			flight_fail(f, &e);
		else if (*wait > 0)
			return;
	}
}

static int pump(struct gmail_fetch *f, int timeout_ms, struct err *e)
{
	struct http_call *ended;

	if (f->ready_bytes <= f->g->o.ready_bytes)
		for (struct flight *v = f->flights; v; v = v->next)
			http_resume(v->call);
	do {
		if (http_wait(f->g->http, timeout_ms, &ended, e) != 0)
			return -1;
		if (ended)
			flight_end(f, http_call_arg(ended));
		timeout_ms = 0;
	} while (ended && f->n_flights > 0);
	return 0;
}

static struct ready *take_ready(struct gmail_fetch *f)
{
	struct ready *r = f->first;

	f->first = r->next;
	if (!f->first)
		f->last = &f->first;
	f->ready_bytes -= r->raw.len;
	f->handed_out++;
	return r;
}

/* Works until something is ready or all is done. */
static int work(struct gmail_fetch *f, struct err *e)
{
	double wait = for_ever;

	while (!f->first) {
		launch_all(f, &wait);
		if (f->failed)
			return 0;
		if (f->n_flights == 0 && wait >= for_ever)
			return 0;
		if (f->n_flights > 0) {
			if (pump(f, wait * 1000 < WAIT_CAP_MS ? (int)ceil(wait * 1000) : WAIT_CAP_MS, e) != 0)
				return -1;
		} else if (!f->first && client_sleep(f->g, wait, e) != 0) {
			return -1;
		}
	}
	return 0;
}

int gmail_fetch_next(struct gmail_fetch *f, const struct gmail_item **item, struct err *e)
{
	double wait;

	*item = NULL;
	ready_free(f->current);
	f->current = NULL;
	/* While messages are taken, more should come in. */
	if (f->first && !f->failed && f->handed_out % PUMP_EVERY == 0) {
		launch_all(f, &wait);
		if (f->n_flights > 0 && pump(f, 0, e) != 0)
			return -1;
	}
	if (!f->first && !f->failed && work(f, e) != 0)
		return err_prefix(e, "messages.get");
	if (f->first) {
		f->current = take_ready(f);
		*item = &f->current->item;
		return 0;
	}
	if (!f->failed)
		return 0;
	*e = f->why;
	return err_prefix(e, "messages.get");
}
