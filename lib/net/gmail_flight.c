#include "net/gmail_flight.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
	BATCH_TIMEOUT_S = 300,
	ANSWER_EXTRA_BYTES = 1 << 20,
};

void flight_free(struct flight *v)
{
	http_cancel(v->call);
	batch_reader_clear(&v->reader);
	client_wipe(&v->authorization);
	buf_clear(&v->request);
	free(v);
}

void flight_fail(struct gmail_fetch *f, const struct err *why)
{
	if (!f->failed)
		f->why = *why;
	f->failed = true;
}

static struct ready *ready_new(struct gmail_fetch *f, size_t index, enum gmail_outcome outcome)
{
	struct ready *r = mem_alloc(sizeof *r);

	r->item.outcome = outcome;
	r->item.index = index;
	r->item.id = f->ids[index];
	*f->last = r;
	f->last = &r->next;
	return r;
}

static void give_failed(struct gmail_fetch *f, size_t index, const struct err *why)
{
	struct ready *r = ready_new(f, index, GMAIL_FAILED);

	r->item.why = *why;
	err_prefix(&r->item.why, "message %s", f->ids[index]);
}

static void fill_message(struct gmail_message *m, struct ready *r)
{
	const json_t *labels = json_object_get(r->root, "labelIds"), *l;
	size_t i;

	m->id = gmail_json_id(r->root, "id");
	m->thread_id = gmail_json_id(r->root, "threadId");
	m->history_id = gmail_json_id(r->root, "historyId");
	m->internal_date_ms = gmail_json_int(r->root, "internalDate", -1);
	m->raw = buf_str(&r->raw);
	m->raw_len = r->raw.len;
	r->labels = mem_alloc((json_array_size(labels) + 1) * sizeof *r->labels);
	json_array_foreach(labels, i, l) if (json_is_string(l)) r->labels[m->n_labels++] = json_string_value(l);
	m->labels = r->labels;
}

/* A good answer becomes a ready message; TEMPORARY when it is not what was asked for. */
static int give_message(struct gmail_fetch *f, size_t index, struct span body, struct err *e)
{
	struct buf raw = {0};
	json_t *root = NULL;
	bool has_raw = false;
	const char *id;
	struct ready *r;

	if (gmail_json_load_raw(body, &root, &raw, &has_raw, e) != 0)
		goto bad;
	id = gmail_json_id(root, "id");
	if (!has_raw || !id || strcmp(id, f->ids[index]) != 0) {
		err_set(e, ERR_TEMPORARY, "the answer makes no sense: it is not the message that was asked for");
		goto bad;
	}
	if (raw.len > f->g->o.max_message_bytes) {
		json_decref(root);
		err_set(e, ERR_INPUT, "larger than the allowed %zu KB", f->g->o.max_message_bytes >> 10);
		give_failed(f, index, e);
		buf_clear(&raw);
		return 0;
	}
	r = ready_new(f, index, GMAIL_GOT);
	r->raw = raw;
	r->root = root;
	fill_message(&r->item.message, r);
	f->ready_bytes += raw.len;
	return 0;
bad:
	json_decref(root);
	buf_clear(&raw);
	return -1;
}

void flight_put_again(struct gmail_fetch *f, struct want w, double due)
{
	if (f->n_again == f->cap_again) {
		f->cap_again = f->cap_again ? 2 * f->cap_again : 64;
		f->again = mem_realloc(f->again, f->cap_again, sizeof *f->again);
	}
	w.due = due;
	f->again[f->n_again++] = w;
}

/* The call did not succeed in a way that may pass. A rate limit that outlasts the tries ends the work, since it holds for all
 * messages; any other trouble that comes from within a batch is this message's own. */
