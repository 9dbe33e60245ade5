/* Postmark as a transport: the frozen message taken apart into the fields of its API, one recipient a request. */
#ifndef JOB_TRANSPORT_POSTMARK_H
#define JOB_TRANSPORT_POSTMARK_H

#include "base/buf.h"
#include "job/transports.h"

/* Ready once MAILROOM_POSTMARK_TOKEN or MAILROOM_POSTMARK_TOKEN_FILE is set, whoever the sender is: which signatures the account
 * holds only Postmark knows. transport_postmark_open: CONFIG for a token file that cannot be used. */
transport_readiness_function transport_postmark_readiness;
transport_open_function transport_postmark_open;

/* The token of the settings, in clear: the caller wipes it. CONFIG as above. */
int transport_postmark_token(const struct config *c, struct buf *out, struct err *e);

#endif
