/* A message that shows whether mail leaves and arrives: to one active admin, through the outbox like any other. */
#ifndef JOB_TEST_EMAIL_H
#define JOB_TEST_EMAIL_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "job/outbox.h"
#include "store/store.h"

#include <stdint.h>

struct test_email {
	const char *to;   /* REFUSED unless it is an active admin's primary address */
	const char *from; /* NULL: MAILROOM_DIGEST_FROM, else the first active admin's */
};

/* The message as it would be frozen, for transports_choose: kind, sender, recipient; no id. */
int test_email_draft(struct store *s, const struct config *c, struct arena *a, const struct test_email *t,
    struct outbox_message *m, struct err *e);
/* Freezes it. It is stale after an hour. */
int test_email_freeze(struct store *s, const struct config *c, struct arena *a, const struct test_email *t, int64_t now,
    struct outbox_frozen *out, struct err *e);

#endif
