/* From an IMAP mailbox's row to a connection that is logged in: settings, sealed password or OAuth token. */
#ifndef JOB_IMAP_ACCESS_H
#define JOB_IMAP_ACCESS_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "net/imap.h"
#include "store/accounts.h"
#include "store/imap_settings.h"
#include "store/store.h"

#include <stdint.h>

struct imap_access_options {
	const struct config *config;
	struct store *store; /* for writing: a token server may hand out a new refresh token at any time */
	int64_t now;
};

/* Connects and logs in. *settings lives in `a`. CONFIG, with what to do, when settings or password are missing; the rest as imap_open
 * and imap_login have it. Errors never hold a secret. */
int imap_access_open(const struct imap_access_options *o, const struct account *account, struct arena *a,
    struct imap_settings *settings, struct imap **out, struct err *e);

#endif
