#include "net/gmail_client.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static const struct gmail_options defaults = {
    .api_url = "https://gmail.googleapis.com",
    .retry_max = 5,
    .max_wait_s = 300,
    .max_message_bytes = 50 << 20,
    .ready_bytes = 8 << 20,
};

enum { BUDGET_PERCENT = 60, BATCH_CAP = 100 };

static double system_now(void *arg)
{
	(void)arg;
	return clock_monotonic_s();
}

static int64_t system_wall(void *arg)
{
	(void)arg;
	return clock_now();
}

static double system_random(void *arg)
{
	uint32_t n = 0;

	(void)arg;
	/* Jitter only: without entropy yet it is 0. */
	if (getrandom(&n, sizeof n, GRND_NONBLOCK) != sizeof n)
		return 0;
	return n / 4294967296.0;
}

static int system_sleep(void *arg, double seconds)
{
	struct timespec ts = {(time_t)seconds, (long)((seconds - floor(seconds)) * 1e9)};

	(void)arg;
	return nanosleep(&ts, NULL) != 0 && errno == EINTR;
}

struct gmail_clock gmail_clock_system(void)
{
	return (struct gmail_clock){system_now, system_wall, system_random, system_sleep, NULL};
}

void gmail_configure(struct gmail_options *o, const struct config *c)
{
	int retry_max = (int)config_int(c, "MAILROOM_GMAIL_RETRY_MAX");

	*o = (struct gmail_options){
	    .api_url = config_text(c, "MAILROOM_GMAIL_API_URL"),
	    .units_per_min = (int)config_int(c, "MAILROOM_GMAIL_UNITS_PER_MIN"),
	    .legacy_quota = strcmp(config_text(c, "MAILROOM_GMAIL_QUOTA"), "legacy") == 0,
	    .batch = (int)config_int(c, "MAILROOM_GMAIL_BATCH"),
	    .retry_max = retry_max > 0 ? retry_max : -1,
	    .max_message_bytes = (size_t)config_int(c, "MAILROOM_MAX_MESSAGE_MB") << 20,
	};
}

struct gmail *gmail_new(struct http *http, const struct gmail_options *o, const struct gmail_token_source *token,
    const struct gmail_clock *clock)
{
	struct gmail *g = mem_alloc(sizeof *g);
	size_t n;

	g->http = http;
	g->o = *o;
	if (o->units_per_min <= 0)
		g->o.units_per_min = gmail_units_allowed(o->legacy_quota) * BUDGET_PERCENT / 100;
	g->o.batch = o->batch > BATCH_CAP ? BATCH_CAP : o->batch;
	g->o.retry_max = o->retry_max == 0 ? defaults.retry_max : o->retry_max < 0 ? 0 : o->retry_max;
	g->o.max_wait_s = o->max_wait_s ? o->max_wait_s : defaults.max_wait_s;
	g->o.max_message_bytes = o->max_message_bytes ? o->max_message_bytes : defaults.max_message_bytes;
	g->o.ready_bytes = o->ready_bytes ? o->ready_bytes : defaults.ready_bytes;
	g->api_url = mem_strdup(o->api_url ? o->api_url : defaults.api_url);
	for (n = strlen(g->api_url); n > 0 && g->api_url[n - 1] == '/';)
		g->api_url[--n] = '\0';
	g->o.api_url = g->api_url;
	g->token = *token;
	g->clock = *clock;
	g->batch_size = g->o.batch > 1 ? (size_t)g->o.batch : 1;
	gmail_bucket_init(&g->bucket, g->o.units_per_min, client_now(g));
	return g;
}

void gmail_free(struct gmail *g)
{
	if (!g)
		return;
	client_wipe(&g->refused);
	free(g->api_url);
	free(g);
}

const struct gmail_stats *gmail_stats(const struct gmail *g)
{
	return &g->stats;
}

double client_now(const struct gmail *g)
{
	return g->clock.now_s(g->clock.arg);
}

void client_wipe(struct buf *secret)
{
	if (secret->data)
		explicit_bzero(secret->data, secret->cap);
	buf_clear(secret);
}

int client_authorize(struct gmail *g, struct buf *authorization, struct err *e)
{
	static const char bearer[] = "Bearer ";
	enum { ROOM_BYTES = 16 << 10 };

	client_wipe(authorization);
	/* Room enough that the token's source need not move what it writes. */
	buf_reserve(authorization, ROOM_BYTES);
	buf_puts(authorization, bearer);
	if (g->token.get(g->token.arg, authorization, e) != 0)
		return -1;
	if (strpbrk(authorization->data, "\r\n") || authorization->len != strlen(authorization->data))
		return err_set(e, ERR_BUG, "an access token holds line ends");
	return 0;
}

int client_refused(struct gmail *g, const struct buf *authorization, const struct err *why, struct err *e)
{
	static const size_t bearer_len = 7;

	if (g->refused.data && strcmp(g->refused.data, buf_str(authorization)) == 0)
		return 0;
	g->token.invalidate(g->token.arg, authorization->data + bearer_len);
	client_wipe(&g->refused);
	buf_puts(&g->refused, authorization->data);
	if (++g->refusals == 1)
		return 0;
	return err_set(e, ERR_REFUSED,
	    "%s; a fresh access token was refused too: is the account active, is access still granted?", why->text);
}

void client_accepted(struct gmail *g)
{
	g->refusals = 0;
}

double client_admit(struct gmail *g, double units)
{
	double now = client_now(g), wait = g->hold_until - now;

	if (wait > 0)
		return wait;
	return gmail_bucket_take(&g->bucket, units, now);
}

void client_hold(struct gmail *g, double seconds)
{
	g->hold_until = fmax(g->hold_until, client_now(g) + seconds);
	g->stats.slowed++;
}

