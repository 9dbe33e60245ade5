/* The capture of one remote mailbox, from opening the database to closing it. */
#ifndef JOB_SYNC_ACCOUNT_H
#define JOB_SYNC_ACCOUNT_H

#include "job/sync.h"

/* Never fails as a call: what went wrong is in r->err. */
void sync_account(const struct sync_options *o, const char *address, struct sync_result *r);

#endif
