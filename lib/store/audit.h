/* What the database says is on disk, for the check that it is. Reads only. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "base/err.h"
#include "base/sha256.h"
#include "store/store.h"

#include <stdint.h>

struct audit_file {
	int64_t outbox_id; /* 0: an attachment */
	unsigned char sha256[SHA256_BYTES];
	int64_t size_bytes;
};

/* The stored attachments, newest first, at most `limit` (-1: all); a file that several messages carry comes several times.
 * INPUT when a row holds no SHA-256. */
int audit_attachments_each(
    struct store *s, int limit, void (*row)(const struct audit_file *, void *), void *arg, struct err *e);
/* The messages of the outbox that are still to be sent, or may be. */
int audit_outbox_each(struct store *s, void (*row)(const struct audit_file *, void *), void *arg, struct err *e);

#endif
