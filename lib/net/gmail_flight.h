/* One batch of messages.get, or a single get, under way: composed, sent, read as it comes, and what each call's answer
 * means for its message. The room's own header; gmail_fetch.h is the way in. */
#ifndef NET_GMAIL_FLIGHT_H
#define NET_GMAIL_FLIGHT_H

#include "net/gmail_batch.h"
#include "net/gmail_client.h"
#include "net/gmail_fetch.h"
#include "net/gmail_json.h"

enum { CALLS_CAP = 100 }; /* Google's limit of a batch */

/* A message asked for; `tries` so far. */
struct want {
	size_t index;
	int tries;
	double due; /* not before */
};

struct ready {
	struct ready *next;
	struct gmail_item item;
	struct buf raw;
	json_t *root; /* owns the item's texts */
	const char **labels;
};

/* A batch, or a single get, under way. */
struct flight {
	struct gmail_fetch *fetch;
	struct flight *next;
	struct http_call *call;
	struct want wants[CALLS_CAP];
	bool answered[CALLS_CAP];
	size_t n;
	struct buf request, authorization;
	struct batch_reader reader;
	bool reading, no_batch; /* no_batch: the answer is no multipart message */
	bool slowed, refused;   /* a rate limit, a refused token: acted on once a flight */
	struct err why;         /* of no_batch */
};

struct gmail_fetch {
	struct gmail *g;
	const char *const *ids;
	size_t n_ids, fresh; /* fresh: the first id not asked for yet */
	struct want *again;  /* to be tried again */
	size_t n_again, cap_again;
	struct flight *flights;
	size_t n_flights;
	struct ready *first, **last, *current;
	size_t ready_bytes, handed_out;
	bool failed;
	struct err why;
};

/* Sends the flight, whose `wants` and `authorization` are filled: as a batch, or as a plain get when it is one. */
int flight_start(struct flight *v, struct err *e);
/* Acts on what an ended flight has brought, takes it off the fetch and frees it. */
void flight_end(struct gmail_fetch *f, struct flight *v);
void flight_free(struct flight *v);
/* The message is to be asked for again, not before `due`. */
void flight_put_again(struct gmail_fetch *f, struct want w, double due);
/* The fetch as a whole fails; the first reason stays. */
void flight_fail(struct gmail_fetch *f, const struct err *why);

#endif
