/* Hands messages over to a submission server (RFC 6409, RFC 5321) and says for each recipient what became of it. Changes no
 * byte of a message, keeps no queue and tries nothing twice: the caller does. One connection, one thread. */
#ifndef NET_SMTP_H
#define NET_SMTP_H

#include "base/arena.h"
#include "base/err.h"
#include "net/stream.h"

#include <stdbool.h>
#include <stddef.h>

enum smtp_auth {
	SMTP_AUTH_NONE,
	SMTP_AUTH_PLAIN, /* or LOGIN, where that is all that is offered */
	SMTP_AUTH_LOGIN,
	SMTP_AUTH_XOAUTH2,
	SMTP_AUTH_OAUTHBEARER, /* or XOAUTH2, where that is all that is offered */
};

/* What is 0 or NULL takes the default. The times are for the whole of a step, however busy the line is (RFC 5321 section
 * 4.5.3.2); stream.idle_timeout_ms is not needed here and is as long as the longest of them. */
struct smtp_options {
	struct stream_options stream;
	enum smtp_auth auth;
	const char *user, *secret; /* the password, or the access token */
	const char *helo;          /* our name in EHLO; NULL: this end's address, as a literal */
	int greeting_timeout_ms;   /* 300,000 until the server's 220 */
	int command_timeout_ms;    /* 300,000 for each answer, 120,000 for that to DATA */
	int block_timeout_ms;      /* 180,000 for each 64 KB of a message */
	int end_timeout_ms; /* 600,000 for the answer after the final dot: where haste makes duplicates (RFC 1047) */
	int transaction_timeout_ms; /* 3,600,000 for all of one message before the final dot */
};

enum smtp_outcome {
	SMTP_ACCEPTED, /* 2xx after the dot: the server has taken it over */
	SMTP_TEMPORARY, /* 4xx for this recipient or message, or the line broke before the final dot was sent: nothing was taken */
	SMTP_PERMANENT, /* 5xx on RCPT, DATA or after the dot; or too large or too modern for this server: final */
	SMTP_ACCOUNT, /* 5xx on MAIL FROM, or "log in" anywhere (530, 534, 535, 538): the sender's account is at fault */
	SMTP_UNKNOWN, /* the final dot was (perhaps partly) sent, and no answer came */
};

struct smtp_recipient {
	const char *address; /* in: local@domain in UTF-8; the domain goes out in A-labels */
	enum smtp_outcome outcome;
	int code;             /* the server's reply code; 0 where it is not the server who says so */
	const char *enhanced; /* "5.1.1" (RFC 3463) or NULL */
	const char *words;    /* the server's words or ours: one line, at most 500 bytes; never NULL */
};

struct smtp_message {
	const char *from; /* "": no return path */
	struct smtp_recipient *recipients;
	size_t n;
	const void *bytes; /* header and body, ready to go: lines of at most 998 bytes, all ended by CRLF */
	size_t len;
	const char *envelope_id; /* ENVID of reports (RFC 3461): at most 100 printable ASCII characters; NULL: none */
};

struct smtp;

/* Connects, reads the greeting, says EHLO, does STARTTLS where that is asked for (never goes on in plain), logs in. Errors:
 * TEMPORARY for the network, time-outs and 4xx; UNAVAILABLE for TLS that is not possible or not trusted, for what is no SMTP or
 * more than it should be, and for a server that lacks STARTTLS or the way to log in; REFUSED for a login that is not taken;
 * CONFIG for options that cannot be. *account_at_fault (may be NULL) is true when the server said by 5xx that this user may not
 * log in: trying again is of no use until a person changes something. */
int smtp_open(struct smtp **out, const struct smtp_options *o, bool *account_at_fault, struct err *e);
/* The same over a stream that stands already; takes the stream, also when it fails. For tests. */
int smtp_open_stream(
    struct smtp **out, struct stream *stream_take, const struct smtp_options *o, bool *account_at_fault, struct err *e);
/* Says QUIT where that is possible (waits 2 s at most) and closes; NULL is good. */
void smtp_close(struct smtp *s);

/* True until the line broke or the server ended it; then nothing is of use but smtp_close. */
bool smtp_is_open(const struct smtp *s);
/* Asks whether the server is still there. -1 also when it says 4xx or 5xx. */
int smtp_noop(struct smtp *s, struct err *e);

/* One transaction. 0: each recipient has its outcome, strings in `a`. -1 for INPUT, nothing was sent: an address with a control
 * character, a space, angle brackets or no domain; bytes that are not what smtp_message asks for (RFC 5321 sections 2.3.8 and
 * 4.5.3.1.6); no recipient. Then every recipient has the outcome PERMANENT with the same words. Takes PIPELINING, SIZE, 8BITMIME,
 * SMTPUTF8 and DSN where they are offered, and refuses before sending what needs one that is not. */
int smtp_send(struct smtp *s, struct arena *a, struct smtp_message *m, struct err *e);

/* The outcome's name for logs: "accepted". */
const char *smtp_outcome_name(enum smtp_outcome o);

#endif
