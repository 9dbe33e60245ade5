#include "net/http.h"

#include "base/mem.h"
#include "base/span.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	CONNECT_TIMEOUT_S = 20,
	TIMEOUT_S = 120,
	CAP_BYTES = 64 << 20,
	URL_CAP_BYTES = 64 << 10,
	RETRY_AFTER_CAP_S = 7 * 86400,
};

struct http {
	CURLM *multi;
	char *user_agent, *ca_file, *proxy;
	int connect_timeout_s, timeout_s;
	size_t cap_bytes;
	struct http_call *calls; /* all that are open, newest first */
	size_t n_calls;
	bool took; /* body was taken since http_wait last returned */
};

struct http_call {
	struct http *http;
	struct http_call *next, *prev;
	CURL *easy;
	struct curl_slist *headers;
	char *place; /* "host:port", for errors */
	char words[CURL_ERROR_SIZE];
	enum http_take (*take)(void *arg, const char *bytes, size_t n);
	void *arg;
	size_t cap_bytes, seen_bytes;
	char *retry_after;
	struct http_response response;
	CURLcode result;
	bool ended, too_large, stopped, paused;
};

/* Old libcurl with OpenSSL may raise SIGPIPE on a connection that the peer has closed: it is held back around each call
 * and dropped, without touching what the program does with signals. */
struct pipe_guard {
	sigset_t old;
	bool was_pending;
};

static void pipe_hold(struct pipe_guard *g)
{
	sigset_t set, pending;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigpending(&pending);
	g->was_pending = sigismember(&pending, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &set, &g->old);
}

static void pipe_release(struct pipe_guard *g)
{
	static const struct timespec at_once = {0, 0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	if (!g->was_pending)
		sigtimedwait(&set, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &g->old, NULL);
}

static char *dup_or_null(const char *s)
{
	return s ? mem_strdup(s) : NULL;
}

struct http *http_new(const struct http_options *o)
{
	struct http *h = mem_alloc(sizeof *h);

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		mem_out_of_memory();
	h->multi = curl_multi_init();
	if (!h->multi)
		mem_out_of_memory();
	h->user_agent = mem_strdup(o->user_agent ? o->user_agent : "Mailroom (gzip)");
	h->ca_file = dup_or_null(o->ca_file);
	h->proxy = mem_strdup(o->proxy ? o->proxy : "");
	h->connect_timeout_s = o->connect_timeout_s ? o->connect_timeout_s : CONNECT_TIMEOUT_S;
	h->timeout_s = o->timeout_s ? o->timeout_s : TIMEOUT_S;
	h->cap_bytes = o->cap_bytes ? o->cap_bytes : CAP_BYTES;
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	while (h->calls)
		http_cancel(h->calls);
	curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	free(h->user_agent);
	free(h->ca_file);
	free(h->proxy);
	free(h);
}

void http_response_clear(struct http_response *r)
{
	free(r->content_type);
	if (r->secret && r->body.data)
		explicit_bzero(r->body.data, r->body.cap);
	buf_clear(&r->body);
	*r = (struct http_response){0};
}

/* Checks the address and makes *place of it, "host:port". Says nothing of path and query, which may hold secrets. */
static int check_url(const char *url, char **place, struct err *e)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
	int rc = -1;

	if (!u)
		mem_out_of_memory();
	if (strlen(url) > URL_CAP_BYTES || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK)
		err_set(e, ERR_CONFIG, "an address to ask is no https address: write https://host/path");
	else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK)
		err_set(e, ERR_REFUSED, "%s: an address may not hold a user name or a password", host);
	else if (strcmp(scheme, "https") != 0 && (strcmp(scheme, "http") != 0 || !http_is_loopback(host)))
		err_set(e, ERR_REFUSED, "%s: %s is not encrypted and allowed to this machine only: use https", host,
		    scheme);
	else
		rc = 0;
	if (rc == 0)
		*place = mem_printf("%s:%s", host, port);
	curl_free(user);
	curl_free(port);
	curl_free(host);
	curl_free(scheme);
	curl_url_cleanup(u);
	return rc;
}

/* As buf_append, but the storage that is given up is wiped. */
static void append_wiping(struct buf *b, const char *bytes, size_t n)
{
	struct buf bigger = {0};

	if (b->len + n + 1 <= b->cap) {
		buf_append(b, bytes, n);
		return;
	}
	buf_reserve(&bigger, 2 * (b->len + n));
	if (b->len)
		buf_append(&bigger, b->data, b->len);
	buf_append(&bigger, bytes, n);
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_clear(b);
	*b = bigger;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_call *c = arg;
	size_t n = size * count, cap = c->cap_bytes;
	long status = 0;

	if (c->take)
		curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (c->take && status != 200 && cap > c->http->cap_bytes)
		cap = c->http->cap_bytes;
	if (c->seen_bytes > cap || n > cap - c->seen_bytes) {
		c->too_large = true;
		return 0;
	}
	if (status == 200) {
		enum http_take verdict = c->take(c->arg, bytes, n);
		if (verdict == HTTP_PAUSE) {
			c->paused = true;
			return CURL_WRITEFUNC_PAUSE;
		}
		if (verdict == HTTP_STOP) {
			c->stopped = true;
			return 0;
		}
	} else if (c->response.secret) {
		append_wiping(&c->response.body, bytes, n);
	} else {
		buf_append(&c->response.body, bytes, n);
	}
	c->seen_bytes += n;
	c->http->took = true;
	return n;
}

