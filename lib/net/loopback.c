#include "net/loopback.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/span.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CODE_MAX_BYTES = 4096, CONNECTIONS = 16, CONNECTION_TIMEOUT_S = 10, SLICE_MS = 1000 };

struct loopback {
	struct MHD_Daemon *daemon;
	const char *state;
	char *uri, *host; /* "http://127.0.0.1:PORT/", "127.0.0.1:PORT" */
	double started_s;
	char *code;  /* a secret; NULL until the redirect has come */
	char *error; /* what the redirect says in place of a code */
	bool answered;
};

/* The parameters of a redirect; NULL where there is none. */
struct redirect {
	const char *code, *state, *error;
};

static bool is_same(const char *a, const char *b)
{
	size_t n = strlen(a);

	return strlen(b) == n && CRYPTO_memcmp(a, b, n) == 0;
}

static bool is_code(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x21 || s[i] > 0x7e)
			return false;
	return n > 0 && n <= CODE_MAX_BYTES;
}

/* Takes what a redirect of this login says, once. False when it is none. */
static bool take(struct loopback *l, const struct redirect *r)
{
	if (l->code || l->error || !r->state || !is_same(l->state, r->state))
		return false;
	if (r->error)
		l->error = mem_strndup(r->error, strnlen(r->error, 100));
	else if (r->code && is_code(r->code))
		l->code = mem_strdup(r->code);
	else
		return false;
	return true;
}

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *title, const char *words)
{
	static const char *const headers[][2] = {
	    {"Content-Type", "text/html; charset=utf-8"},
	    {"Cache-Control", "no-store"},
	    {"Referrer-Policy", "no-referrer"},
	    {"X-Content-Type-Options", "nosniff"},
	    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
	    {"Connection", "close"},
	};
	char *page = mem_printf(
	    "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>%s</title><h1>%s</h1><p>%s</p></html>\n",
	    title, title, words);
	struct MHD_Response *r = MHD_create_response_from_buffer(strlen(page), page, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result rc;

	if (!r)
		mem_out_of_memory();
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		MHD_add_response_header(r, headers[i][0], headers[i][1]);
	rc = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return rc;
}

static const char *param(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *path, const char *method,
    const char *version, const char *body, size_t *body_len, void **mark)
{
	struct loopback *l = arg;
	struct redirect r = {param(c, "code"), param(c, "state"), param(c, "error")};
	const char *host = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host");

	(void)version, (void)body, (void)body_len;
	if (strcmp(method, "GET") != 0)
		return answer(c, 405, "Not this way", "Only a redirect from the consent page is taken here.");
	/* A web page elsewhere that has its name point to 127.0.0.1 comes with that name. */
	if (!host || strcmp(host, l->host) != 0 || strcmp(path, "/") != 0)
		return answer(c, 404, "Nothing here", "Only a redirect from the consent page is taken here.");
	if (!take(l, &r))
		return answer(c, 400, "Not this login",
		    "This is not the answer to the login that is under way. Open the address that the terminal shows.");
	*mark = l; /* on_completed knows this one */
	return l->error ? answer(c, 200, "No access given", "Mailroom got no access. You may close this page.")
	                : answer(c, 200, "Done", "Mailroom goes on in the terminal. You may close this page.");
}

static void on_completed(void *arg, struct MHD_Connection *c, void **mark, enum MHD_RequestTerminationCode why)
{
	struct loopback *l = arg;

	(void)c, (void)why;
	if (*mark == l)
		l->answered = true;
}

/* A socket of our own: MHD would bind all addresses, or need to be told of the port. */
static int listen_on_loopback(int *port, struct err *e)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 || listen(fd, CONNECTIONS) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0) {
		err_errno(e, "127.0.0.1: listen for the redirect");
		e->code = ERR_UNAVAILABLE;
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*port = ntohs(a.sin_port);
	return fd;
}

int loopback_open(const char *state, struct loopback **out, struct err *e)
{
	struct loopback *l;
	int port, fd = listen_on_loopback(&port, e);

	if (fd < 0)
		return -1;
	l = mem_alloc(sizeof *l);
	l->state = state;
	l->started_s = clock_monotonic_s();
	l->host = mem_printf("127.0.0.1:%d", port);
	l->uri = mem_printf("http://%s/", l->host);
	l->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, l, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)CONNECTION_TIMEOUT_S, MHD_OPTION_NOTIFY_COMPLETED, on_completed, l, MHD_OPTION_END);
	if (!l->daemon) {
		close(fd);
		loopback_close(l);
		return err_set(e, ERR_UNAVAILABLE, "127.0.0.1: the listener for the redirect does not start");
	}
	*out = l;
	return 0;
}

