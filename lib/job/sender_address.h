/* Who mail may come from: our own sending addresses, and nobody else's. */
#ifndef JOB_SENDER_ADDRESS_H
#define JOB_SENDER_ADDRESS_H

#include "base/config.h"
#include "base/err.h"
#include "store/store.h"

/* REFUSED, with what to do, unless the address (in the form of comparison) is an active team member's, a mailbox's, or a sender of
 * the settings (MAILROOM_..._FROM), and it is nobody else's. */
int sender_address_check(const struct config *c, struct store *s, const char *address, struct err *e);

/* REFUSED when the address is on record for an investor or contact, or is or was a participant's. */
int sender_address_check_not_outside(struct store *s, const char *address, struct err *e);

#endif
