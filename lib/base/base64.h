/* Reads base64 (RFC 4648) of short texts, such as keys. Mail bodies and JSON APIs have readers of their own. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends what the text stands for: either alphabet, padded or not, no white space. False, with nothing appended, when it is no
 * base64 (a wrong character or length, bits left over that are not 0). */
bool base64_decode(const char *text, size_t n, struct buf *out);

#endif
