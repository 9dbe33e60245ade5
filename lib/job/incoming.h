/* A message from outside made ready for the store: parsed, addresses in the form of comparison, keys for threads and for
 * finding it again. No database and no files. */
#ifndef JOB_INCOMING_H
#define JOB_INCOMING_H

#include "base/arena.h"
#include "base/err.h"
#include "job/match.h"
#include "mail/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct incoming {
	struct message message;
	struct match_party *parties; /* who is in which header */
	const char **names;          /* their display names, NULL: none */
	size_t party_count;
	const char *from_name, *from_address; /* of the first From; NULL: none */
	const char *sender;                   /* name and address as the index has them */
	int64_t *keys;                        /* of its thread; with a Message-ID that one's comes first */
	size_t key_count;
	int64_t content_key; /* of its Message-ID and body */
};

/* Reads the n bytes at `raw`; what *in points to lives in `a` or `raw`. account_id parts the mailboxes' own thread ids. */
int incoming_read(struct message_parser *p, struct arena *a, const char *raw, size_t n,
    const struct message_options *options, int64_t account_id, struct incoming *in, struct err *e);

/* One of the message's From addresses is the address or one of the aliases. */
bool incoming_is_from(const struct incoming *in, const char *address, const char *const *aliases, size_t alias_count);

#endif
