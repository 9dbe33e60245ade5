#include "net/token_source.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/gmail_retry.h"

#include <stdlib.h>
#include <string.h>

enum { SPARE_S = 60 };

struct token_source {
	struct token_source_options o;
	struct gmail_clock clock;
	double started_s; /* when o.party.now was */
	char *refresh;
	struct buf token; /* empty: none */
	int64_t expires_at;
};

struct token_source *token_source_new(const struct token_source_options *o)
{
	struct token_source *t = mem_alloc(sizeof *t);

	t->o = *o;
	t->started_s = clock_monotonic_s();
	t->refresh = o->refresh ? mem_strdup(o->refresh) : NULL;
	if (o->clock)
		t->clock = *o->clock;
	return t;
}

void token_source_free(struct token_source *t)
{
	if (!t)
		return;
	mem_free_secret(t->refresh);
	buf_wipe(&t->token);
	free(t);
}

/* A run lasts for hours, and the wall clock is not the library's. */
static int64_t now_of(const struct token_source *t)
{
	return t->o.party.now + (int64_t)(clock_monotonic_s() - t->started_s);
}

static int by_assertion(struct token_source *t, const struct oauth_party *p, struct oauth_token *token, struct err *e)
{
	struct jwt_claims claims = {p->mailbox, p->scope, p->token_url, p->now};
	struct buf assertion = {0};
	int rc = jwt_sign(t->o.key, &claims, &assertion, e);

	if (rc == 0)
		rc = oauth_by_assertion(t->o.http, p, buf_str(&assertion), token, e);
	buf_wipe(&assertion);
	return rc;
}

static int by_refresh(struct token_source *t, const struct oauth_party *p, struct oauth_token *token, struct err *e)
{
	if (oauth_by_refresh(t->o.http, p, t->refresh, token, e) != 0)
		return -1;
	if (!token->refresh || strcmp(token->refresh, t->refresh) == 0)
		return 0;
	mem_free_secret(t->refresh);
	t->refresh = mem_strdup(token->refresh);
	return t->o.keep ? t->o.keep(t->o.arg, t->refresh, e) : 0;
}

static int ask(struct token_source *t, const struct oauth_party *p, struct oauth_token *token, struct err *e)
{
	return t->o.key ? by_assertion(t, p, token, e) : by_refresh(t, p, token, e);
}

/* True when it makes sense to ask again, after a wait. */
static bool wait_to_retry(struct token_source *t, int tries, const struct err *e)
{
	if (e->code != ERR_TEMPORARY || !t->o.clock || tries > t->o.retry_max)
		return false;
	return t->clock.sleep(t->clock.arg, gmail_backoff(tries, -1, t->clock.random(t->clock.arg))) == 0;
}

static int mint(struct token_source *t, struct err *e)
{
	struct oauth_party p = t->o.party;
	struct oauth_token token = {0};
	struct err ignored = {0};
	int tries = 0, rc;

	do {
		p.now = now_of(t);
		rc = ask(t, &p, &token, e);
	} while (rc != 0 && wait_to_retry(t, ++tries, e));
	if (rc == 0) {
		buf_puts(&t->token, token.access);
		t->expires_at = token.expires_at;
		/* Without the cache the next run mints its own. */
		if (token_cache_put(&t->o.cache, p.mailbox, p.scope, token.access, token.expires_at, &ignored) != 0)
			log_detail("%s: the token is not kept for the next run: %s", p.mailbox, ignored.text);
	}
	oauth_token_clear(&token);
	return rc;
}

static int get(void *arg, struct buf *token, struct err *e)
{
	struct token_source *t = arg;
	const struct oauth_party *p = &t->o.party;
	int64_t now = now_of(t);

	if (t->token.len > 0 && t->expires_at - SPARE_S <= now)
		buf_wipe(&t->token);
	if (t->token.len == 0 && !token_cache_get(&t->o.cache, p->mailbox, p->scope, now, &t->token, &t->expires_at) &&
	    mint(t, e) != 0)
		return -1;
	buf_append(token, t->token.data, t->token.len);
	return 0;
}

static void invalidate(void *arg, const char *token)
{
	struct token_source *t = arg;

	/* One that was minted meanwhile stays. */
	if (strcmp(buf_str(&t->token), token) != 0)
		return;
	buf_wipe(&t->token);
	token_cache_drop(&t->o.cache, t->o.party.mailbox, t->o.party.scope);
}

struct gmail_token_source token_source_face(struct token_source *t)
{
	return (struct gmail_token_source){get, invalidate, t};
}
