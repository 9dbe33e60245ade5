/* What an answer of Google's means for the caller: good, gone, again, slower, or never; and how long to wait. Never waits. */
#ifndef NET_GMAIL_RETRY_H
#define NET_GMAIL_RETRY_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

enum gmail_verdict {
	GMAIL_OK,
	GMAIL_NOT_FOUND,   /* 404: the thing asked for, not the service */
	GMAIL_AGAIN,       /* a passing trouble of the service or the line */
	GMAIL_SLOWER,      /* a rate limit */
	GMAIL_TOKEN,       /* 401: the access token is no longer taken */
	GMAIL_ITEM_FAILED, /* this request fails for good, others may not */
	GMAIL_STOP, /* every request of this account fails until somebody acts (or, for a day's limit, until tomorrow) */
};

struct gmail_answer {
	int status;
	double retry_after_s; /* -1: none */
	int64_t date_at;      /* the server's clock, or ours: what a time in the text is counted from */
	struct span body;
};

/* Fills `e` unless the verdict is GMAIL_OK: status, reason, Google's words and what the operator should do. *wait_s is what
 * the answer asks to wait (Retry-After, else "Retry after <time>" in its text), -1 when it asks nothing. */
enum gmail_verdict gmail_judge(const struct gmail_answer *a, double *wait_s, struct err *e);

/* Seconds before try number `tries` + 1 (tries >= 1): exponential from 1 s with full jitter (`random` from 0 to below 1),
 * at most 64 s; when the service asked for a wait (>= 0), that wait and up to a second more. */
double gmail_backoff(int tries, double asked_s, double random);

#endif
