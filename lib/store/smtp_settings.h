/* The mail servers that our sending addresses use, and how they fare. */
#ifndef STORE_SMTP_SETTINGS_H
#define STORE_SMTP_SETTINGS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define SMTP_SETTINGS_PLAIN "plain"
#define SMTP_SETTINGS_LOGIN "login"
#define SMTP_SETTINGS_XOAUTH2 "xoauth2"
#define SMTP_SETTINGS_OAUTHBEARER "oauthbearer"
#define SMTP_SETTINGS_NO_AUTH "none"

/* A row of email_smtp_settings. */
struct smtp_settings {
	const char *host;
	int port;
	const char *security;         /* ssl, starttls or none */
	bool is_forced;               /* never encrypted, and not this machine */
	const char *auth;             /* one of the words above */
	const char *user;             /* NULL: the address */
	const char *password_command; /* NULL: the password is sealed (CREDENTIALS_SMTP) */
	const char *envelope_sender;  /* NULL: the address */
	const char *ca_file;          /* NULL: that of the settings */
	bool is_enabled;
	const char *disabled_why; /* NULL while it is enabled */
	int64_t last_ok_at;       /* 0: never */
	int64_t last_error_at;    /* 0: none since the last success */
	const char *last_error;   /* NULL then */
};

/* Strings live in `a`. */
int smtp_settings_get(
    struct store *s, struct arena *a, int64_t account_id, struct smtp_settings *out, bool *found, struct err *e);
/* Calls back for every mailbox that is not removed and has such settings, by address; both live until the call returns. A
 * callback that returns not 0 ends the loop, and that is the result. */
int smtp_settings_each(struct store *s, int (*each)(const char *address, const struct smtp_settings *, void *arg),
    void *arg, struct err *e);

/* All but the health, which is forgotten: it was that of other settings. */
int smtp_settings_put(struct store *s, int64_t account_id, const struct smtp_settings *i, int64_t now, struct err *e);
int smtp_settings_remove(struct store *s, int64_t account_id, bool *found, struct err *e);

/* Lets mail go out (why NULL), or stops it. */
int smtp_settings_set_enabled(struct store *s, int64_t account_id, const char *why_not, struct err *e);
/* How the last connection ended: error NULL is a success, and clears the error before. */
int smtp_settings_set_health(struct store *s, int64_t account_id, const char *error, int64_t now, struct err *e);

/* Whether a participant has, or had, the address: it is then nobody's to send from. */
int smtp_settings_is_participant(struct store *s, const char *address, bool *is, struct err *e);

#endif