void loopback_close(struct loopback *l)
{
	if (!l)
		return;
	if (l->daemon)
		MHD_stop_daemon(l->daemon);
	mem_free_secret(l->code);
	free(l->error);
	free(l->uri);
	free(l->host);
	free(l);
}

const char *loopback_uri(const struct loopback *l)
{
	return l->uri;
}

static int declined(const char *error, struct err *e)
{
	if (strcmp(error, "access_denied") == 0)
		return err_set(e, ERR_REFUSED, "access was not given on the consent page (access_denied)");
	return err_set(e, ERR_REFUSED, "the consent page ended with \"%s\"", error);
}

static int hand_over(struct loopback *l, struct buf *code, struct err *e)
{
	if (l->error)
		return declined(l->error, e);
	buf_puts(code, l->code);
	return 0;
}

/* Waits until the daemon or `also_fd` has something, a second at most: the connections' own time-outs want a look. */
static int wait_a_slice(struct loopback *l, double left_s, int also_fd, bool *input, struct err *e)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[2] = {{.fd = info->epoll_fd, .events = POLLIN}, {.fd = also_fd, .events = POLLIN}};
	unsigned MHD_LONG_LONG due = SLICE_MS;
	int ms = left_s * 1000 < SLICE_MS ? (int)(left_s * 1000) + 1 : SLICE_MS;

	if (MHD_get_timeout(l->daemon, &due) == MHD_YES && due < (unsigned)ms)
		ms = (int)due;
	if (poll(fds, 2, ms) < 0 && errno != EINTR)
		return err_errno(e, "wait for the redirect");
	if (MHD_run(l->daemon) != MHD_YES)
		return err_set(e, ERR_SYSTEM, "127.0.0.1: the listener for the redirect has stopped");
	*input = also_fd >= 0 && fds[1].revents != 0;
	return 0;
}

int loopback_wait(
    struct loopback *l, int timeout_s, int also_fd, enum loopback_event *event, struct buf *code, struct err *e)
{
	bool input = false;

	while (!l->answered) {
		double left_s = l->started_s + timeout_s - clock_monotonic_s();
		if (left_s <= 0 && !l->code && !l->error)
			return err_set(e, ERR_TEMPORARY, "nobody has consented within %d s: run it again", timeout_s);
		/* The redirect has come: a peer that does not take the page cannot hold it up. */
		if (left_s <= -CONNECTION_TIMEOUT_S)
			break;
		if (wait_a_slice(l, left_s > 0 ? left_s : 1, also_fd, &input, e) != 0)
			return -1;
		if (input && !l->code && !l->error) {
			*event = LOOPBACK_INPUT;
			return 0;
		}
	}
	*event = LOOPBACK_CODE;
	return hand_over(l, code, e);
}

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes percent-encoding in place; an incomplete one stays as it is, and a NUL ends the text. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == '%' && hex_value(s[1]) >= 0 && hex_value(s[2]) >= 0) {
			*to++ = (char)(hex_value(s[1]) << 4 | hex_value(s[2]));
			s += 2;
		} else {
			*to++ = *s == '+' ? ' ' : *s;
		}
	}
	*to = '\0';
}

/* Cuts a query into its parameters, in place. */
static void read_query(char *query, struct redirect *r)
{
	char *save = NULL;

	for (char *s = strtok_r(query, "&", &save); s; s = strtok_r(NULL, "&", &save)) {
		char *value = strchr(s, '=');
		if (!value)
			continue;
		*value++ = '\0';
		unescape(value);
		if (strcmp(s, "code") == 0)
			r->code = value;
		else if (strcmp(s, "state") == 0)
			r->state = value;
		else if (strcmp(s, "error") == 0)
			r->error = value;
	}
}

int loopback_read_pasted(const struct loopback *l, const char *text, struct buf *code, struct err *e)
{
	struct span s = span_trim(span_of(text));
	struct redirect r = {NULL, NULL, NULL};
	size_t n = strlen(l->uri);
	char *query;
	int rc = -1;

	if (s.len <= n || strncmp(s.at, l->uri, n) != 0 || s.at[n] != '?')
		return err_set(
		    e, ERR_INPUT, "this is not the address that the browser ended at: it begins with %s?", l->uri);
	query = mem_strndup(s.at + n + 1, s.len - n - 1);
	query[strcspn(query, "#")] = '\0';
	read_query(query, &r);
	if (!r.state || !is_same(l->state, r.state))
		err_set(e, ERR_INPUT, "this address is of another login (its state is not this one's)");
	else if (r.error)
		declined(r.error, e);
	else if (!r.code || !is_code(r.code))
		err_set(e, ERR_INPUT, "this address holds no code: copy all of it");
	else
		rc = 0;
	if (rc == 0)
		buf_puts(code, r.code);
	mem_free_secret(query);
	return rc;
}
