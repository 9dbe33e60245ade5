/* What the parts of the Gmail client share: quota, token, waiting, one request with its tries. The room's own header. */
#ifndef NET_GMAIL_CLIENT_H
#define NET_GMAIL_CLIENT_H

#include "net/gmail.h"
#include "net/gmail_quota.h"
#include "net/gmail_retry.h"

#include <jansson.h>

struct gmail {
	struct http *http;
	struct gmail_options o;
	char *api_url;
	struct gmail_token_source token;
	struct gmail_clock clock;
	struct gmail_bucket bucket;
	double hold_until;  /* a rate limit was met: nothing is sent before */
	size_t batch_size;  /* now: halved by rate limits, grows back to o.batch */
	struct buf refused; /* the header with the token that was refused last */
	int refusals;       /* since the last answer that was good */
	struct gmail_stats stats;
};

double client_now(const struct gmail *g);

/* Fills *authorization ("Bearer ..."), which client_wipe clears. */
int client_authorize(struct gmail *g, struct buf *authorization, struct err *e);
void client_wipe(struct buf *secret);
/* Google did not take it: the token source is told, once for each token. -1, with `why` (the answer's words) in `e`, when a
 * fresh token was refused as well. */
int client_refused(struct gmail *g, const struct buf *authorization, const struct err *why, struct err *e);
void client_accepted(struct gmail *g);

/* Seconds until a request of so many units may be sent; 0: now, and they are taken. */
double client_admit(struct gmail *g, double units);
/* A rate limit: nothing is sent for so long. */
void client_hold(struct gmail *g, double seconds);
/* Sleeps. TEMPORARY when the deadline lies before the end of it, or the work should end. */
int client_sleep(struct gmail *g, double seconds, struct err *e);
/* False, with TEMPORARY in `e`, when Google asks to wait longer than the options allow. */
bool client_may_wait(const struct gmail *g, double asked_s, struct err *e);
/* The wait before try number `tries` + 1. */
double client_backoff(const struct gmail *g, int tries, double asked_s);

struct client_call {
	enum gmail_method method;
	const char *object; /* what it is about, for errors: an id; NULL none */
	const char *target; /* path and query */
	const char *body;   /* JSON to POST; NULL: GET */
	size_t body_len;
	size_t cap_bytes; /* of the answer; 0: the HTTP client's */
	bool once;        /* it must not happen twice */
	/* Reads a good answer; TEMPORARY: it makes no sense and is asked for again. */
	int (*read)(void *arg, struct span body, struct err *e);
	void *arg;
};

/* One request with its tries. 0: read has returned 0, or the thing is not there (*gone). *maybe (NULL unless `once`): on
 * failure, whether the request may have been carried out all the same. */
int client_run(struct gmail *g, const struct client_call *c, bool *gone, bool *maybe, struct err *e);

#endif