static void try_again(struct flight *v, size_t i, enum gmail_verdict verdict, double asked, const struct err *why)
{
	struct gmail_fetch *f = v->fetch;
	struct gmail *g = f->g;
	struct want w = v->wants[i];
	struct err e = *why;

	v->answered[i] = true;
	if (++w.tries > g->o.retry_max + (verdict == GMAIL_TOKEN)) {
		err_set(&e, why->code, "%s (tried %d times)", why->text, w.tries);
		if (verdict == GMAIL_SLOWER || verdict == GMAIL_TOKEN)
			flight_fail(f, &e);
		else
			give_failed(f, w.index, &e);
		return;
	}
	if (!client_may_wait(g, asked, &e)) {
		flight_fail(f, &e);
		return;
	}
	g->stats.tries_again++;
	if (verdict == GMAIL_SLOWER && !v->slowed) {
		v->slowed = true;
		g->batch_size = g->batch_size > 1 ? g->batch_size / 2 : 1;
		client_hold(g, client_backoff(g, w.tries, asked));
	} else if (verdict == GMAIL_SLOWER && asked >= 0) {
		client_hold(g, asked);
		g->stats.slowed--;
	}
	flight_put_again(f, w, verdict == GMAIL_AGAIN ? client_now(g) + client_backoff(g, w.tries, asked) : 0);
}

static void act_on(struct flight *v, size_t i, const struct gmail_answer *a)
{
	struct gmail_fetch *f = v->fetch;
	struct err why = {0}, e = {0};
	double asked = -1;
	enum gmail_verdict verdict = gmail_judge(a, &asked, &why);

	if (verdict == GMAIL_OK && give_message(f, v->wants[i].index, a->body, &why) != 0)
		verdict = GMAIL_AGAIN;
	if (verdict != GMAIL_TOKEN)
		client_accepted(f->g);
	switch (verdict) {
	case GMAIL_OK: v->answered[i] = true; break;
	case GMAIL_NOT_FOUND:
		v->answered[i] = true;
		ready_new(f, v->wants[i].index, GMAIL_GONE);
		break;
	case GMAIL_ITEM_FAILED:
		v->answered[i] = true;
		give_failed(f, v->wants[i].index, &why);
		break;
	case GMAIL_STOP: flight_fail(f, &why); break;
	case GMAIL_TOKEN:
		if (!v->refused && client_refused(f->g, &v->authorization, &why, &e) != 0)
			flight_fail(f, &e);
		v->refused = true;
		try_again(v, i, verdict, asked, &why);
		break;
	case GMAIL_AGAIN:
	case GMAIL_SLOWER: try_again(v, i, verdict, asked, &why); break;
	}
}

static void on_part(void *arg, const struct batch_part *p)
{
	struct flight *v = arg;
	struct gmail *g = v->fetch->g;
	struct gmail_answer a = {p->status, p->retry_after_s, g->clock.wall(g->clock.arg), p->body};

	if (v->answered[p->index])
		return;
	if (p->too_large) {
		struct err why = {0};
		err_set(&why, ERR_INPUT, "larger than the allowed %zu KB", g->o.max_message_bytes >> 10);
		v->answered[p->index] = true;
		give_failed(v->fetch, v->wants[p->index].index, &why);
		return;
	}
	act_on(v, p->index, &a);
}

/* In base64 and JSON. */
static size_t answer_cap(const struct gmail *g)
{
	return g->o.max_message_bytes / 3 * 4 + ANSWER_EXTRA_BYTES;
}

static enum http_take take(void *arg, const char *bytes, size_t n)
{
	struct flight *v = arg;
	struct gmail_fetch *f = v->fetch;

	if (f->ready_bytes > f->g->o.ready_bytes)
		return HTTP_PAUSE;
	if (!v->reading) {
		v->reading = true;
		v->no_batch = batch_reader_init(&v->reader, http_call_content_type(v->call), v->n, answer_cap(f->g),
		                  on_part, v, &v->why) != 0;
	}
	if (v->no_batch)
		return HTTP_STOP;
	batch_reader_feed(&v->reader, bytes, n);
	return HTTP_TAKEN;
}

static void put_target(struct buf *b, const char *id)
{
	buf_puts(b, "/gmail/v1/users/me/messages/");
	http_escape(b, id);
	buf_puts(b, "?format=raw");
}

static void compose_batch(struct flight *v)
{
	struct buf target = {0};

	for (size_t i = 0; i < v->n; i++) {
		buf_reset(&target);
		put_target(&target, v->fetch->ids[v->wants[i].index]);
		batch_add(&v->request, i, target.data);
	}
	batch_finish(&v->request);
	buf_clear(&target);
}

