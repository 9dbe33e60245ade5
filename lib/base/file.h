/* Files: whole reads with a cap, writes that are all there or not at all, folders. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Makes the folder and its parents (0700); one that exists is good. CANNOT_CREATE otherwise. */
int file_make_dirs(const char *path, struct err *e);

/* Reads the whole file (or `fd` when >= 0, `path` then names it in errors) into *out, at most cap bytes; INPUT when longer. */
int file_read(const char *path, int fd, size_t cap, struct buf *out, struct err *e);

/* Writes n bytes to a temporary file beside `path` (mode `mode`), syncs it, renames it to `path`, syncs the folder. After a
 * kill there is the old file or the new one, never a part. CANNOT_CREATE where `path` is there and is no plain file. */
int file_write_atomic(const char *path, const void *bytes, size_t n, mode_t mode, struct err *e);

/* Writes all n bytes to fd. `path` names it in errors. */
int file_write_all(int fd, const char *path, const void *bytes, size_t n, struct err *e);

int file_sync_dir(const char *path, struct err *e);
/* "dir/name"; the caller frees it. */
char *file_join(const char *dir, const char *name);
/* Bytes free for this user on the file system of `path`. */
int file_free_bytes(const char *path, unsigned long long *bytes, struct err *e);

#endif
