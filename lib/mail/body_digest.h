/* The digest of a body's text in the form in which two copies of one message are alike. */
#ifndef MAIL_BODY_DIGEST_H
#define MAIL_BODY_DIGEST_H

#include "base/sha256.h"
#include "base/span.h"

/* Adds the text to `h`: CRLF as LF, line ends at its end left out, and lines ">From " (of any number of ">") as "From ",
 * since each mbox that a message went through may have added one. Linear. */
void body_digest_text(struct sha256 *h, struct span s);

#endif
