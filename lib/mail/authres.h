/* Authentication-Results (RFC 8601): what the receiving server found out about SPF, DKIM and DMARC. */
#ifndef MAIL_AUTHRES_H
#define MAIL_AUTHRES_H

#include "mail/message.h"

/* Reads one header value (unfolded or not). Comments are skipped (depth counted, no recursion); of several results of
 * one method the first "pass", else the first one, counts. Returns false, with *out zeroed, when there is no authserv-id. */
bool authres_parse(struct arena *a, const char *value, size_t n, struct auth_results *out);

#endif