static void keep_value(char **to, struct span s)
{
	free(*to);
	s = span_trim(s);
	*to = mem_strndup(s.at ? s.at : "", s.len);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_call *c = arg;
	struct span line = {bytes, size * count};

	if (span_starts(line, "content-type:")) {
		keep_value(&c->response.content_type, span_skip(line, 13));
	} else if (span_starts(line, "retry-after:")) {
		keep_value(&c->retry_after, span_skip(line, 12));
	} else if (span_starts(line, "date:")) {
		char *date = NULL;
		keep_value(&date, span_skip(line, 5));
		c->response.date_at = http_parse_date(date);
		free(date);
	}
	return size * count;
}

static void add_header(struct http_call *c, const char *line)
{
	struct curl_slist *list = curl_slist_append(c->headers, line);

	if (!list)
		mem_out_of_memory();
	c->headers = list;
}

static void add_headers(struct http_call *c, const struct http_request *r)
{
	for (const char *const *line = r->headers; line && *line; line++)
		add_header(c, *line);
	/* No "Expect: 100-continue": it costs a round trip, and small servers do not know it. */
	add_header(c, "Expect:");
	if (r->authorization) {
		char *line = mem_printf("Authorization: %s", r->authorization);
		add_header(c, line);
		explicit_bzero(line, strlen(line));
		free(line);
	}
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
}

