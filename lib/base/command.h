/* Runs a shell command that prints one line, such as a password. */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include "base/buf.h"
#include "base/err.h"

enum { COMMAND_LINE_MAX_BYTES = 4096 };

/* Runs `command` by /bin/sh -c, without input and in a process group of its own, and appends its first line, without the line
 * end, to `out` (empty before; the caller wipes it). After timeout_ms the whole group is killed: TEMPORARY. UNAVAILABLE when it
 * does not succeed, with the first line of its standard error unless that holds what was printed; INPUT when it prints no line,
 * one that is too long, or a NUL. Neither the command nor what it printed is in *e. */
int command_first_line(const char *command, int timeout_ms, struct buf *out, struct err *e);

#endif
