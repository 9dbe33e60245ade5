/* Reads ahead of the database: a thread takes messages from a source and reads them (unpack, split, parse, hash) while the caller stores
 * those before. In order, in bounded memory; no database and no log in the thread. */
#ifndef JOB_PIPELINE_H
#define JOB_PIPELINE_H

#include "base/err.h"
#include "job/incoming.h"
#include "job/source.h"
#include "mail/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One message as it was read, or a place where none could be, and what the source told behind it: the source itself is further on. All of
 * it is borrowed until the next call on the pipeline. */
struct pipeline_item {
	int64_t offset;      /* the place, as in struct source_item */
	const char *name;    /* NULL: none */
	size_t size_bytes;   /* of the message */
	const char *failure; /* why there is no message, for people; NULL when there is one */
	bool is_last;        /* nothing behind this place can be read in this run */
	struct incoming in;  /* without a failure */
	struct source_cursor cursor;
	int64_t done, total; /* of the source, for progress */
};

struct pipeline;

/* Starts to read `source` from where it stands. Source, parser and *o are borrowed and belong to the pipeline alone until
 * pipeline_stop. SYSTEM when no thread can be had. */
int pipeline_start(struct source *source, struct message_parser *parser, const struct message_options *o,
    int64_t account_id, struct pipeline **p, struct err *e);

/* The next one, in the source's order; waits for it. At the end *more is false, and item->cursor is the source's there. Fails with what the
 * source failed with, in its place: what came before it has been handed out. Not to be called again after an end, a failure or is_last. */
int pipeline_next(struct pipeline *p, const struct pipeline_item **item, bool *more, struct err *e);

/* Ends the thread, whatever it is at, and frees the pipeline; NULL is accepted. The source stands anywhere behind the last item. */
void pipeline_stop(struct pipeline *p);

#endif
