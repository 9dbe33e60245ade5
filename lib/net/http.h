/* HTTP requests over libcurl: verified TLS, HTTP/2, connections that are used again, time-outs and caps. Knows no service. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is 0 or NULL takes the default. Strings are copied. */
struct http_options {
	const char *user_agent; /* "Mailroom (gzip)": Google packs answers only for those that say gzip here too */
	const char *ca_file;    /* PEM; the system's store */
	const char *proxy;      /* none; the environment's *_proxy variables never count */
	int connect_timeout_s;  /* 20 */
	int timeout_s;          /* 120, of a whole request */
	size_t cap_bytes;       /* 64 MB, of an answer's body when unpacked */
};

/* A client: one a thread. Its connections stay open until http_free. */
struct http;
struct http *http_new(const struct http_options *o);
void http_free(struct http *h);

struct http_request {
	const char *method;
	const char *url;            /* https, or http to this machine (127.0.0.0/8, ::1, localhost) */
	const char *const *headers; /* "Name: value" each, NULL at the end; may be NULL */
	const char *authorization;  /* value of that header: a secret, wiped after use; may be NULL */
	const void *body;           /* borrowed until the call has ended */
	size_t body_len;
	int timeout_s;    /* 0: the client's */
	size_t cap_bytes; /* 0: the client's */
	bool once; /* never sent a second time by itself, as happens on a kept connection that turns out to be closed */
	bool secret; /* the answer holds secrets: its storage is wiped whenever it is given up */
	/* Takes the body of a 200 answer as it comes in place of http_response.body; other answers' bodies go there. */
	enum http_take (*take)(void *arg, const char *bytes, size_t n);
	void *arg;
};

/* HTTP_PAUSE: not taken; comes again after http_resume. HTTP_STOP ends the call as a failure. */
enum http_take { HTTP_TAKEN, HTTP_PAUSE, HTTP_STOP };

/* Start it with {0}. */
struct http_response {
	int status;
	char *content_type;   /* NULL when there is none */
	double retry_after_s; /* of Retry-After, -1 when there is none; a date is taken relative to the answer's Date */
	int64_t date_at;      /* the server's clock, 0 when it does not tell */
	struct buf body;
	bool secret;
	bool maybe_sent; /* when there is no answer: the server may have got the request all the same */
};
void http_response_clear(struct http_response *r);

/* One request, waited for. 0: there is an answer, whatever its status. Redirects are answers. Errors name the host and the
 * cause, never headers, queries or bodies: TEMPORARY (name resolution, refused, reset, time-out, cut short), UNAVAILABLE (TLS
 * not verified), CONFIG (unusable CA file), INPUT (answer above the cap), REFUSED (plain http off this machine). */
int http_send(struct http *h, const struct http_request *r, struct http_response *out, struct err *e);

/* Several requests at once: start them, wait until one has ended, end it. All but the body is copied. -1 only when the
 * request itself is refused. */
struct http_call;
int http_start(struct http *h, const struct http_request *r, struct http_call **out, struct err *e);
/* Works on all calls for at most timeout_ms (less when one ends or takes data). *ended is one that has ended, or NULL. */
int http_wait(struct http *h, int timeout_ms, struct http_call **ended, struct err *e);
/* Takes the result of an ended call, as http_send does, and frees the call. */
int http_end(struct http_call *c, struct http_response *out, struct err *e);
/* Gives up a call, ended or not. NULL is good. */
void http_cancel(struct http_call *c);
/* Goes on with a call whose `take` has said HTTP_PAUSE; nothing happens when it is not paused. */
void http_resume(struct http_call *c);
/* The answer's Content-Type so far; NULL when it has none. For `take`. */
const char *http_call_content_type(const struct http_call *c);
void *http_call_arg(const struct http_call *c);
size_t http_calls_open(const struct http *h);

/* Appends "name=value" percent-encoded (RFC 3986), with "&" before it unless `b` is empty or ends in "?" or "&". */
void http_put_param(struct buf *b, const char *name, const char *value);
/* Appends s percent-encoded. */
void http_escape(struct buf *b, const char *s);
/* Reads an HTTP date (RFC 9110 section 5.6.7); 0 when it is none. */
int64_t http_parse_date(const char *s);
/* True for 127.0.0.0/8, ::1 (with or without brackets) and localhost. */
bool http_is_loopback(const char *host);

#endif
