/* One run at a time: an advisory lock on a file (flock), which the kernel drops when the process ends, however it ends. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include "base/err.h"

/* Takes the lock at `path` (made 0600 when absent) without waiting. TEMPORARY, with the holder's process id, when another
 * process has it. Returns a descriptor in *fd for lock_release. */
int lock_take(const char *path, int *fd, struct err *e);
/* Accepts -1. The file stays: removing it would let two processes lock two files of one name. */
void lock_release(int fd);

#endif
