/* Postmark's API for one server of theirs: sends a message to one recipient, finds one that was sent. Stores nothing. */
#ifndef NET_POSTMARK_H
#define NET_POSTMARK_H

#include "base/arena.h"
#include "base/err.h"
#include "net/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POSTMARK_API_URL "https://api.postmarkapp.com"

enum { POSTMARK_MAX_BYTES = 10000000 }; /* of a request, postmarkapp.com/developer/api/email-api */

struct postmark_options {
	const char *api_url; /* NULL: POSTMARK_API_URL */
	const char *token;   /* of the server: a secret */
	const char *stream;  /* MessageStream; NULL: theirs ("outbound") */
};

struct postmark_header {
	const char *name, *value;
};

/* Strings are UTF-8. Addresses are as they stand in a header. */
struct postmark_email {
	const char *from, *to, *reply_to; /* one recipient; reply_to may be NULL */
	const char *subject;              /* may be NULL */
	const char *text, *html;          /* one of them may be NULL */
	const struct postmark_header *headers;
	size_t n_headers;
	const char *reference; /* kept with the message as metadata, at most 80 bytes: postmark_find looks for it */
};

enum postmark_sent {
	POSTMARK_SENT,
	POSTMARK_TEMPORARY, /* surely not taken */
	POSTMARK_PERMANENT, /* refused for this message or recipient */
	POSTMARK_ACCOUNT,   /* refused for the sake of the token, the sender's signature or the account */
	POSTMARK_UNKNOWN,   /* it may have been taken */
};

struct postmark_answer {
	int http_status;        /* 0: none */
	int error_code;         /* ErrorCode of the answer; -1: none */
	const char *words;      /* Message of the answer, or why there is none; never the token */
	const char *message_id; /* their id of a message that was sent; NULL else */
	bool is_inactive;       /* ErrorCode 406: they send nothing to this recipient */
};

/* POST /email, once. What *answer points to lives in `a`. */
enum postmark_sent postmark_send(struct http *http, const struct postmark_options *o, struct arena *a,
    const struct postmark_email *m, struct postmark_answer *answer);

/* GET /messages/outbound: whether a message with this reference was sent to `to`. It takes them a while to list what was just
 * sent, so an absence proves nothing at once. TEMPORARY, CONFIG (the token is refused). */
int postmark_find(struct http *http, const struct postmark_options *o, struct arena *a, const char *to,
    const char *reference, bool *found, const char **message_id, struct err *e);

/* A bounce as they tell it; strings are NULL when they tell none. */
struct postmark_bounce {
	int64_t id;
	const char *type;       /* "HardBounce", "SpamComplaint", ... */
	const char *message_id; /* theirs, as postmark_answer has it */
	const char *email, *description, *details;
	int64_t bounced_at; /* 0: not told */
};

enum { POSTMARK_PAGE_MAX = 500, POSTMARK_OFFSET_MAX = 10000 };

/* GET /bounces: `count` (to POSTMARK_PAGE_MAX) from `offset` on, the newest first, of all that bounced on the day of `since` (UTC) or later.
 * *total is how many there are in all. In `a`. TEMPORARY, CONFIG as postmark_find. */
int postmark_bounces(struct http *http, const struct postmark_options *o, struct arena *a, int64_t since, size_t offset,
    size_t count, struct postmark_bounce **list, size_t *n, size_t *total, struct err *e);

#endif
