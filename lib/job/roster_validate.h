/* Looks over the roster for what would keep the study's mails from their participants, or send them twice. It changes nothing. */
#ifndef JOB_ROSTER_VALIDATE_H
#define JOB_ROSTER_VALIDATE_H

#include "base/err.h"
#include "job/did_set.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

enum roster_finding_kind {
	ROSTER_DUPLICATE_DID,     /* equal but for letter case and spaces */
	ROSTER_DUPLICATE_ADDRESS, /* equal in the form of comparison */
	ROSTER_BAD_DID,
	ROSTER_BAD_ADDRESS,      /* no server takes mail for it */
	ROSTER_RESERVED_ADDRESS, /* a warning: a domain for examples or tests */
	ROSTER_NO_FEED_URL,      /* of an active participant */
	ROSTER_NO_ACTIVITY,      /* of an active participant: nothing in the compliance database */
	ROSTER_FINDING_KINDS
};

struct roster_finding {
	enum roster_finding_kind kind;
	const char *did, *email, *text;
};

const char *roster_finding_name(enum roster_finding_kind kind); /* "duplicate_did", ... */
bool roster_finding_is_warning(enum roster_finding_kind kind);

/* Calls back for each finding, kind by kind, by did within one; counts[] are by kind. `activity`: who has any on record, wherever that is;
 * NULL: not looked at. The strings live
 * until the call returns. */
int roster_validate(struct store *s, const struct did_set *activity,
    void (*finding)(const struct roster_finding *f, void *arg), void *arg, size_t counts[static ROSTER_FINDING_KINDS],
    struct err *e);

#endif
