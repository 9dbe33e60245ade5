/* A byte stream to a mail server: TCP, TLS from the start or by STARTTLS, a time limit on every read and write. The end of
 * the stream is always an error: mail protocols say good-bye in words. Knows no protocol. */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum stream_security {
	STREAM_TLS,      /* TLS from the first byte (IMAP 993, submission 465) */
	STREAM_STARTTLS, /* begins plain; the protocol asks for TLS, then calls stream_starttls */
	STREAM_PLAIN,    /* never encrypted: to this machine only, unless forced */
};

/* What is 0 or NULL takes the default. Strings are copied. */
struct stream_options {
	const char *host; /* a name or an address; also what the certificate must be for */
	int port;
	enum stream_security security;
	bool plain_anywhere;    /* STREAM_PLAIN to other machines too */
	const char *ca_file;    /* PEM; the system's store */
	int connect_timeout_ms; /* 20,000 for TCP, over all addresses; as much again for TLS */
	int idle_timeout_ms;    /* 60,000 without a byte, either way */
};

struct stream;

/* Connects, address after address, and for STREAM_TLS speaks TLS 1.2 or newer with the chain and the name in the certificate
 * verified (RFC 6125, RFC 9525). Errors name host:port and the cause: TEMPORARY (name resolution, refused, reset, time-out),
 * UNAVAILABLE (TLS not possible or not trusted: says which names the certificate has, when it ended), CONFIG (unusable CA
 * file), REFUSED (plain off this machine). Name resolution itself keeps the resolver's time limits. */
int stream_open(struct stream **out, const struct stream_options *o, struct err *e);

/* A stream without a network, for tests and fuzzing: reads these bytes (borrowed), swallows what is written. */
struct stream *stream_of_bytes(const void *bytes, size_t n);

/* Closes without waiting for the other side; NULL is good. */
void stream_close(struct stream *s);

/* Turns a plain stream into TLS, verified as by stream_open. What was received already is dropped: it is not to be trusted
 * (CVE-2011-0411). Call it right after reading the server's consent. */
int stream_starttls(struct stream *s, struct err *e);
bool stream_is_encrypted(const struct stream *s);

/* One byte (0-255), or -1 with `e` filled. */
int stream_getc(struct stream *s, struct err *e);
/* The next byte without taking it, or -1 with `e` filled. */
int stream_peekc(struct stream *s, struct err *e);
/* Exactly n bytes; the end of the stream before is an error. */
int stream_read(struct stream *s, void *bytes, size_t n, struct err *e);
/* Reads n bytes and forgets them. */
int stream_skip(struct stream *s, size_t n, struct err *e);

/* How many bytes have come that nobody has read yet. */
size_t stream_unread(const struct stream *s);
/* Looks without waiting whether the next read would come back at once: with bytes, with the end or with a failure. Never true
 * for a stream of bytes, where nothing comes before it is asked for. */
bool stream_is_ready(struct stream *s);

/* All n bytes: handed to the system when it returns 0, nothing is kept back. Errors never quote them. */
int stream_write(struct stream *s, const void *bytes, size_t n, struct err *e);

/* From now on the work must end in this time, however busy the stream is: a server that trickles cannot hold us. Each call
 * replaces the last; 0 takes the limit away. */
void stream_limit(struct stream *s, int timeout_ms);

/* "host:port", for messages. */
const char *stream_peer(const struct stream *s);
const char *stream_host(const struct stream *s);
int stream_port(const struct stream *s);

/* Appends this end's own address as mail servers want to hear it where there is no name: "[192.0.2.1]", "[IPv6:2001:db8::1]"
 * (RFC 5321 section 4.1.3). */
void stream_local_literal(const struct stream *s, struct buf *out);

#endif
