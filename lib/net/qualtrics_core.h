/* One request to Qualtrics, with pace and tries: what qualtrics.c and qualtrics_call.c share. */
#ifndef NET_QUALTRICS_CORE_H
#define NET_QUALTRICS_CORE_H

#include "net/gmail_quota.h"
#include "net/qualtrics.h"

#include <jansson.h>

struct qualtrics {
	struct http *http;
	struct qualtrics_options o; /* url and token: not looked at */
	struct gmail_clock clock;
	struct gmail_bucket bucket;
	struct qualtrics_stats stats;
	char *base;                 /* "https://fra1.qualtrics.com" */
	char *token, *token_header; /* "X-API-TOKEN: ..." */
};

/* One request until it is answered: with `root` the answer is read as JSON (json_decref it), with `file` its bytes are appended. */
struct qualtrics_call {
	const char *method, *url;
	const char *body; /* JSON; NULL: none */
	size_t cap_bytes;
	json_t **root;
	struct buf *file;
};
int qualtrics_call(struct qualtrics *q, const struct qualtrics_call *c, struct err *e);
/* Waits; TEMPORARY when a signal came. */
int qualtrics_sleep(struct qualtrics *q, double seconds, struct err *e);
double qualtrics_now(const struct qualtrics *q);

#endif
