/* The files of the outbox folder: read as plain files only, swept of what no row needs. */
#ifndef JOB_OUTBOX_FILE_H
#define JOB_OUTBOX_FILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

#include <stdint.h>

enum { OUTBOX_FILE_BYTES = 25 << 20 }; /* no provider takes a longer message */

/* Reads the file whole. NO_INPUT when it is not there, REFUSED when it is a link or no plain file, INPUT when over the cap. */
int outbox_file_read(const char *path, struct buf *out, struct err *e);

/* Removes what a killed program left: files of discarded messages, and the file, whole or temporary, of the row that was
 * never committed (last_id + 1). Other files are not ours and stay. Call it within the write transaction, so that nobody is
 * writing. */
int outbox_file_sweep(struct store *s, struct arena *a, const char *dir, int64_t last_id, struct err *e);

#endif
