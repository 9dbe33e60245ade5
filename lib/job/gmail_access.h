/* From a mailbox to access tokens for it: settings, key file, sealed refresh token, cache. */
#ifndef JOB_GMAIL_ACCESS_H
#define JOB_GMAIL_ACCESS_H

#include "base/config.h"
#include "base/err.h"
#include "net/gmail.h"
#include "net/oauth.h"
#include "net/oauth_client.h"
#include "store/accounts.h"
#include "store/store.h"

#include <stdint.h>

struct gmail_access_options {
	const struct config *config;     /* borrowed, all of them */
	struct store *store;             /* for writing: a server may hand out a new refresh token at any time */
	const char *scope;               /* OAUTH_SCOPE_READ for capture, OAUTH_SCOPE_COMPOSE for drafts and sending */
	int64_t now;                     /* at this moment; later it is reckoned from here */
	const struct gmail_clock *clock; /* NULL: what fails for a while is not tried again */
	int retry_max;                   /* how often it is, with a clock */
};

struct gmail_access;

/* Makes ready, with connections of its own for tokens; asks nobody yet. CONFIG or REFUSED, with what to do, when something is missing: a mailbox that is no Gmail one, no or a
 * bad key file, no login, a login with another client or without the scope, a secret that does not open. */
int gmail_access_open(
    const struct gmail_access_options *o, const struct account *account, struct gmail_access **out, struct err *e);
void gmail_access_close(struct gmail_access *g);
/* For gmail_new; valid until gmail_access_close. */
struct gmail_token_source gmail_access_tokens(struct gmail_access *g);

/* The OAuth client of the settings. CONFIG, with what to do, when there is none. */
int gmail_access_client(const struct config *c, struct oauth_client *out, struct err *e);
/* The folder of the token cache; the caller frees it. */
char *gmail_access_cache_dir(const struct config *c);

#endif