int flight_start(struct flight *v, struct err *e)
{
	static const char *const batch_headers[] = {batch_content_type, NULL};
	struct gmail *g = v->fetch->g;
	struct http_request r = {
	    .method = "GET", .authorization = v->authorization.data, .arg = v, .timeout_s = BATCH_TIMEOUT_S};
	struct buf url = {0};
	int rc;

	buf_puts(&url, g->api_url);
	if (v->n > 1) {
		compose_batch(v);
		buf_puts(&url, "/batch/gmail/v1");
		r.method = "POST";
		r.headers = batch_headers;
		r.body = v->request.data;
		r.body_len = v->request.len;
		r.take = take;
		r.cap_bytes = v->n * answer_cap(g);
	} else {
		put_target(&url, v->fetch->ids[v->wants[0].index]);
		r.cap_bytes = answer_cap(g);
	}
	r.url = url.data;
	rc = http_start(g->http, &r, &v->call, e);
	buf_clear(&url);
	return rc;
}

/* The whole flight got this answer: a single get's own, or an error of the batch. */
static void act_on_all(struct flight *v, const struct http_response *r)
{
	struct gmail *g = v->fetch->g;
	struct gmail_answer a = {r->status, r->retry_after_s, r->date_at ? r->date_at : g->clock.wall(g->clock.arg),
	    {r->body.data, r->body.len}};
	double asked = -1;
	struct err why = {0};
	enum gmail_verdict verdict = gmail_judge(&a, &asked, &why);

	/* Of a batch, "not found" and "bad request" say that there are no batches at this address. */
	if (v->n > 1 && (verdict == GMAIL_NOT_FOUND || verdict == GMAIL_ITEM_FAILED)) {
		err_prefix(&why, "batch of messages.get (does %s take batches?)", g->api_url);
		why.code = ERR_UNAVAILABLE;
		flight_fail(v->fetch, &why);
		return;
	}
	for (size_t i = 0; i < v->n; i++)
		act_on(v, i, &a);
}

/* What a flight that ended has left without an answer: the line broke (`broken`), or the batch's answer was not whole. The line
 * serves all: when it fails for longer than the tries last, the work ends. */
static void act_on_missing(struct flight *v, const struct err *broken)
{
	struct gmail_fetch *f = v->fetch;
	struct err e = {0};

	for (size_t i = 0; i < v->n && !f->failed; i++) {
		if (v->answered[i])
			continue;
		if (!broken) {
			err_set(&e, ERR_TEMPORARY, "the answer to the batch left it out");
			try_again(v, i, GMAIL_AGAIN, -1, &e);
		} else if (broken->code == ERR_INPUT && v->n == 1) {
			give_failed(f, v->wants[i].index, broken);
		} else if (broken->code != ERR_TEMPORARY || v->wants[i].tries >= f->g->o.retry_max) {
			e = *broken;
			if (v->wants[i].tries > 0)
				err_set(&e, broken->code, "%s (tried %d times)", broken->text, v->wants[i].tries + 1);
			flight_fail(f, &e);
		} else {
			try_again(v, i, GMAIL_AGAIN, -1, broken);
		}
	}
}

static void grow_batch(struct gmail *g)
{
	size_t max = g->o.batch > 1 ? (size_t)g->o.batch : 1;

	g->batch_size += g->batch_size / 4 + 1;
	if (g->batch_size > max)
		g->batch_size = max;
}

void flight_end(struct gmail_fetch *f, struct flight *v)
{
	struct http_response r = {0};
	struct err e = {0};
	struct flight **at = &f->flights;

	while (*at != v)
		at = &(*at)->next;
	*at = v->next;
	f->n_flights--;
	if (http_end(v->call, &r, &e) != 0) {
		act_on_missing(v, v->no_batch ? &v->why : &e);
	} else if (v->n > 1 && r.status == 200) {
		act_on_missing(v, NULL);
	} else {
		act_on_all(v, &r);
	}
	if (!v->slowed)
		grow_batch(f->g);
	v->call = NULL;
	http_response_clear(&r);
	flight_free(v);
}
