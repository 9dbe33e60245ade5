#include "net/stream.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/stream_tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STREAM_BUFFER_BYTES = 32 * 1024 };

struct stream {
	int fd; /* -1: a stream of bytes */
	struct stream_tls *tls;
	char *host, *peer, *ca_file;
	int port, connect_timeout_ms, idle_timeout_ms;
	double limit_at; /* monotonic seconds; 0: none */
	const char *bytes;
	size_t bytes_left;
	size_t at, len; /* what is unread in `buffer` */
	char buffer[STREAM_BUFFER_BYTES];
};

const char *stream_peer(const struct stream *s)
{
	return s->peer;
}

const char *stream_host(const struct stream *s)
{
	return s->host;
}

int stream_port(const struct stream *s)
{
	return s->port;
}

void stream_local_literal(const struct stream *s, struct buf *out)
{
	struct sockaddr_storage at = {.ss_family = AF_UNSPEC};
	socklen_t size = sizeof at;
	char text[INET6_ADDRSTRLEN] = "127.0.0.1";
	struct sockaddr_in v4;
	struct sockaddr_in6 v6 = {.sin6_family = AF_UNSPEC};

	if (s->fd >= 0)
		getsockname(s->fd, (struct sockaddr *)&at, &size);
	if (at.ss_family == AF_INET6) {
		memcpy(&v6, &at, sizeof v6);
		if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
			inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text, sizeof text);
		else
			inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
	} else if (at.ss_family == AF_INET) {
		memcpy(&v4, &at, sizeof v4);
		inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
	}
	buf_printf(out, "[%s%s]", strchr(text, ':') ? "IPv6:" : "", text);
}

bool stream_is_encrypted(const struct stream *s)
{
	return s->tls != NULL;
}

void stream_limit(struct stream *s, int timeout_ms)
{
	s->limit_at = timeout_ms ? clock_monotonic_s() + timeout_ms / 1e3 : 0;
}

static struct stream *stream_new(const struct stream_options *o)
{
	struct stream *s = mem_alloc(sizeof *s);

	s->fd = -1;
	s->host = mem_strdup(o->host);
	s->port = o->port;
	s->peer =
	    strchr(o->host, ':') ? mem_printf("[%s]:%d", o->host, o->port) : mem_printf("%s:%d", o->host, o->port);
	s->ca_file = o->ca_file ? mem_strdup(o->ca_file) : NULL;
	s->connect_timeout_ms = o->connect_timeout_ms ? o->connect_timeout_ms : 20000;
	s->idle_timeout_ms = o->idle_timeout_ms ? o->idle_timeout_ms : 60000;
	return s;
}

struct stream *stream_of_bytes(const void *bytes, size_t n)
{
	static const struct stream_options nowhere = {.host = "localhost", .port = 143};
	struct stream *s = stream_new(&nowhere);

	s->bytes = bytes;
	s->bytes_left = n;
	return s;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	if (s->tls)
		stream_tls_shutdown(s->tls);
	stream_tls_free(s->tls);
	if (s->fd >= 0)
		close(s->fd);
	/* Passwords do not pass here, but mail does. */
	explicit_bzero(s->buffer, sizeof s->buffer);
	free(s->host);
	free(s->peer);
	free(s->ca_file);
	free(s);
}

static int ended(const struct stream *s, struct err *e)
{
	return err_set(e, ERR_TEMPORARY, "%s: the server has closed the connection", s->peer);
}

/* Waits until the socket is ready; at most until `until` (monotonic seconds). */
static int wait_ready(struct stream *s, short events, double until, const char *what, struct err *e)
{
	struct pollfd p = {.fd = s->fd, .events = events};

	for (;;) {
		double left = until - clock_monotonic_s();
		int n = left <= 0 ? 0 : poll(&p, 1, left < 1e6 ? (int)(left * 1e3) + 1 : INT_MAX);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_errno(e, "%s: waiting for the server", s->peer);
		if (n == 0 && left <= 0)
			return err_set(e, ERR_TEMPORARY, "%s: time-out: %s", s->peer, what);
	}
}

static double sooner(const struct stream *s, int timeout_ms)
{
	double until = clock_monotonic_s() + timeout_ms / 1e3;

	return s->limit_at > 0 && s->limit_at < until ? s->limit_at : until;
}

static bool is_loopback(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, sa, sizeof v4);
		return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, sa, sizeof v6);
		return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) ||
		       (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) && v6.sin6_addr.s6_addr[12] == 127);
	}
	return false;
}

