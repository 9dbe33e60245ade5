/* Gmail as a transport: users.messages.send with the frozen bytes, by domain-wide delegation or the mailbox's own login. */
#ifndef JOB_TRANSPORT_GMAIL_H
#define JOB_TRANSPORT_GMAIL_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "job/transport.h"
#include "net/gmail.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct transport_gmail_options {
	const struct config *config; /* borrowed, all of them */
	struct store *store;         /* for writing: a server may hand out a new refresh token at any time */
	int64_t now;
	const struct gmail_clock *clock; /* NULL: nothing is tried again */
};

/* Whether `from` can send through Gmail: its domain is one of MAILROOM_GMAIL_DOMAIN and there is a key file, or the mailbox has logged in with
 * the right to send (`account login --compose`). *why (in `a`) says so, or what is missing. */
int transport_gmail_is_configured(const struct transport_gmail_options *o, struct arena *a, const char *from, bool *yes,
    const char **why, struct err *e);

/* Makes *out ready for messages from `from`; nobody is asked before open. It reads the recipients from the message. */
int transport_gmail_new(
    struct transport *out, const struct transport_gmail_options *o, const char *from, struct err *e);

#endif