static void set_method(struct http_call *c, const struct http_request *r)
{
	if (strcmp(r->method, "GET") == 0) {
		curl_easy_setopt(c->easy, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, r->body ? r->body : "");
	curl_easy_setopt(c->easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static void set_options(struct http_call *c, const struct http_request *r)
{
	const struct http *h = c->http;
	CURL *y = c->easy;

	curl_easy_setopt(y, CURLOPT_URL, r->url);
	curl_easy_setopt(y, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(y, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(y, CURLOPT_PROXY, h->proxy);
	curl_easy_setopt(y, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(y, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(y, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(y, CURLOPT_FRESH_CONNECT, r->once ? 1L : 0L);
	curl_easy_setopt(y, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(y, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(y, CURLOPT_SSL_VERIFYHOST, 2L);
	if (h->ca_file) {
		curl_easy_setopt(y, CURLOPT_CAINFO, h->ca_file);
		curl_easy_setopt(y, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(y, CURLOPT_CONNECTTIMEOUT, (long)h->connect_timeout_s);
	curl_easy_setopt(y, CURLOPT_TIMEOUT, (long)(r->timeout_s ? r->timeout_s : h->timeout_s));
	curl_easy_setopt(y, CURLOPT_USERAGENT, h->user_agent);
	curl_easy_setopt(y, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(y, CURLOPT_BUFFERSIZE, 256L << 10);
	curl_easy_setopt(y, CURLOPT_ERRORBUFFER, c->words);
	curl_easy_setopt(y, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(y, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(y, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(y, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(y, CURLOPT_PRIVATE, c);
}

int http_start(struct http *h, const struct http_request *r, struct http_call **out, struct err *e)
{
	struct http_call *c;
	char *place;

	*out = NULL;
	if (check_url(r->url, &place, e) != 0)
		return -1;
	c = mem_alloc(sizeof *c);
	c->http = h;
	c->place = place;
	c->take = r->take;
	c->arg = r->arg;
	c->cap_bytes = r->cap_bytes ? r->cap_bytes : h->cap_bytes;
	c->response.secret = r->secret;
	c->easy = curl_easy_init();
	if (!c->easy)
		mem_out_of_memory();
	set_options(c, r);
	set_method(c, r);
	add_headers(c, r);
	c->next = h->calls;
	if (c->next)
		c->next->prev = c;
	h->calls = c;
	h->n_calls++;
	if (curl_multi_add_handle(h->multi, c->easy) != CURLM_OK)
		mem_out_of_memory();
	*out = c;
	return 0;
}

void http_cancel(struct http_call *c)
{
	struct pipe_guard guard;

	if (!c)
		return;
	pipe_hold(&guard);
	curl_multi_remove_handle(c->http->multi, c->easy);
	curl_easy_cleanup(c->easy);
	pipe_release(&guard);
	for (struct curl_slist *l = c->headers; l; l = l->next)
		explicit_bzero(l->data, strlen(l->data));
	curl_slist_free_all(c->headers);
	if (c->next)
		c->next->prev = c->prev;
	if (c->prev)
		c->prev->next = c->next;
	else
		c->http->calls = c->next;
	c->http->n_calls--;
	http_response_clear(&c->response);
	free(c->retry_after);
	free(c->place);
	free(c);
}

static struct http_call *find_ended(const struct http *h)
{
	struct http_call *oldest = NULL;

	for (struct http_call *c = h->calls; c; c = c->next)
		if (c->ended)
			oldest = c;
	return oldest;
}

static void collect_ended(struct http *h)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left))) {
		char *private = NULL;
		struct http_call *c;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
		c = (struct http_call *)(void *)private;
		c->result = m->data.result;
		c->ended = true;
	}
}

int http_wait(struct http *h, int timeout_ms, struct http_call **ended, struct err *e)
{
	struct pipe_guard guard;
	CURLMcode rc = CURLM_OK;
	int running = 0;

	*ended = find_ended(h);
	if (*ended || h->n_calls == 0)
		return 0;
	pipe_hold(&guard);
	rc = curl_multi_perform(h->multi, &running);
	collect_ended(h);
	/* A call that has taken what it wants may be paused now, and the line silent for good. */
	if (rc == CURLM_OK && !find_ended(h) && !h->took) {
		rc = curl_multi_poll(h->multi, NULL, 0, timeout_ms, NULL);
		if (rc == CURLM_OK)
			rc = curl_multi_perform(h->multi, &running);
		collect_ended(h);
	}
	pipe_release(&guard);
	*ended = find_ended(h);
	h->took = false;
	if (rc != CURLM_OK)
		return err_set(e, ERR_SYSTEM, "waiting for HTTP answers: %s", curl_multi_strerror(rc));
	return 0;
}

/* The cause in words; what libcurl adds is shown where it tells more. */
static int transport_error(const struct http_call *c, struct err *e)
{
	const char *more = *c->words ? c->words : curl_easy_strerror(c->result);

	if (c->too_large)
		return err_set(
		    e, ERR_INPUT, "%s: the answer is larger than the allowed %zu KB", c->place, c->cap_bytes >> 10);
	if (c->stopped)
		return err_set(e, ERR_TEMPORARY, "%s: the answer makes no sense", c->place);
	switch (c->result) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_set(e, ERR_TEMPORARY,
		    "%s: the name cannot be resolved (is the network up, is the name right?): %s", c->place, more);
	case CURLE_COULDNT_CONNECT: return err_set(e, ERR_TEMPORARY, "%s: nobody answers there: %s", c->place, more);
	case CURLE_OPERATION_TIMEDOUT: return err_set(e, ERR_TEMPORARY, "%s: time-out: %s", c->place, more);
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_set(e, ERR_UNAVAILABLE,
		    "%s: its TLS certificate is not trusted, so nothing was sent: %s (is the machine's clock right, "
		    "are "
		    "ca-certificates up to date, is a proxy in between?)",
		    c->place, more);
	case CURLE_SSL_CACERT_BADFILE:
		return err_set(
		    e, ERR_CONFIG, "%s: the file of trusted certificates cannot be used: %s", c->place, more);
	default: return err_set(e, ERR_TEMPORARY, "%s: the connection failed: %s", c->place, more);
	}
}

static bool maybe_sent(CURLcode result)
{
	switch (result) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CONNECT_ERROR: return false;
	default: return true;
	}
}

static double retry_after(const struct http_call *c)
{
	const char *s = c->retry_after;
	char *end;
	double wait;
	int64_t at;

	if (!s || !*s)
		return -1;
	wait = (double)strtoll(s, &end, 10);
	if (*end) {
		at = http_parse_date(s);
		if (at == 0 || c->response.date_at == 0)
			return -1;
		wait = (double)(at - c->response.date_at);
	}
	return wait < 0 ? 0 : wait > RETRY_AFTER_CAP_S ? RETRY_AFTER_CAP_S : wait;
}

int http_end(struct http_call *c, struct http_response *out, struct err *e)
{
	long status = 0;
	int rc = 0;

	http_response_clear(out);
	if (c->result != CURLE_OK) {
		out->maybe_sent = maybe_sent(c->result);
		rc = transport_error(c, e);
	} else {
		curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
		c->response.status = (int)status;
		c->response.retry_after_s = retry_after(c);
		*out = c->response;
		c->response = (struct http_response){0};
	}
	http_cancel(c);
	return rc;
}

int http_send(struct http *h, const struct http_request *r, struct http_response *out, struct err *e)
{
	struct http_call *c, *ended;

	if (http_start(h, r, &c, e) != 0)
		return -1;
	while (!c->ended)
		if (http_wait(h, 1000, &ended, e) != 0) {
			http_cancel(c);
			return -1;
		}
	return http_end(c, out, e);
}

void http_resume(struct http_call *c)
{
	if (!c->paused)
		return;
	c->paused = false;
	curl_easy_pause(c->easy, CURLPAUSE_CONT);
}

const char *http_call_content_type(const struct http_call *c)
{
	return c->response.content_type;
}

void *http_call_arg(const struct http_call *c)
{
	return c->arg;
}

size_t http_calls_open(const struct http *h)
{
	return h->n_calls;
}