/* One address. TEMPORARY when nobody answers there. */
static int connect_one(struct stream *s, const struct addrinfo *a, double until, struct err *e)
{
	int one = 1, error = 0;
	socklen_t size = sizeof error;

	s->fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
	if (s->fd < 0)
		return err_errno(e, "%s: a socket", s->peer);
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(s->fd, a->ai_addr, a->ai_addrlen) == 0)
		return 0;
	error = errno;
	if (error == EINPROGRESS) {
		if (wait_ready(s, POLLOUT, until, "the server does not answer", e) < 0)
			goto failed;
		if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
			error = errno;
	}
	if (error == 0)
		return 0;
	err_set(e, ERR_TEMPORARY, "%s: nobody answers there: %s", s->peer, strerror(error));
failed:
	close(s->fd);
	s->fd = -1;
	return -1;
}

/* Address after address, each with its share of the time that is left. The last one's failure is told. */
static int connect_any(struct stream *s, const struct addrinfo *list, struct err *e)
{
	double end = clock_monotonic_s() + s->connect_timeout_ms / 1e3;
	int left = 0;

	for (const struct addrinfo *a = list; a; a = a->ai_next)
		left++;
	for (const struct addrinfo *a = list; a; a = a->ai_next, left--) {
		double now = clock_monotonic_s();
		if (connect_one(s, a, now + (end - now) / left, e) == 0)
			return 0;
	}
	return -1;
}

static int connect_tcp(struct stream *s, const struct stream_options *o, struct err *e)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *list = NULL;
	char port[16];
	int rc, result = -1;

	snprintf(port, sizeof port, "%d", o->port);
	rc = getaddrinfo(o->host, port, &hints, &list);
	if (rc != 0)
		return err_set(e, ERR_TEMPORARY, "%s: the name is not found: %s", s->peer,
		    rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
	for (const struct addrinfo *a = list; a; a = a->ai_next)
		if (o->security == STREAM_PLAIN && !o->plain_anywhere && !is_loopback(a->ai_addr)) {
			err_set(e, ERR_REFUSED,
			    "%s: not encrypted, and that is allowed to this machine only: use ssl or starttls",
			    s->peer);
			goto out;
		}
	result = connect_any(s, list, e);
out:
	freeaddrinfo(list);
	return result;
}

static int want_ready(struct stream *s, enum stream_tls_want want, double until, const char *what, struct err *e)
{
	switch (want) {
	case STREAM_TLS_WANT_READ: return wait_ready(s, POLLIN, until, what, e);
	case STREAM_TLS_WANT_WRITE: return wait_ready(s, POLLOUT, until, what, e);
	case STREAM_TLS_EOF: return ended(s, e);
	case STREAM_TLS_DONE:
	case STREAM_TLS_FAILED: break;
	}
	return -1;
}

int stream_starttls(struct stream *s, struct err *e)
{
	enum stream_tls_want want;
	double until;

	s->at = s->len = 0;
	if (s->fd < 0 || s->tls)
		return err_set(e, ERR_BUG, "%s: TLS is not possible here", s->peer);
	if (stream_tls_new(&s->tls, s->fd, s->host, s->peer, s->ca_file, e) < 0)
		return -1;
	until = sooner(s, s->connect_timeout_ms);
	while ((want = stream_tls_handshake(s->tls, e)) != STREAM_TLS_DONE)
		if (want_ready(s, want, until, "the server does not speak TLS, or not on this port", e) < 0)
			return -1;
	return 0;
}

