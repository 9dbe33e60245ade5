#include "net/gmail_json.h"
#include "net/gmail_retry.h"
#include "net/qualtrics_core.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_CAP_BYTES = 300 };

enum verdict { GOOD, AGAIN, FINAL };

/* What Qualtrics' statuses mean (api.qualtrics.com, "Responses and errors", read in November 2026). No advice: its words say
 * enough. */
static const struct {
	int status;
	enum verdict verdict;
	enum err_code code;
	const char *advice;
} statuses[] = {
    {400, FINAL, ERR_INPUT, NULL},
    {401, FINAL, ERR_REFUSED,
        "the API token is not taken: make a new one under Account settings > Qualtrics IDs > API, and put it into the "
        "file that MAILROOM_QUALTRICS_TOKEN_FILE names"},
    {403, FINAL, ERR_REFUSED,
        "the token's user may not do this: a brand administrator must allow \"Access API\" and share the survey with "
        "that user, with the right to view its results"},
    {404, FINAL, ERR_NO_INPUT,
        "no such thing there: is the survey's id right, is MAILROOM_QUALTRICS_URL the address of the account's own "
        "data "
        "centre?"},
    {408, AGAIN, ERR_TEMPORARY, NULL},
    {429, AGAIN, ERR_TEMPORARY, NULL},
    {500, AGAIN, ERR_TEMPORARY, NULL},
    {502, AGAIN, ERR_TEMPORARY, NULL},
    {503, AGAIN, ERR_TEMPORARY, NULL},
    {504, AGAIN, ERR_TEMPORARY, NULL},
};

double qualtrics_now(const struct qualtrics *q)
{
	return q->clock.now_s(q->clock.arg);
}

int qualtrics_sleep(struct qualtrics *q, double seconds, struct err *e)
{
	if (seconds <= 0)
		return 0;
	q->stats.waited_s += seconds;
	if (q->clock.sleep(q->clock.arg, seconds) != 0)
		return err_set(e, ERR_TEMPORARY, "stopped while waiting for Qualtrics");
	return 0;
}

/* Its words go into a log: not when they repeat the token. */
static const char *words_of(const struct qualtrics *q, const json_t *error, const char *name)
{
	const char *s = json_string_value(json_object_get(error, name));

	return s && !strstr(s, q->token) ? s : "";
}

/* {"meta": {"httpStatus": ..., "error": {"errorCode": ..., "errorMessage": ...}}} */
static void tell(
    const struct qualtrics *q, const struct http_response *r, enum err_code code, const char *advice, struct err *e)
{
	struct err ignored = {0};
	const char *reason, *words;
	const json_t *error;
	json_t *root;

	if (gmail_json_load((struct span){r->body.data, r->body.len}, &root, &ignored) != 0)
		root = NULL;
	error = json_object_get(json_object_get(root, "meta"), "error");
	reason = words_of(q, error, "errorCode");
	words = words_of(q, error, "errorMessage");
	err_set(e, code, "Qualtrics answers %d%s%s%s%.*s%s%s", r->status, *reason ? " " : "", reason,
	    *words ? ": " : "", WORDS_CAP_BYTES, words, advice ? ": " : "", advice ? advice : "");
	json_decref(root);
}

static enum verdict judge(const struct qualtrics *q, const struct http_response *r, struct err *e)
{
	if (r->status == 200)
		return GOOD;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (statuses[i].status == r->status) {
			tell(q, r, statuses[i].code, statuses[i].advice, e);
			return statuses[i].verdict;
		}
	if (r->status >= 300 && r->status <= 399)
		tell(q, r, ERR_CONFIG,
		    "it sends us elsewhere, and we do not follow with the token: MAILROOM_QUALTRICS_URL is to be the "
		    "data "
		    "centre's own address (Account settings > Qualtrics IDs > Datacenter ID)",
		    e);
	else
		tell(q, r, r->status >= 500 ? ERR_TEMPORARY : ERR_UNAVAILABLE, NULL, e);
	return r->status >= 500 ? AGAIN : FINAL;
}

static enum verdict read_answer(const struct qualtrics_call *c, const struct http_response *r, struct err *e)
{
	if (c->file)
		buf_append(c->file, buf_str(&r->body), r->body.len);
	else if (gmail_json_load((struct span){r->body.data, r->body.len}, c->root, e) != 0)
		return AGAIN;
	return GOOD;
}

/* One try. *wait_s: what the answer asks to wait, -1 nothing. */
static enum verdict one_try(struct qualtrics *q, const struct qualtrics_call *c, double *wait_s, struct err *e)
{
	const char *headers[] = {q->token_header, "Accept: application/json", "Content-Type: application/json", NULL};
	struct http_request r = {.method = c->method,
	    .url = c->url,
	    .headers = headers,
	    .body = c->body,
	    .body_len = c->body ? strlen(c->body) : 0,
	    .cap_bytes = c->cap_bytes};
	struct http_response answer = {0};
	enum verdict v;

	*wait_s = -1;
	if (c->file)
		headers[1] = "Accept: application/octet-stream";
	if (!c->body)
		headers[2] = NULL;
	q->stats.requests++;
	if (http_send(q->http, &r, &answer, e) != 0) {
		v = e->code == ERR_TEMPORARY ? AGAIN : FINAL;
	} else {
		*wait_s = answer.retry_after_s;
		v = judge(q, &answer, e);
		if (v == GOOD)
			v = read_answer(c, &answer, e);
	}
	http_response_clear(&answer);
	return v;
}

static int keep_pace(struct qualtrics *q, struct err *e)
{
	double wait;

	while ((wait = gmail_bucket_take(&q->bucket, 1, qualtrics_now(q))) > 0)
		if (qualtrics_sleep(q, wait, e) != 0)
			return -1;
	return 0;
}

int qualtrics_call(struct qualtrics *q, const struct qualtrics_call *c, struct err *e)
{
	for (int tries = 1;; tries++) {
		struct err why = {0};
		enum verdict v;
		double asked;

		if (keep_pace(q, e) != 0)
			return -1;
		v = one_try(q, c, &asked, &why);
		if (v == GOOD)
			return 0;
		if (v == AGAIN && asked > q->o.max_wait_s)
			return err_set(
			    e, ERR_TEMPORARY, "%s; it asks to wait %.0f s, later runs go on", why.text, ceil(asked));
		if (v == AGAIN && tries > q->o.retry_max && tries > 1)
			return err_set(e, why.code, "%s (tried %d times)", why.text, tries);
		if (v == FINAL || tries > q->o.retry_max) {
			*e = why;
			return -1;
		}
		q->stats.tries_again++;
		if (qualtrics_sleep(q, gmail_backoff(tries, asked, q->clock.random(q->clock.arg)), e) != 0)
			return -1;
	}
}
