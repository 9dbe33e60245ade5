/* An mbox (RFC 4155; mboxrd and mboxo quoting) as a source, streamed: memory holds one message at a time. */
#ifndef JOB_SOURCE_MBOX_H
#define JOB_SOURCE_MBOX_H

#include "job/source.h"
#include "job/unpack.h"

/* Takes `u`, at its start, also on failure. `path` is absolute. */
int source_mbox_open(const char *path, struct unpack *u, size_t max_bytes, struct source **s, struct err *e);

/* The n bytes at `line` (up to and without the line end) can begin a message of an mbox: "From " sender, then a date with
 * a month, a time of day and a year. "From the beginning" in a text is none. */
bool source_mbox_is_from_line(const char *line, size_t n);

/* They begin the headers of a message: a field name and a colon (RFC 5322 section 2.2), or the ">From " that some programs leave there. */
bool source_mbox_is_header_line(const char *s, size_t n);

#endif
