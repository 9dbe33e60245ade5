/* A Google service account's key file, and the signed assertions made with it (RFC 7523, RS256 of RFC 7518). Sends nothing. */
#ifndef NET_JWT_H
#define NET_JWT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

struct jwt_key;

/* Reads the key file that the Cloud console makes (JSON, type service_account), which nobody else may read (0600). The text of *e
 * names the file and the field: NO_INPUT when it is not there, REFUSED for its mode or owner, CONFIG for anything wrong in
 * it: no JSON, another kind of file (an OAuth client's), a missing field, a key that is no RSA key of 2,048 bits or more, a
 * token_uri that is not https (http is good on this machine). */
int jwt_key_read(const char *path, struct jwt_key **out, struct err *e);
void jwt_key_free(struct jwt_key *k);

/* Borrowed; valid as long as the key. */
const char *jwt_key_path(const struct jwt_key *k);
const char *jwt_key_email(const struct jwt_key *k);     /* the service account */
const char *jwt_key_client_id(const struct jwt_key *k); /* what the Workspace admin authorises */
const char *jwt_key_token_uri(const struct jwt_key *k);

struct jwt_claims {
	const char *subject;  /* the mailbox to act for */
	const char *scope;    /* separated by spaces */
	const char *audience; /* the token address; NULL: the key's token_uri */
	int64_t
	    now; /* the assertion is dated a minute back, for clocks that are fast, and is good for an hour from then */
};

/* Appends header.claims.signature. */
int jwt_sign(const struct jwt_key *k, const struct jwt_claims *c, struct buf *out, struct err *e);

#endif
