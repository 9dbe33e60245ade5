/* Postmark as a transport: the frozen message taken apart into the fields of its API, one recipient a request. */
#ifndef JOB_TRANSPORT_POSTMARK_H
#define JOB_TRANSPORT_POSTMARK_H

#include "base/config.h"
#include "base/err.h"
#include "job/transport.h"

#include <stdbool.h>

/* Whether MAILROOM_POSTMARK_TOKEN or MAILROOM_POSTMARK_TOKEN_FILE is set. */
bool transport_postmark_is_configured(const struct config *c);

/* Makes *out ready; nobody is asked yet. CONFIG for a token file that cannot be used. */
int transport_postmark_new(struct transport *out, const struct config *c, struct err *e);

#endif
