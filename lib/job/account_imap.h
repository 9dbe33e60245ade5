/* IMAP mailboxes: their server's settings and password, and whether it lets us in. */
#ifndef JOB_ACCOUNT_IMAP_H
#define JOB_ACCOUNT_IMAP_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "job/people.h"
#include "store/accounts.h"
#include "store/imap_settings.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account_imap {
	const struct config *config;
	struct store *store;
	bool dry_run; /* tried, and taken back */
	int64_t now;
};

/* What is NULL or 0 stays as it is, or takes the default of a new one: ssl, 993 (143 without TLS from the start), password, the
 * address. */
struct account_imap_change {
	const char *address; /* as typed */
	struct imap_settings settings;
	const char *password; /* sealed into the database */
};

/* Makes the mailbox an IMAP one, adding or restoring it as `account add` does. The server is not asked (account_imap_test does). *out
 * lives in `a`. CONFIG without a host; REFUSED for a Gmail mailbox, an investor's address, or "none" for another machine
 * without is_forced; INPUT for words that are none. */
int account_imap_set(const struct account_imap *g, struct arena *a, const struct account_imap_change *c,
    enum people_change *change, struct account *out, struct err *e);

struct account_imap_health {
	size_t folders;   /* that would be captured */
	int64_t messages; /* in them */
};

/* Connects, logs in, opens every folder that would be captured and leaves; notes in the mailbox's row how that went (not
 * with dry_run). */
int account_imap_test(const struct account_imap *g, struct arena *a, const struct account *account,
    struct account_imap_health *health, struct err *e);

#endif
