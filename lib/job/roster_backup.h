/* Copies of the roster as it was, one file each, the last few of them. */
#ifndef JOB_ROSTER_BACKUP_H
#define JOB_ROSTER_BACKUP_H

#include "base/err.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/* Writes the roster to `dir`/<time>.csv (0600; the folder is made) unless the newest file there says the same or the roster is empty,
 * and removes the oldest files beyond `keep`, and what a killed run has left half-written. In the caller's transaction; one caller at
 * a time. */
int roster_backup(struct store *s, const char *dir, size_t keep, int64_t now, struct err *e);

#endif
