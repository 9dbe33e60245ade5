/* Runs a shell command: one that prints a line, such as a password, or one that takes a text, such as a mail program. */
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

/* Runs `command` likewise with the n bytes at `text` as its standard input; what it prints is forgotten. UNAVAILABLE, with the first line
 * of its standard error, when it does not succeed, TEMPORARY when it takes longer than timeout_ms; it need not read its input. */
int command_feed(const char *command, int timeout_ms, const char *text, size_t n, struct err *e);

#endif
