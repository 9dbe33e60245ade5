/* Secrets of mailboxes in clear: opened from the database, sealed into it. */
#ifndef JOB_CREDENTIAL_H
#define JOB_CREDENTIAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/err.h"
#include "base/secret.h"
#include "store/accounts.h"
#include "store/credentials.h"

#include <stdbool.h>

/* Opens a row; `plain` is the caller's to wipe. Errors name the mailbox and say what to do. */
int credential_open(const struct secret_ring *r, const struct credential *c, struct buf *plain, struct err *e);
/* The mailbox's secret of a kind: *found false when it has none. *c lives in `a`. */
int credential_read(struct store *s, struct arena *a, const struct secret_ring *r, const struct account *account,
    const char *kind, struct credential *c, struct buf *plain, bool *found, struct err *e);
/* A server's password (CREDENTIALS_IMAP, CREDENTIALS_SMTP) with the key of the settings. CONFIG, with what to do, when there is none. */
int credential_password(const struct config *config, struct store *s, const struct account *account, const char *kind,
    struct buf *plain, struct err *e);
/* Seals the text into the row of c's account, kind, client and scopes (address set, sealed and key_id not), with the key of the
 * settings. Inside a transaction of the caller's. */
int credential_write(
    const struct config *config, struct store *s, struct credential *c, const char *plain, int64_t now, struct err *e);
/* The same secret under the ring's first key. */
int credential_reseal(
    struct store *s, struct arena *a, const struct secret_ring *r, const struct credential *c, struct err *e);

#endif
