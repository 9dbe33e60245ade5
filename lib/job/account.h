/* Changes of the mailboxes that are captured. Each is one transaction; with `dry_run` it is tried and taken back. */
#ifndef JOB_ACCOUNT_H
#define JOB_ACCOUNT_H

#include "base/arena.h"
#include "base/err.h"
#include "job/people.h"
#include "store/accounts.h"

#include <stdbool.h>

enum account_action { ACCOUNT_ADD, ACCOUNT_ALIAS, ACCOUNT_UNALIAS, ACCOUNT_REMOVE, ACCOUNT_RESTORE };

struct account_change {
	enum account_action action;
	const char *address;         /* as typed */
	struct people_words aliases; /* as typed; of ADD, ALIAS and UNALIAS */
	bool dry_run;
	int64_t now;
};

/* Makes the change; *change says what it came to, *out (in `a`) how the mailbox stands afterwards. ADD restores a removed mailbox
 * and adds the aliases to those it has. INPUT when an address is none or there is no such mailbox or alias; REFUSED when
 * another mailbox or an investor's record has an address. */
int account_change(struct store *s, struct arena *a, const struct account_change *c, enum people_change *change,
    struct account *out, struct err *e);

#endif
