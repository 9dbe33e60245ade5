/* What would become of a parsed message: its direction, its thread, its links. Nothing is stored. */
#ifndef JOB_MATCH_MESSAGE_H
#define JOB_MATCH_MESSAGE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "job/match.h"
#include "mail/message.h"
#include "store/store.h"

#include <stdint.h>

enum match_direction {
	MATCH_INBOUND,  /* From is not our own */
	MATCH_OUTBOUND, /* From is our own, and somebody outside is named */
	MATCH_INTERNAL, /* every address is our own */
};

struct match_result {
	enum match_direction direction;
	int64_t thread_id; /* of the message it is, or answers, in the database; 0: a new thread */
	struct match_links links;
};

/* Everything lives in `a`. */
int match_message(struct matcher *m, struct store *s, struct arena *a, const struct message *message,
    struct match_result *out, struct err *e);

/* Writes the keys direction, thread_id and matches into the object that is open. */
int match_message_json(struct store *s, struct json *j, const struct match_result *r, struct err *e);

#endif
