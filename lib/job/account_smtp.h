/* Sender accounts: the mail server of a sending address, its password, whether it takes mail from us, and whether mail goes out. */
#ifndef JOB_ACCOUNT_SMTP_H
#define JOB_ACCOUNT_SMTP_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "job/people.h"
#include "store/accounts.h"
#include "store/smtp_settings.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct account_smtp {
	const struct config *config;
	struct store *store;
	bool dry_run; /* tried, and taken back */
	int64_t now;
};

/* What is NULL or 0 stays as it is, or takes the default of a new one: ssl and 465 (starttls where the port is 587 or 25; 587 with
 * starttls, 25 without TLS), plain, the address. Of the settings' last five (the health) nothing counts. */
struct account_smtp_change {
	const char *address; /* as typed */
	/* user, envelope_sender and ca_file: "" takes them away. A password_command takes the place of a sealed password. */
	struct smtp_settings settings;
	const char *password; /* sealed into the database; takes the place of a password_command */
};

/* What became of a change beside the change itself. */
struct account_smtp_notes {
	bool password_dropped; /* another server: what was for the one before must not go there */
	bool user_differs;     /* who logs in is another address than the sender */
	bool wants_test;       /* nothing goes out until a test has passed */
};

/* Gives a sending address of ours (sender_address_check) its mail server; a mailbox that is not there is added, a removed one
 * restored. The server is not asked (account_smtp_test does); until that has passed, nothing goes out. *out lives in `a`. CONFIG
 * without a host; REFUSED for an address that is not ours, for "none" to another machine without is_forced, and for another
 * host while the login is by token, unless auth is named again; INPUT for words that are none. */
int account_smtp_set(const struct account_smtp *g, struct arena *a, const struct account_smtp_change *c,
    enum people_change *change, struct account *out, struct account_smtp_notes *notes, struct err *e);

/* Whether, with this change, a password is wanted that is neither given nor known: a person may be asked. Changes nothing; what is
 * wrong with the change is left to account_smtp_set. */
int account_smtp_lacks_password(
    const struct account_smtp *g, const struct account_smtp_change *c, bool *lacks, struct err *e);

/* Forgets server and password; the mailbox stays. INPUT when it has none. */
int account_smtp_remove(const struct account_smtp *g, struct arena *a, const char *typed, enum people_change *change,
    struct account *out, struct err *e);

struct account_smtp_health {
	struct smtp_settings settings; /* as they are afterwards, in the arena */
	bool stale;                    /* they were changed during the test, which says nothing of them now */
};

/* Connects, negotiates TLS, logs in, says NOOP and leaves, and notes how that went. A good test lets mail out, unless a person
 * has switched it off and `enable` is false; a login that is refused stops it. */
int account_smtp_test(const struct account_smtp *g, struct arena *a, const struct account *account, bool enable,
    struct account_smtp_health *health, struct err *e);

/* Stops mail from going out by it until `account enable`; UNCHANGED when a person did so before. */
int account_smtp_disable(const struct account_smtp *g, struct arena *a, const struct account *account,
    enum people_change *change, struct err *e);

/* Whether a person has switched it off. */
bool account_smtp_is_by_hand(const struct smtp_settings *s);

enum account_smtp_secret { ACCOUNT_SMTP_NOTHING, ACCOUNT_SMTP_SEALED, ACCOUNT_SMTP_COMMAND, ACCOUNT_SMTP_TOKEN };
const char *account_smtp_secret_name(
    enum account_smtp_secret secret); /* "sealed", "command", "token"; NULL for nothing */

/* The mailbox's mail server (*has false: none), and what it logs in with; the secret itself is not read. In `a`. */
int account_smtp_get(struct store *s, struct arena *a, const struct account *account, struct smtp_settings *out,
    bool *has, enum account_smtp_secret *secret, struct err *e);

#endif
