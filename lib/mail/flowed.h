/* format=flowed (RFC 3676): soft line breaks are joined again. */
#ifndef MAIL_FLOWED_H
#define MAIL_FLOWED_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Joins the soft-broken lines of n bytes of text (LF line ends): quote depth is kept as ">" marks and a space, stuffed
 * spaces are removed, the signature line "-- " is never joined; with `delsp` the space at a soft break goes too. The
 * result lives in `a`, is NUL-terminated, *out_bytes long. Linear in n. */
char *flowed_unwrap(struct arena *a, const char *text, size_t n, bool delsp, size_t *out_bytes);

#endif
