/* Encoded words (RFC 2047) and unstructured header text. */
#ifndef MAIL_ENCWORD_H
#define MAIL_ENCWORD_H

#include "base/arena.h"
#include "base/span.h"
#include "mail/charset.h"

/* Header text as people read it: unfolded, encoded words decoded, undeclared 8-bit text guessed, control characters as
 * spaces, no white space at the ends. White space between encoded words goes; words that share a charset are joined
 * before they are converted, since some senders cut characters in two. NUL-terminated valid UTF-8 in the arena. Linear. */
const char *encword_decode(struct charset_cache *c, struct arena *a, struct span text);

#endif
