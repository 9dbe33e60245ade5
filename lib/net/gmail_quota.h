/* What Gmail's methods cost in quota units, and a token bucket that keeps an account under its budget. Never sleeps. */
#ifndef NET_GMAIL_QUOTA_H
#define NET_GMAIL_QUOTA_H

#include <stdbool.h>

enum gmail_method {
	GMAIL_GET_PROFILE,
	GMAIL_MESSAGES_LIST,
	GMAIL_MESSAGES_GET,
	GMAIL_ATTACHMENTS_GET,
	GMAIL_HISTORY_LIST,
	GMAIL_DRAFTS_CREATE,
	GMAIL_MESSAGES_SEND,
	GMAIL_METHODS,
};

/* The units of one call; `legacy` for Cloud projects made before 2026-05-01. */
int gmail_units(enum gmail_method m, bool legacy);
/* As Google writes it, "messages.get". */
const char *gmail_method_name(enum gmail_method m);
/* What Google allows a user in a minute. */
int gmail_units_allowed(bool legacy);

/* Half a minute's worth at most may be saved up: with the default budget of 60 % no minute goes above 90 % of what is
 * allowed, wherever Google's minute begins. */
struct gmail_bucket {
	double level, capacity, per_s, at;
};

/* Full at `now`, a monotonic time in seconds. */
void gmail_bucket_init(struct gmail_bucket *b, int units_per_min, double now);
/* Takes the units and returns 0, or takes nothing and returns the seconds to wait before asking again. What costs more
 * than the bucket holds is let through when it is full, and paid off afterwards. */
double gmail_bucket_take(struct gmail_bucket *b, double units, double now);

#endif
