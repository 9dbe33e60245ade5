/* A file as a stream of bytes, whether it is plain, gzip or zstd: told by its first bytes, never by its name. */
#ifndef JOB_UNPACK_H
#define JOB_UNPACK_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct unpack;
struct stat;

/* Opens a regular file. Fails with the system's reason; INPUT when it is no regular file. */
int unpack_open(const char *path, struct unpack **u, struct err *e);
void unpack_close(struct unpack *u);

/* Holds off programs that deliver into the file and lock it as is usual (fcntl), until it is closed; not when one of them is at it:
 * nobody waits here. */
void unpack_lock(struct unpack *u);

/* Reads up to n bytes into `to`; *got is 0 at the end only. Members of a gzip file and frames of a zstd file follow one
 * another. INPUT when the compressed data is damaged or ends in the middle; what was good has been handed out before. */
int unpack_read(struct unpack *u, void *to, size_t n, size_t *got, struct err *e);

/* Goes to a place in the unpacked bytes: at once in a plain file, by reading in a compressed one (backwards: from the
 * start again). A place behind the end is INPUT. */
int unpack_seek(struct unpack *u, int64_t offset, struct err *e);

/* Bytes of the file that were read so far: for progress. */
int64_t unpack_consumed(const struct unpack *u);
/* The state of the file when it was opened; borrowed. */
const struct stat *unpack_stat(const struct unpack *u);

#endif
