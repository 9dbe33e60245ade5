/* A message from a mailbox as an item to act on: read as a report, with the hash that makes it known. For lib/job/bounces*.c alone. */
#ifndef JOB_BOUNCES_READ_H
#define JOB_BOUNCES_READ_H

#include "job/bounces_act.h"

/* Keeps scratch from one message to the next. */
struct bounces_reader;
struct bounces_reader *bounces_reader_new(const struct config *c);
void bounces_reader_free(struct bounces_reader *r);

/* Reads the n bytes; *is_report is false for what is left alone. What *out points to lives in `a`, which takes no more than that. The
 * hash is that of Message-ID (without one: Date and From) and body: copies differ in the headers of their ways. */
int bounces_read(struct bounces_reader *r, struct arena *a, const char *bytes, size_t n, struct bounces_item *out,
    bool *is_report, struct err *e);

#endif
