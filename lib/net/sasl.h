/* What a mail client says to prove who it is (SASL), for IMAP and SMTP alike: the messages, not the exchange. All of them are
 * secrets: wipe them with sasl_wipe. */
#ifndef NET_SASL_H
#define NET_SASL_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

enum sasl_mechanism { SASL_PLAIN, SASL_XOAUTH2, SASL_OAUTHBEARER };

struct sasl_login {
	const char *user;
	const char *secret; /* the password, or the access token */
	const char *host;   /* OAUTHBEARER tells the server whom it was meant for */
	int port;
};

/* The mechanism's name on the wire. */
const char *sasl_name(enum sasl_mechanism m);

/* Appends the only message of the mechanism in base64: PLAIN (RFC 4616), XOAUTH2 (developers.google.com/gmail/imap/xoauth2-protocol),
 * OAUTHBEARER (RFC 7628 section 3.1). CONFIG when user or secret hold bytes that the mechanism cannot carry. */
int sasl_first(enum sasl_mechanism m, const struct sasl_login *l, struct buf *out, struct err *e);

/* Appends one answer of the old LOGIN mechanism (draft-murchison-sasl-login), the user name or the password, in base64. CONFIG
 * as above; `what` names it there. */
int sasl_login_word(const char *word, const char *what, struct buf *out, struct err *e);

/* What to send after the server's error challenge, so that it says its NO: nothing for XOAUTH2, ^A in base64 for
 * OAUTHBEARER (RFC 7628 section 3.2.3), "*" (give up) for PLAIN, which has no challenge. */
const char *sasl_after_challenge(enum sasl_mechanism m);

/* Appends the words of a base64 error challenge: its "status" text (a JSON string) or nothing. */
void sasl_challenge_status(const char *base64, size_t n, struct buf *out);

/* True when six bytes in a row of the secret (all of a shorter one) stand in the text: a server may quote the command that it
 * did not understand, and such words are not passed on. */
bool sasl_tells(const char *text, const char *secret);

/* Overwrites and frees. */
void sasl_wipe(struct buf *b);

#endif
