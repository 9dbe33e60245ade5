/* What an operator must do when Google refuses: from error codes to a sentence that names the place. */
#ifndef NET_OAUTH_ADVICE_H
#define NET_OAUTH_ADVICE_H

#include "base/err.h"
#include "net/oauth.h"

#include <stddef.h>
#include <stdint.h>

/* Fills *e from the answer of a token address that is not 200 and returns -1. `status` and `body` are the answer's, `date_at` the
 * server's clock (0: not told): a clock that is off is named with its seconds. Of the body only the error's code and
 * description are repeated, cut and in ASCII. */
int oauth_advise_token(
    const struct oauth_party *p, int status, const char *body, size_t n, int64_t date_at, struct err *e);

#endif
