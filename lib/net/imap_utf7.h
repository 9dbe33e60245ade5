/* The names of IMAP folders: UTF-8 to the "modified UTF-7" of the wire (RFC 3501 section 5.1.3) and back. */
#ifndef NET_IMAP_UTF7_H
#define NET_IMAP_UTF7_H

#include "base/buf.h"

#include <stdbool.h>

/* Appends the name as the wire has it. False when s is not UTF-8. */
bool imap_utf7_encode(const char *s, struct buf *out);

/* Appends the name in UTF-8. What is not modified UTF-7 (or would not come back the same) gives false and appends nothing. */
bool imap_utf7_decode(const char *s, struct buf *out);

#endif
