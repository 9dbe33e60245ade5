/* OUTBOX/send_log.jsonl: one JSON object a line for each recipient of each attempt, for people and for other
 * programs. */
#ifndef JOB_SEND_LOG_H
#define JOB_SEND_LOG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/attempts.h"

/* Opens it for appending (0600, made when absent). The caller closes *fd. REFUSED when it is a link or no plain
 * file. */
int send_log_open(const char *dir, int *fd, struct err *e);
/* Adds the line of an attempt to *out. */
void send_log_line(struct buf *out, const struct attempt *a);
/* Appends all lines in one write, so that those of two programs do not mix. */
int send_log_append(int fd, const struct buf *lines, struct err *e);

/* Words for the record: one line of at most 500 bytes, without what steers a terminal and without anything that
 * could be a token or a password (what follows "Bearer", "token=" and their like, and unbroken runs of 64 letters
 * and digits or more). */
const char *send_log_words(struct arena *a, const char *words);

#endif
