/* Files that hold a secret: read only when nobody but their owner can. */
#ifndef BASE_KEYFILE_H
#define BASE_KEYFILE_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>

/* Reads the whole file, at most cap bytes, into `out` (empty before, the caller wipes it: buf_wipe). It must be a regular file of this
 * user's or of root's, with no right for group or others (0600, 0400); in systemd's credentials folder root's 0440 is good,
 * since there the group bits are the mask of an access list. NO_INPUT when it is not there, REFUSED, with the command that
 * helps, when others can read it. */
int keyfile_read(const char *path, size_t cap, struct buf *out, struct err *e);

#endif
