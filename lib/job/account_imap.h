/* IMAP mailboxes: enrolled with server and password, opened for the capture. */
#ifndef JOB_ACCOUNT_IMAP_H
#define JOB_ACCOUNT_IMAP_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "job/people.h"
#include "job/remote.h"
#include "store/accounts.h"
#include "store/imap_accounts.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct account_imap {
	const struct config *config;
	struct store *store;
	bool dry_run; /* tried, and taken back */
	int64_t now;
	struct imap_account server; /* login NULL: the address */
	const char *password;
};

/* Adds or restores the mailbox, or changes its server; the password is sealed into the database. The server is not asked. *out lives in
 * `a`. REFUSED for a Gmail mailbox, an investor's address, and for security none to another machine unless plain_anywhere. */
int account_imap_enroll(const struct account_imap *i, struct arena *a, const char *address, enum people_change *change,
    struct account *out, struct err *e);

/* Connects, logs in and lists the folders. CONFIG or REFUSED, with what to do, when something is missing. */
int account_imap_open(
    const struct config *c, struct store *s, const struct account *account, struct remote **out, struct err *e);

#endif
