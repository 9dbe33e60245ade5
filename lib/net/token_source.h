/* Access tokens for one mailbox, as the Gmail client asks for them: from memory, from the cache between runs, or minted by the
 * service account's assertion or by a refresh token. */
#ifndef NET_TOKEN_SOURCE_H
#define NET_TOKEN_SOURCE_H

#include "base/buf.h"
#include "base/err.h"
#include "net/gmail.h"
#include "net/http.h"
#include "net/jwt.h"
#include "net/oauth.h"
#include "net/token_cache.h"

struct token_source_options {
	struct http *http;         /* borrowed; no call may be open on it while a token is minted */
	struct token_cache cache;  /* borrowed */
	struct oauth_party party;  /* its strings are borrowed; `now` is the time of token_source_new */
	const struct jwt_key *key; /* borrowed; NULL: by the refresh token */
	const char *refresh;       /* copied; NULL with a key */
	/* The server gave another refresh token in place of the one that was used: keep it. May be NULL. */
	int (*keep)(void *arg, const char *refresh, struct err *e);
	void *arg;
	const struct gmail_clock *clock; /* copied; NULL: what fails for a while is not tried again */
	int retry_max; /* how often it is, with a clock: waits as the Gmail client's (gmail_backoff) */
};

struct token_source;
struct token_source *token_source_new(const struct token_source_options *o);
void token_source_free(struct token_source *t); /* wipes what it holds */

/* For gmail_new; valid as long as `t`. A token is given for as long as it is good for another minute; then, and after
 * invalidate, a new one is minted. Errors are those of oauth.h: the text says what to do. */
struct gmail_token_source token_source_face(struct token_source *t);

#endif
