/* One message into the database: seen before or new, which thread, whom it concerns, what is kept of it. Whatever the mail comes
 * from; the caller holds the transaction. */
#ifndef JOB_CAPTURE_H
#define JOB_CAPTURE_H

#include "base/err.h"
#include "job/attachment_files.h"
#include "job/incoming.h"
#include "job/match.h"
#include "store/accounts.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct capture_options {
	struct store *store;
	const struct account *account;
	struct matcher *matcher; /* NULL: nobody is on record */
	struct attachment_files *files;
	bool keep_all; /* MAILROOM_KEEP=all */
	int64_t max_attachment_bytes;
	int64_t now;
};

struct capture;
struct capture *capture_new(const struct capture_options *o); /* what *o points to is borrowed */
void capture_free(struct capture *c);
/* After a rollback: what is remembered of the database may not be there. */
void capture_forget(struct capture *c);
/* Before the commit: writes what waits. */
int capture_flush(struct capture *c, struct err *e);

struct capture_place {
	int64_t source_id; /* 0: none */
	int64_t offset;
	const char *name;
};

struct capture_result {
	int64_t email_id;
	bool is_stored;  /* a new message, or a first sighting in this mailbox; else it was known */
	bool is_matched; /* and it matches an investor */
};

/* Stores what `in` holds. `a` is for what lives no longer than the message. */
int capture_store(struct capture *c, struct arena *a, const struct incoming *in, const struct capture_place *place,
    struct capture_result *result, struct err *e);
/* What capture_store would say; writes nothing. */
int capture_preview(
    struct capture *c, struct arena *a, const struct incoming *in, struct capture_result *result, struct err *e);
/* Keeps text, index entry and attachments of a stored message that has none; emails.has_body follows. */
int capture_keep(struct capture *c, int64_t email_id, const struct incoming *in, struct err *e);

#endif
