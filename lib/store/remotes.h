/* The messages of remote mailboxes by the mailboxes' own ids, and what that makes of the sightings. */
#ifndef STORE_REMOTES_H
#define STORE_REMOTES_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct remote_message {
	const char *remote_id; /* NULL: there is none */
	int64_t email_id;      /* 0: it was left out */
	const char *labels;    /* comma-separated, in alphabetical order; "" for none */
	int64_t received_at, listing;
	bool is_deleted;
};

/* What is known of an id. Strings live in `a`. */
int remotes_get(struct store *s, struct arena *a, int64_t account_id, const char *remote_id, struct remote_message *out,
    struct err *e);
/* Over what is known of it; deleted at `now` unless it was before. */
int remotes_put(struct store *s, int64_t account_id, const struct remote_message *m, int64_t now, struct err *e);
/* Brings the sighting in line with the remote messages that stand for it: labels, deleted or not, sent or not (once sent it
 * stays so), its id and thread in the mailbox where it has none yet. */
int remotes_update_sighting(struct store *s, int64_t account_id, int64_t email_id, const char *remote_id,
    const char *thread_id, bool is_sent, int64_t now, struct err *e);
/* The next message behind `after` (0: the first) in order of arrival whose text is wanted and not here, while the mailbox still
 * has it: of those that match, or (`all`) of all. email_id 0: there is none. Only these two members are set. */
int remotes_next_wanted(struct store *s, struct arena *a, int64_t account_id, int64_t after, bool all,
    struct remote_message *out, struct err *e);
/* The next one behind the id `after` ("": the first) that came at `since` or later (INT64_MIN: all), is not deleted, and was
 * not seen in this listing. */
int remotes_next_unlisted(struct store *s, struct arena *a, int64_t account_id, const char *after, int64_t listing,
    int64_t since, struct remote_message *out, struct err *e);

#endif
