#include "job/sender_address.h"

#include "base/arena.h"
#include "job/people.h"
#include "mail/address.h"
#include "store/accounts.h"
#include "store/smtp_settings.h"
#include "store/users.h"

#include <string.h>

int sender_address_check_not_outside(struct store *s, const char *address, struct err *e)
{
	bool is_participant;

	if (people_check_not_investor(s, address, e) != 0 ||
	    smtp_settings_is_participant(s, address, &is_participant, e) != 0)
		return -1;
	return is_participant ? err_set(e, ERR_REFUSED,
	                            "%s is a participant's: an address of our own cannot be a participant's", address)
	                      : 0;
}

/* MAILROOM_DIGEST_FROM and its like. */
static bool is_setting(const struct config *c, struct arena *a, const char *address)
{
	static const char end[] = "_FROM";

	for (const struct config_key *k = config_keys; k->name; k++) {
		size_t n = strlen(k->name);
		const char *value, *sender;
		if (n < sizeof end || strcmp(k->name + n - (sizeof end - 1), end) != 0)
			continue;
		value = config_text(c, k->name);
		sender = value ? address_normalise(a, value) : NULL;
		if (sender && strcmp(sender, address) == 0)
			return true;
	}
	return false;
}

static int is_ours(
    const struct config *c, struct store *s, struct arena *a, const char *address, bool *ours, struct err *e)
{
	struct account account;
	struct user user;
	bool found;

	if (accounts_get(s, a, address, &account, &found, e) != 0)
		return -1;
	*ours = found || is_setting(c, a, address);
	if (*ours)
		return 0;
	if (users_get(s, a, address, &user, &found, e) != 0)
		return -1;
	*ours = found && user.is_active && !user.is_removed;
	return 0;
}

int sender_address_check(const struct config *c, struct store *s, const char *address, struct err *e)
{
	struct arena a = {0};
	bool ours = false;
	int rc = sender_address_check_not_outside(s, address, e);

	if (rc == 0)
		rc = is_ours(c, s, &a, address, &ours, e);
	if (rc == 0 && !ours)
		rc = err_set(e, ERR_REFUSED,
		    "%s is no sending address of ours: it must be an active team member's (`team add`), a mailbox's "
		    "(`account add`) or a sender of the settings (MAILROOM_DIGEST_FROM)",
		    address);
	arena_clear(&a);
	return rc;
}