int stream_open(struct stream **out, const struct stream_options *o, struct err *e)
{
	struct stream *s;

	if (!o->host || !*o->host || o->port < 1 || o->port > 65535)
		return err_set(e, ERR_CONFIG, "a server needs a host name and a port from 1 to 65535");
	s = stream_new(o);
	if (connect_tcp(s, o, e) < 0 || (o->security == STREAM_TLS && stream_starttls(s, e) < 0)) {
		stream_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

static int read_plain(struct stream *s, char *to, size_t n, size_t *got, double until, struct err *e)
{
	for (;;) {
		ssize_t r = recv(s->fd, to, n, 0);
		if (r > 0) {
			*got = (size_t)r;
			return 0;
		}
		if (r == 0)
			return ended(s, e);
		if (errno != EAGAIN && errno != EINTR)
			return err_set(e, ERR_TEMPORARY, "%s: the connection failed: %s", s->peer, strerror(errno));
		if (wait_ready(s, POLLIN, until, "no answer", e) < 0)
			return -1;
	}
}

/* What is there, at least one byte. */
static int read_some(struct stream *s, char *to, size_t n, size_t *got, struct err *e)
{
	double until;

	if (s->fd < 0) {
		*got = n < s->bytes_left ? n : s->bytes_left;
		if (*got == 0)
			return ended(s, e);
		memcpy(to, s->bytes, *got);
		s->bytes += *got;
		s->bytes_left -= *got;
		return 0;
	}
	until = sooner(s, s->idle_timeout_ms);
	/* A server that always has a byte ready would never let us wait, and waiting is where time is looked at. */
	if (s->limit_at > 0 && until <= clock_monotonic_s())
		return err_set(e, ERR_TEMPORARY, "%s: time-out: the server takes too long", s->peer);
	if (!s->tls)
		return read_plain(s, to, n, got, until, e);
	for (;;) {
		enum stream_tls_want want = stream_tls_read(s->tls, to, n, got, e);
		if (want == STREAM_TLS_DONE)
			return 0;
		if (want_ready(s, want, until, "no answer", e) < 0)
			return -1;
	}
}

static int fill(struct stream *s, struct err *e)
{
	s->at = s->len = 0;
	return read_some(s, s->buffer, sizeof s->buffer, &s->len, e);
}

int stream_peekc(struct stream *s, struct err *e)
{
	if (s->at == s->len && fill(s, e) < 0)
		return -1;
	return (unsigned char)s->buffer[s->at];
}

int stream_getc(struct stream *s, struct err *e)
{
	int c = stream_peekc(s, e);

	s->at += c >= 0;
	return c;
}

int stream_read(struct stream *s, void *bytes, size_t n, struct err *e)
{
	char *to = bytes;

	while (n > 0) {
		size_t got = s->len - s->at;
		if (got > 0) {
			got = got < n ? got : n;
			memcpy(to, s->buffer + s->at, got);
			s->at += got;
		} else if (n >= sizeof s->buffer) {
			if (read_some(s, to, n, &got, e) < 0)
				return -1;
		} else if (fill(s, e) < 0) {
			return -1;
		}
		to += got;
		n -= got;
	}
	return 0;
}

int stream_skip(struct stream *s, size_t n, struct err *e)
{
	while (n > 0) {
		size_t got = s->len - s->at;
		if (got == 0) {
			if (fill(s, e) < 0)
				return -1;
			continue;
		}
		got = got < n ? got : n;
		s->at += got;
		n -= got;
	}
	return 0;
}

size_t stream_unread(const struct stream *s)
{
	return s->len - s->at;
}

bool stream_is_ready(struct stream *s)
{
	struct err ignored = {0};
	ssize_t r;

	if (s->at < s->len || s->fd < 0)
		return s->fd >= 0;
	s->at = s->len = 0;
	if (s->tls) {
		enum stream_tls_want want = stream_tls_read(s->tls, s->buffer, sizeof s->buffer, &s->len, &ignored);
		return want != STREAM_TLS_WANT_READ && want != STREAM_TLS_WANT_WRITE;
	}
	r = recv(s->fd, s->buffer, sizeof s->buffer, 0);
	s->len = r > 0 ? (size_t)r : 0;
	return r >= 0 || (errno != EAGAIN && errno != EINTR);
}

static int write_plain(struct stream *s, const char *from, size_t n, size_t *done, double until, struct err *e)
{
	for (;;) {
		ssize_t r = send(s->fd, from, n, MSG_NOSIGNAL);
		if (r > 0) {
			*done = (size_t)r;
			return 0;
		}
		if (r < 0 && (errno == EPIPE || errno == ECONNRESET))
			return ended(s, e);
		if (r < 0 && errno != EAGAIN && errno != EINTR)
			return err_set(e, ERR_TEMPORARY, "%s: the connection failed: %s", s->peer, strerror(errno));
		if (wait_ready(s, POLLOUT, until, "the server takes nothing", e) < 0)
			return -1;
	}
}

static int write_some(struct stream *s, const char *from, size_t n, size_t *done, struct err *e)
{
	double until = sooner(s, s->idle_timeout_ms);

	if (!s->tls)
		return write_plain(s, from, n, done, until, e);
	for (;;) {
		enum stream_tls_want want = stream_tls_write(s->tls, from, n, done, e);
		if (want == STREAM_TLS_DONE)
			return 0;
		if (want_ready(s, want, until, "the server takes nothing", e) < 0)
			return -1;
	}
}

int stream_write(struct stream *s, const void *bytes, size_t n, struct err *e)
{
	const char *from = bytes;
	size_t done;

	while (s->fd >= 0 && n > 0) {
		if (write_some(s, from, n, &done, e) < 0)
			return -1;
		from += done;
		n -= done;
	}
	return 0;
}
