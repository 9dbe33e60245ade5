/* The inside of an SMTP connection, for smtp*.c only: commands, the answers to them, and what the server offers. */
#ifndef NET_SMTP_CORE_H
#define NET_SMTP_CORE_H

#include "net/smtp.h"
#include "net/smtp_reply.h"

#include <stdint.h>

/* What EHLO told (RFC 5321 section 4.1.1.1). */
struct smtp_offers {
	bool starttls, pipelining, size, eightbit, smtputf8, dsn, auth;
	uint64_t size_limit;   /* 0: none is told */
	struct buf mechanisms; /* " PLAIN LOGIN ", upper case */
};

struct smtp {
	struct stream *stream;
	struct smtp_reply reply; /* the last one */
	struct smtp_offers offers;
	bool broken;
	int greeting_ms, command_ms, data_ms, block_ms, end_ms, transaction_ms;
	double until; /* monotonic seconds, when the transaction must be through; 0: none is on */
	char *helo;
	char *secret;       /* so that no answer can tell it on */
	struct buf encoded; /* the secret as it went over the wire */
	struct buf out;     /* what is being written */
};

/* Writes within this time; a failure is the end of the connection. */
int smtp_core_write(struct smtp *s, const void *bytes, size_t n, int timeout_ms, struct err *e);
/* Reads an answer to s->reply within this time; words with the secret in them are dropped. A failure is the end of the
 * connection, and so is 421, which comes back as an answer. */
int smtp_core_read(struct smtp *s, int timeout_ms, struct err *e);
/* Sends the command, CRLF behind it, and reads the answer. */
int smtp_core_ask(struct smtp *s, const char *command, struct err *e);
/* Fills `e` with the peer, `what` and the answer: TEMPORARY for 4xx, else `code`. Returns -1. */
int smtp_core_refused(const struct smtp *s, const char *what, enum err_code code, struct err *e);
/* An answer that makes no sense here: ends the connection, fills `e`, returns -1. */
int smtp_core_senseless(struct smtp *s, const char *what, struct err *e);

/* Proves who we are, as the options want it. */
int smtp_login(struct smtp *s, const struct smtp_options *o, bool *account_at_fault, struct err *e);

#endif
