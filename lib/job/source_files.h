/* Folders of files with one message each (Maildir, .eml files) as a source; a single message file too. */
#ifndef JOB_SOURCE_FILES_H
#define JOB_SOURCE_FILES_H

#include "job/source.h"

/* Lists the folder (kind MAILDIR: cur and new of it and of its Maildir++ subfolders; EML: *.eml at any depth), sorted by
 * name. With a path that is a file: that file alone. `path` is absolute. */
int source_files_open(const char *path, enum source_kind kind, size_t max_bytes, struct source **s, struct err *e);

#endif
