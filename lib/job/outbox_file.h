/* The files of the outbox folder: read as plain files only, swept of what no row needs. */
#ifndef JOB_OUTBOX_FILE_H
#define JOB_OUTBOX_FILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

#include <stdint.h>

enum { OUTBOX_FILE_BYTES = 25 << 20 }; /* no provider takes a longer message */

/* Reads the file whole. NO_INPUT when it is not there, REFUSED when it is a link or no plain file, INPUT when over
 * the cap. */
int outbox_file_read(const char *path, struct buf *out, struct err *e);

/* Writes the file (0600) without syncing it: outbox_file_sync does that for all that were written. Only for a
 * message whose row is not committed yet. REFUSED when a link is there. */
int outbox_file_write(const char *path, const struct buf *bytes, struct err *e);
/* Everything that was written in the folder is on the disk, names too: one syncfs(2), one sync of the folder. */
int outbox_file_sync(const char *dir, struct err *e);

/* Removes what a killed program left: files of discarded messages, and those, whole or temporary, of rows that were
 * never committed (from last_id + 1 on without a gap). Other files are not ours and stay. One pass over the folder
 * and one query, however many files there are. Call it within the write transaction, so that nobody is writing. */
int outbox_file_sweep(struct store *s, struct arena *a, const char *dir, int64_t last_id, struct err *e);

#endif
