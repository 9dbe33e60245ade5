/* Text of stored messages, read again from the places where they were seen. */
#ifndef JOB_REFILL_H
#define JOB_REFILL_H

#include "base/err.h"
#include "job/mailbox.h"

#include <stddef.h>
#include <stdint.h>

/* The messages whose text is wanted. Start it with {0}. */
struct refill {
	int64_t *ids;
	size_t count, cap;
};

void refill_add(struct refill *r, int64_t email_id);
void refill_clear(struct refill *r);

/* Reads them again, file by file in rising order of places, and keeps what has the Message-ID and the body that the row has.
 * *filled and *gone add up to r->count; *files counts attachments written. In transactions of its own. */
int refill_run(struct refill *r, struct mailbox *mb, int64_t *filled, int64_t *gone, int64_t *files, struct err *e);

#endif
