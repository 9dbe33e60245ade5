/* What the settings say of the participants' updates: who sends them, and how to get out. */
#ifndef JOB_UPDATES_SETTINGS_H
#define JOB_UPDATES_SETTINGS_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"

#include <stdbool.h>

struct updates_settings {
	const char *from, *domain; /* MAILROOM_PARTICIPANT_FROM, and its domain in A-labels */
	const char *from_name;     /* clean; NULL: none */
	/* MAILROOM_UNSUBSCRIBE: at most one of them; NULL: none. "{token}" and "{did}" in the URL are filled in for
	 * each message: then it tells who it is, as RFC 8058 section 3.1 demands of one that a mail program may POST
	 * to. */
	const char *unsubscribe_url, *unsubscribe_address;
	bool unsubscribe_is_personal;
};

/* CONFIG with what to do when the sender is missing or no address, or MAILROOM_UNSUBSCRIBE is neither https URL nor
 * address. */
int updates_settings_read(const struct config *c, struct arena *a, struct updates_settings *out, struct err *e);

/* The URL of one message, percent-encoded where it is filled in; NULL: none. */
const char *updates_unsubscribe_url(
    const struct updates_settings *s, struct arena *a, const char *token, const char *did);

#endif
