/* The TLS side of a stream: OpenSSL over the stream's own socket, verification and the words for its failures. Used by
 * stream.c only. */
#ifndef NET_STREAM_TLS_H
#define NET_STREAM_TLS_H

#include "base/err.h"

#include <stddef.h>

/* What a step came to. */
enum stream_tls_want {
	STREAM_TLS_DONE,
	STREAM_TLS_WANT_READ,
	STREAM_TLS_WANT_WRITE,
	STREAM_TLS_EOF,
	STREAM_TLS_FAILED
};

struct stream_tls;

/* Prepares TLS on a connected non-blocking socket, which stays the caller's. `peer` is "host:port" for messages. */
int stream_tls_new(
    struct stream_tls **out, int fd, const char *host, const char *peer, const char *ca_file, struct err *e);
void stream_tls_free(struct stream_tls *t);

/* One step each: DONE with *done bytes moved (> 0; handshake: none), a direction to wait for, the end, or FAILED with `e`. */
enum stream_tls_want stream_tls_handshake(struct stream_tls *t, struct err *e);
enum stream_tls_want stream_tls_read(struct stream_tls *t, void *bytes, size_t n, size_t *done, struct err *e);
enum stream_tls_want stream_tls_write(struct stream_tls *t, const void *bytes, size_t n, size_t *done, struct err *e);
/* Tells the other side that no more comes; does not wait. */
void stream_tls_shutdown(struct stream_tls *t);

#endif
