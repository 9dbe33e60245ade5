/* How to reach the servers of IMAP mailboxes. */
#ifndef STORE_IMAP_SETTINGS_H
#define STORE_IMAP_SETTINGS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define IMAP_SETTINGS_SSL "ssl"
#define IMAP_SETTINGS_STARTTLS "starttls"
#define IMAP_SETTINGS_NONE "none"
#define IMAP_SETTINGS_PASSWORD "password"
#define IMAP_SETTINGS_OAUTH "oauth"

/* A row of email_imap_settings. */
struct imap_settings {
	const char *host;
	int port;
	const char *security; /* one of the words above */
	bool is_forced;       /* never encrypted, and not this machine */
	const char *auth;     /* one of the words above */
	const char *user;
	const char *ca_file; /* NULL: the system's */
	const char *folders; /* a line each; "": chosen by what the server tells */
};

/* Strings live in `a`. */
int imap_settings_get(
    struct store *s, struct arena *a, int64_t account_id, struct imap_settings *out, bool *found, struct err *e);
int imap_settings_put(struct store *s, int64_t account_id, const struct imap_settings *i, int64_t now, struct err *e);

#endif
