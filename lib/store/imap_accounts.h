/* Where the IMAP mailboxes are. */
#ifndef STORE_IMAP_ACCOUNTS_H
#define STORE_IMAP_ACCOUNTS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define IMAP_ACCOUNTS_SSL "ssl"
#define IMAP_ACCOUNTS_STARTTLS "starttls"
#define IMAP_ACCOUNTS_NONE "none"

struct imap_account {
	const char *host; /* NULL: there is no such row */
	int64_t port;
	const char *security; /* an IMAP_ACCOUNTS_... above */
	bool plain_anywhere;  /* IMAP_ACCOUNTS_NONE not to this machine alone */
	const char *login;
	const char *folders; /* one a line; NULL: all but drafts, junk and trash */
};

/* Strings live in `a`. */
int imap_accounts_get(struct store *s, struct arena *a, int64_t account_id, struct imap_account *out, struct err *e);
int imap_accounts_put(struct store *s, int64_t account_id, const struct imap_account *i, struct err *e);

#endif
