/* The secrets of mailboxes, as they lie in the database: sealed. Opening and sealing them is the job's (base/secret.h). */
#ifndef STORE_CREDENTIALS_H
#define STORE_CREDENTIALS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CREDENTIALS_OAUTH "oauth" /* a refresh token */
#define CREDENTIALS_IMAP "imap-password"
#define CREDENTIALS_SMTP "smtp-password"

struct credential {
	int64_t account_id;
	const char *address; /* of the mailbox; not written */
	const char *kind;
	const void *sealed;
	size_t sealed_len;
	const char *key_id;    /* of the key that sealed it */
	const char *client_id; /* NULL when it has none */
	const char *scopes;    /* separated by spaces; NULL when it has none */
	int64_t updated_at;    /* not written */
};

/* What *out points to lives in `a`. */
int credentials_get(struct store *s, struct arena *a, int64_t account_id, const char *kind, struct credential *out,
    bool *found, struct err *e);
/* All of them, in `a`, those of removed mailboxes too. */
int credentials_all(struct store *s, struct arena *a, struct credential **list, size_t *n, struct err *e);

/* Over the one of its kind that the mailbox has. */
int credentials_put(struct store *s, const struct credential *c, int64_t now, struct err *e);
/* Writes sealed and key_id of one that is there; it is the same secret, so its age stays. */
int credentials_reseal(struct store *s, const struct credential *c, struct err *e);
int credentials_remove(struct store *s, int64_t account_id, const char *kind, bool *found, struct err *e);

/* What a secret is sealed to: its row. In `a`. */
const char *credentials_place(struct arena *a, int64_t account_id, const char *address, const char *kind);

#endif
