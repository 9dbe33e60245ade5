/* The one CSV file of a zip archive in memory, handed out piece by piece. Names in the archive are looked at, never used. */
#ifndef BASE_UNZIP_H
#define BASE_UNZIP_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* What is 0 takes the default. */
struct unzip_caps {
	uint64_t bytes;   /* 2 GB, unpacked */
	unsigned ratio;   /* 100: unpacked to packed, of a file over 1 MB */
	uint64_t entries; /* 1000 */
};

/* Finds the file (the only one, or the only one whose name ends in ".csv") and calls back with its bytes, at most 64 KB at a time;
 * not 0 from there ends it, with *e filled. Sizes that the archive states are not believed: bytes are counted as they come. INPUT
 * when it is no archive, cut off or damaged (CRC), encrypted, packed by another method than deflate, over a cap, or holds no such
 * file or several. Folders and other files are left alone. */
int unzip_csv(const void *bytes, size_t n, const struct unzip_caps *caps,
    int (*take)(const char *bytes, size_t n, void *arg, struct err *e), void *arg, struct err *e);

#endif
