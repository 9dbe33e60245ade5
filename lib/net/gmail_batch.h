/* Google's batch format: many calls in one multipart/mixed request, and its answer read as it comes, part by part, so that
 * the memory needed is that of the largest part. Knows nothing of retries. The room's own header. */
#ifndef NET_GMAIL_BATCH_H
#define NET_GMAIL_BATCH_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

/* The Content-Type of a request made by batch_add and batch_finish. */
extern const char batch_content_type[];
/* Appends a GET of `target` (path and query) as call number `index`. */
void batch_add(struct buf *b, size_t index, const char *target);
void batch_finish(struct buf *b);

/* One call's answer; borrowed within on_part. */
struct batch_part {
	size_t index;
	int status;
	double retry_after_s; /* -1: none */
	struct span body;
	bool too_large; /* above the cap: status and body are not known */
};

struct batch_reader {
	char *delimiter; /* "--" and the boundary */
	size_t delimiter_len;
	size_t calls, cap_bytes;
	void (*on_part)(void *arg, const struct batch_part *p);
	void *arg;
	struct buf held;
	size_t scanned;
	bool in_part, skipping, finished;
};

/* Storage of the caller. The boundary is taken from the answer's Content-Type; TEMPORARY when it has none. on_part is called
 * for each part that answers one of the calls numbered below `calls`, told by its Content-ID "<response-N>", in any order;
 * parts that name no such call are left out. A part above cap_bytes is dropped as it comes. */
int batch_reader_init(struct batch_reader *r, const char *content_type, size_t calls, size_t cap_bytes,
    void (*on_part)(void *arg, const struct batch_part *p), void *arg, struct err *e);
void batch_reader_feed(struct batch_reader *r, const char *bytes, size_t n);
/* True once the closing delimiter has come: nothing was cut off. */
bool batch_reader_finished(const struct batch_reader *r);
/* {0} is good. */
void batch_reader_clear(struct batch_reader *r);

#endif
