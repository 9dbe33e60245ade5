/* From a sending address's row to a connection to its mail server that is logged in: settings, sealed password, password command
 * or OAuth token. */
#ifndef JOB_SMTP_ACCESS_H
#define JOB_SMTP_ACCESS_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "net/smtp.h"
#include "store/accounts.h"
#include "store/smtp_settings.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct smtp_access_options {
	const struct config *config;
	struct store *store; /* for writing: a token server may hand out a new refresh token at any time */
	int64_t now;
};

/* Connects and logs in, whether or not mail may go out. CONFIG, with what to do, when the password is missing; the rest as
 * command_first_line, gmail_access_open and smtp_open have it. Errors never hold a secret. *account_at_fault as smtp_open sets it. */
int smtp_access_open(const struct smtp_access_options *o, const struct account *account, const struct smtp_settings *s,
    struct smtp **out, bool *account_at_fault, struct err *e);

/* The kind of login of a word of the settings; false: there is no such word. */
bool smtp_access_auth(const char *word, enum smtp_auth *out);
/* Whether it wants a password, or a token. */
bool smtp_access_wants_password(enum smtp_auth auth);
bool smtp_access_wants_token(enum smtp_auth auth);

/* Who logs in, and whom reports go to. */
const char *smtp_access_user(const struct account *account, const struct smtp_settings *s);
const char *smtp_access_envelope_sender(const struct account *account, const struct smtp_settings *s);

/* Notes how a connection ended: e NULL is a success. With account_at_fault no mail goes out by it any more until a test has
 * passed, and the row says why and what to do. */
int smtp_access_note(struct store *s, const struct account *account, const struct err *how, bool account_at_fault,
    int64_t now, struct err *e);

#endif