int client_sleep(struct gmail *g, double seconds, struct err *e)
{
	if (seconds <= 0)
		return 0;
	if (g->o.deadline_at > 0 && client_now(g) + seconds > g->o.deadline_at)
		return err_set(e, ERR_TEMPORARY,
		    "the time for this run is used up while Gmail's quota asks to wait %.0f s", ceil(seconds));
	g->stats.waited_s += seconds;
	if (g->clock.sleep(g->clock.arg, seconds) != 0)
		return err_set(e, ERR_TEMPORARY, "stopped while waiting for Gmail's quota");
	return 0;
}

bool client_may_wait(const struct gmail *g, double asked_s, struct err *e)
{
	if (asked_s <= g->o.max_wait_s)
		return true;
	err_prefix(e, "Google asks to wait %.0f s, later runs go on", asked_s);
	e->code = ERR_TEMPORARY;
	return false;
}

double client_backoff(const struct gmail *g, int tries, double asked_s)
{
	return gmail_backoff(tries, asked_s, g->clock.random(g->clock.arg));
}

/* One try. Fills the answer; -1 when there is none. */
static int send_once(struct gmail *g, const struct client_call *c, const char *authorization,
    struct http_response *answer, struct err *e)
{
	static const char *const post_headers[] = {"Content-Type: application/json", "Accept: application/json", NULL};
	struct buf url = {0};
	struct http_request r = {
	    .method = c->body ? "POST" : "GET",
	    .headers = c->body ? post_headers : post_headers + 1,
	    .authorization = authorization,
	    .body = c->body,
	    .body_len = c->body_len,
	    .cap_bytes = c->cap_bytes,
	    .once = c->once,
	};
	int rc;

	buf_printf(&url, "%s%s", g->api_url, c->target);
	r.url = url.data;
	g->stats.requests++;
	g->stats.calls++;
	g->stats.units += gmail_units(c->method, g->o.legacy_quota);
	rc = http_send(g->http, &r, answer, e);
	buf_clear(&url);
	return rc;
}

static enum gmail_verdict judge(struct gmail *g, const struct http_response *r, double *wait, struct err *e)
{
	struct gmail_answer a = {
	    .status = r->status,
	    .retry_after_s = r->retry_after_s,
	    .date_at = r->date_at ? r->date_at : g->clock.wall(g->clock.arg),
	    .body = {r->body.data, r->body.len},
	};

	return gmail_judge(&a, wait, e);
}

/* The try's outcome as a verdict: transport and reading included. *maybe: it may have been carried out. */
static enum gmail_verdict one_try(struct gmail *g, const struct client_call *c, const struct buf *authorization,
    double *wait, bool *maybe, struct err *e)
{
	struct http_response answer = {0};
	enum gmail_verdict v;

	*wait = -1;
	*maybe = false;
	if (send_once(g, c, authorization->data, &answer, e) != 0) {
		*maybe = answer.maybe_sent;
		v = e->code == ERR_TEMPORARY ? GMAIL_AGAIN : GMAIL_STOP;
	} else {
		v = judge(g, &answer, wait, e);
		if (v != GMAIL_TOKEN)
			client_accepted(g);
		*maybe = v == GMAIL_AGAIN;
		if (v == GMAIL_OK && c->read(c->arg, (struct span){answer.body.data, answer.body.len}, e) != 0) {
			*maybe = true;
			v = e->code == ERR_TEMPORARY ? GMAIL_AGAIN : GMAIL_STOP;
		}
	}
	http_response_clear(&answer);
	return v;
}

static int wait_for_turn(struct gmail *g, double units, struct err *e)
{
	double wait;

	while ((wait = client_admit(g, units)) > 0)
		if (client_sleep(g, wait, e) != 0)
			return -1;
	return 0;
}

static int run_tries(
    struct gmail *g, const struct client_call *c, bool *gone, bool *maybe, struct buf *authorization, struct err *e)
{
	for (int tries = 1;; tries++) {
		struct err why = {0};
		enum gmail_verdict v;
		double asked;

		if (wait_for_turn(g, gmail_units(c->method, g->o.legacy_quota), e) != 0 ||
		    client_authorize(g, authorization, e) != 0)
			return -1;
		v = one_try(g, c, authorization, &asked, maybe, &why);
		*gone = v == GMAIL_NOT_FOUND;
		if (v == GMAIL_OK || v == GMAIL_NOT_FOUND)
			return 0;
		if (v == GMAIL_STOP || v == GMAIL_ITEM_FAILED || (c->once && *maybe) ||
		    !client_may_wait(g, asked, &why)) {
			*e = why;
			return -1;
		}
		if (v == GMAIL_TOKEN && client_refused(g, authorization, &why, e) != 0)
			return -1;
		/* A new token deserves its try, whatever the limit. */
		if (tries > g->o.retry_max + (v == GMAIL_TOKEN))
			return err_set(e, why.code, "%s (tried %d times)", why.text, tries);
		g->stats.tries_again++;
		if (v == GMAIL_TOKEN)
			continue;
		asked = client_backoff(g, tries, asked);
		if (v == GMAIL_SLOWER)
			client_hold(g, asked);
		else if (client_sleep(g, asked, e) != 0)
			return -1;
	}
}

int client_run(struct gmail *g, const struct client_call *c, bool *gone, bool *maybe, struct err *e)
{
	struct buf authorization = {0};
	bool unused;
	int rc = run_tries(g, c, gone, maybe ? maybe : &unused, &authorization, e);

	client_wipe(&authorization);
	if (rc != 0)
		err_prefix(e, "%s%s%s", gmail_method_name(c->method), c->object ? " " : "", c->object ? c->object : "");
	return rc;
}
