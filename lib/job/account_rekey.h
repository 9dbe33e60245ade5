/* Another key for the secrets in the database. */
#ifndef JOB_ACCOUNT_REKEY_H
#define JOB_ACCOUNT_REKEY_H

#include "base/config.h"
#include "base/err.h"
#include "base/secret.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

struct account_rekey_result {
	size_t sealed, unchanged;             /* secrets under the new key now, and those that were already */
	char key_id[SECRET_KEY_ID_HEX_BYTES]; /* of the new key; "" in a dry run that would make one */
	bool replaced;                        /* the key file is a new one, and the old one is beside it (".old") */
};

/* Without old_key: makes a new key beside MAILROOM_SECRET_KEY_FILE, seals every secret with it in one transaction, and puts it in
 * the place of the old key, which stays as ".old". A kill at any instant leaves a mailroom that works, and another run ends
 * the work. With old_key (a key file): the key of the settings is the new one already, and what the old one sealed is sealed
 * anew. Nothing changes when one secret does not open: *e names it. */
int account_rekey(const struct config *c, struct store *s, const char *old_key, bool dry_run,
    struct account_rekey_result *out, struct err *e);

#endif
