#include "net/gmail_quota.h"

/* Google's figures (developers.google.com/workspace/gmail/api/reference/quota), read in November 2026. The new ones hold for
 * Cloud projects made since 2026-05-01: 6,000 units a minute and user, 1,200,000 a minute and project. Older projects keep
 * 15,000 units a minute and user and the old prices. A get costs the same in any format. */
static const struct {
	const char *name;
	int units, legacy_units;
} methods[GMAIL_METHODS] = {
    [GMAIL_GET_PROFILE] = {"getProfile", 1, 1},
    [GMAIL_MESSAGES_LIST] = {"messages.list", 5, 5},
    [GMAIL_MESSAGES_GET] = {"messages.get", 20, 5},
    [GMAIL_ATTACHMENTS_GET] = {"messages.attachments.get", 20, 5},
    [GMAIL_HISTORY_LIST] = {"history.list", 2, 2},
    [GMAIL_DRAFTS_CREATE] = {"drafts.create", 10, 10},
    [GMAIL_MESSAGES_SEND] = {"messages.send", 100, 100},
};

enum { ALLOWED = 6000, ALLOWED_LEGACY = 15000 };

int gmail_units(enum gmail_method m, bool legacy)
{
	return legacy ? methods[m].legacy_units : methods[m].units;
}

const char *gmail_method_name(enum gmail_method m)
{
	return methods[m].name;
}

int gmail_units_allowed(bool legacy)
{
	return legacy ? ALLOWED_LEGACY : ALLOWED;
}

void gmail_bucket_init(struct gmail_bucket *b, int units_per_min, double now)
{
	b->per_s = units_per_min / 60.0;
	b->capacity = units_per_min / 2.0;
	b->level = b->capacity;
	b->at = now;
}

double gmail_bucket_take(struct gmail_bucket *b, double units, double now)
{
	double needed = units < b->capacity ? units : b->capacity;

	if (now > b->at)
		b->level += (now - b->at) * b->per_s;
	b->at = now;
	if (b->level > b->capacity)
		b->level = b->capacity;
	/* A wait that was computed must suffice although its seconds were rounded. */
	if (b->level + 1e-6 < needed)
		return (needed - b->level) / b->per_s;
	b->level -= units;
	return 0;
}
