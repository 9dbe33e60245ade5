/* Logging in to a Gmail mailbox by OAuth: consent in a browser, code, refresh token, kept sealed. Prints nothing. */
#ifndef JOB_ACCOUNT_LOGIN_H
#define JOB_ACCOUNT_LOGIN_H

#include "base/config.h"
#include "base/err.h"
#include "net/http.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct account_login_options {
	const struct config *config; /* borrowed, all of them */
	struct store *store;
	struct http *http;
	const char *address; /* as typed; a mailbox that is not there yet is added once the login has succeeded */
	bool compose;        /* ask for drafts and sending too; kept when the login before had it */
	bool smtp;           /* ask for sending by SMTP too; kept likewise */
	int64_t now;
};

struct account_login;

/* Checks what can be checked and listens on 127.0.0.1 for the redirect. CONFIG without an OAuth client or a key file; REFUSED for an
 * IMAP mailbox or an investor's address. */
int account_login_begin(const struct account_login_options *o, struct account_login **out, struct err *e);
void account_login_end(struct account_login *l);

/* Where the mailbox's owner consents. Borrowed. */
const char *account_login_url(const struct account_login *l);
const char *account_login_address(const struct account_login *l);

/* Waits for the redirect, MAILROOM_GMAIL_LOGIN_TIMEOUT_S at most (then TEMPORARY). With also_fd >= 0 it returns as well when there is
 * something to read: *input true, and then call it again, or account_login_paste. */
int account_login_wait(struct account_login *l, int also_fd, bool *input, struct err *e);
/* The redirect's address, as a person has copied it out of the browser. INPUT when it is not this login's: another may be given. */
int account_login_paste(struct account_login *l, const char *text, struct err *e);

/* With the code: gets the tokens, makes sure that they are this mailbox's, keeps the refresh token sealed and makes the
 * mailbox a Gmail one. REFUSED when somebody else has logged in, or not all was granted. */
int account_login_finish(struct account_login *l, struct err *e);

#endif
