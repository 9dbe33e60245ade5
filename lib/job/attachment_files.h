/* Attachments as files named by their SHA-256 (ab/cdef...). New ones wait under temporary names until a whole batch is on disk, then
 * they are renamed: whoever sees a name sees all its bytes. */
#ifndef JOB_ATTACHMENT_FILES_H
#define JOB_ATTACHMENT_FILES_H

#include "base/err.h"
#include "base/sha256.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `dir` is the attachments folder; `owner` names whose batch this is (one process at a time: the caller holds its lock). What a
 * killed run left behind is removed. */
struct attachment_files;
int attachment_files_open(const char *dir, const char *owner, struct attachment_files **f, struct err *e);
/* Removes what was put and not kept. */
void attachment_files_close(struct attachment_files *f);

/* Puts n bytes whose hash is `sha256`; nothing happens when they are there already. */
int attachment_files_put(struct attachment_files *f, const unsigned char sha256[static SHA256_BYTES], const void *bytes,
    size_t n, struct err *e);
/* All that was put is on disk under its name afterwards; *count files were new. Before the commit that names them. */
int attachment_files_keep(struct attachment_files *f, size_t *count, struct err *e);
/* Forgets what was put since the last keep. */
void attachment_files_drop(struct attachment_files *f);

/* Removes the file of this hash; one that is not there is good. */
int attachment_files_remove(const char *dir, const unsigned char sha256[static SHA256_BYTES], struct err *e);

#endif
