/* Gmail mailboxes: enrolled by domain-wide delegation, paused, tried out. Logging in by OAuth: account_login.h. */
#ifndef JOB_ACCOUNT_GMAIL_H
#define JOB_ACCOUNT_GMAIL_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "job/people.h"
#include "net/gmail.h"
#include "net/http.h"
#include "store/accounts.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct account_gmail {
	const struct config *config;
	struct store *store;
	bool dry_run; /* tried, and taken back */
	int64_t now;
};

/* Enrolls the mailbox by delegation, adding or restoring it as `account add` does; one that was logged in by OAuth loses that
 * login. The key file must be good (jwt_key_read); Google is not asked (account_gmail_test does). *out lives in `a`. REFUSED
 * for an IMAP mailbox, an investor's address, or an address outside MAILROOM_GMAIL_DOMAIN. */
int account_gmail_enroll(const struct account_gmail *g, struct arena *a, const char *address,
    enum people_change *change, struct account *out, struct err *e);

/* What became of one team member in enroll-all; address NULL: none of the member's is in the domain. A mailbox that was removed, or
 * that has another provider, stays as it is (change PEOPLE_UNCHANGED, and `why` says so). */
struct account_gmail_member {
	const char *name, *address;
	enum people_change change;
	const char *why; /* NULL: it is enrolled */
};
/* Enrolls every active team member who has an address in MAILROOM_GMAIL_DOMAIN, in one transaction. */
int account_gmail_enroll_all(const struct account_gmail *g,
    void (*each)(const struct account_gmail_member *, void *arg), void *arg, struct err *e);

/* Pauses or resumes the capture. INPUT when there is no such mailbox. */
int account_gmail_set_sync(const struct account_gmail *g, struct arena *a, const char *address, bool enabled,
    enum people_change *change, struct account *out, struct err *e);

/* Gets a token and the profile of a Gmail mailbox, and notes in its row how that went (not with dry_run). */
int account_gmail_test(const struct account_gmail *g, struct http *http, struct arena *a, const struct account *account,
    struct gmail_profile *profile, struct err *e);

/* One mailbox by what was typed. INPUT when there is none. */
int account_gmail_find(struct store *s, struct arena *a, const char *typed, struct account *out, struct err *e);

#endif
