/* OAuth 2.0 at a token address: tokens for an assertion (RFC 7523), a refresh token or an authorization code with PKCE
 * (RFC 7636, RFC 8252). Keeps nothing and opens no browser. */
#ifndef NET_OAUTH_H
#define NET_OAUTH_H

#include "base/buf.h"
#include "base/err.h"
#include "net/http.h"

#include <stdint.h>

#define OAUTH_SCOPE_READ "https://www.googleapis.com/auth/gmail.readonly"   /* capture */
#define OAUTH_SCOPE_COMPOSE "https://www.googleapis.com/auth/gmail.compose" /* drafts and sending */
#define OAUTH_SCOPE_MAIL "https://mail.google.com/"                         /* IMAP */

/* Who asks for what; for requests and for the advice in errors. Strings are borrowed. */
struct oauth_party {
	const char *mailbox;         /* the address to act for */
	const char *scope;           /* separated by spaces */
	const char *client_id;       /* of the OAuth client, or of the service account */
	const char *client_secret;   /* of the OAuth client; NULL: none */
	const char *service_account; /* its address; NULL: this is an OAuth client */
	const char *key_file;        /* of the service account, for errors */
	const char *token_url;
	const char *auth_url; /* where people consent; only for oauth_put_consent_url */
	int64_t now;          /* this machine's clock */
};

/* Start it with {0}; the strings are secrets, and oauth_token_clear wipes them. */
struct oauth_token {
	char *access;       /* printable ASCII, fit for a header */
	char *refresh;      /* NULL: the server gave none (the one that was used stays good) */
	char *scope;        /* what was granted; NULL: what was asked for */
	int64_t expires_at; /* by this machine's clock */
};
void oauth_token_clear(struct oauth_token *t);

/* Each asks once and waits. REFUSED for what a person must put right: *e says what and where (oauth_advice.h). TEMPORARY for 429,
 * 5xx and the network; UNAVAILABLE for an answer that is none of a token server's. No token or code is ever in *e. */
int oauth_by_assertion(
    struct http *h, const struct oauth_party *p, const char *assertion, struct oauth_token *out, struct err *e);
int oauth_by_refresh(
    struct http *h, const struct oauth_party *p, const char *refresh, struct oauth_token *out, struct err *e);
/* The scopes granted must hold those asked for (people can untick them): REFUSED otherwise, and without a refresh token. */
int oauth_by_code(struct http *h, const struct oauth_party *p, const char *code, const char *verifier,
    const char *redirect_uri, struct oauth_token *out, struct err *e);

enum { OAUTH_SECRET_BYTES = 44 }; /* 32 random bytes as base64url, with a NUL */

/* A new PKCE verifier, or a new state. */
int oauth_new_secret(char out[static OAUTH_SECRET_BYTES], struct err *e);
/* The S256 challenge of a verifier (RFC 7636 section 4.2). */
void oauth_challenge(const char *verifier, char out[static OAUTH_SECRET_BYTES]);

/* Appends the address where the mailbox's owner consents: offline access, consent asked anew, the mailbox as the hint. */
void oauth_put_consent_url(
    struct buf *out, const struct oauth_party *p, const char *redirect_uri, const char *state, const char *challenge);

#endif
