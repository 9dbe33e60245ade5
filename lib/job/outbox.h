/* The outbox: freezes a message into a file and a row of its hash, and checks later that both are still as they were and that
 * its recipients are still the right ones. Sends nothing. */
#ifndef JOB_OUTBOX_H
#define JOB_OUTBOX_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/outbox.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message that is about to be frozen. */
struct outbox_draft {
	const char *kind;       /* as outbox.kind */
	const char *dedupe_key; /* what it is about: one live message each */
	const char *supersedes; /* a further key whose message this one replaces; NULL: none */
	const char *subject, *from_address;
	const char *domain; /* of the Message-ID */
	int64_t period_start, period_end;
	const struct outbox_recipient *recipients;
	size_t recipient_count;
	/* Appends the whole message, with this Message-ID (without <>) and Date. The same values give the same bytes. */
	int (*compose)(void *arg, const char *message_id, int64_t date, struct buf *out, struct err *e);
	void *arg;
};

enum outbox_outcome {
	OUTBOX_NEW,
	OUTBOX_REPLACED, /* an earlier one about the same is discarded now */
	OUTBOX_SAME,     /* the earlier one says the same to the same people: it stays */
};

struct outbox_frozen {
	enum outbox_outcome outcome;
	struct outbox_message message;
	const char *path; /* of its .eml */
	int64_t replaced_id,
	    superseded_id; /* what was discarded for it: of the same key, of draft.supersedes; 0: none */
};

/* Makes the row and the file DIR/<id>.eml (0600) of a draft, in one write transaction. An earlier message with the same key
 * is replaced when it differs, and the new one stays held where the earlier one was; REFUSED when it was sent already. A kill at
 * any instant leaves the earlier message or the new one; files that belong to neither are removed by the next call. */
int outbox_freeze(struct store *s, struct arena *a, const char *dir, const struct outbox_draft *d, int64_t now,
    struct outbox_frozen *out, struct err *e);

/* "DIR/<id>.eml", in `a`. */
const char *outbox_path(struct arena *a, const char *dir, int64_t id);

/* What is wrong with a message, a sentence each. None: it may be sent. */
struct outbox_problems {
	const char **items;
	size_t count;
};

/* Checks a message against its row and the database: the file is there and a plain file, its size and SHA-256 are those of the
 * review, its lines are fit for the wire, the recipients are exactly the active admins of this moment, nothing holds a control
 * character. The bytes that were checked are in *bytes, which the caller clears: what is sent is these, not the file read again. */
int outbox_check(struct store *s, struct arena *a, const char *dir, const struct outbox_message *m, struct buf *bytes,
    struct outbox_problems *p, struct err *e);

/* A message as a person reviews it. */
struct outbox_shown {
	struct outbox_message *message;
	const char *path;
	struct outbox_problems problems; /* none for a message that is discarded or sent: it is not to be sent */
	bool is_whole;                   /* the file is what was reviewed */
	const char *headers; /* of the file, LF line ends, control characters as "?"; "" when it cannot be read */
	const char *text;    /* its text part, likewise */
};

/* NO_INPUT when there is no such message. */
int outbox_show(struct store *s, struct arena *a, const char *dir, int64_t id, struct outbox_shown *out, struct err *e);

/* Moves message `id` to `to`: held (from ready), ready (from held), discarded (from ready or held; its file is removed). With
 * `dry_run` only checks. NO_INPUT when there is no such message, REFUSED when its state does not allow it. */
int outbox_move(struct store *s, struct arena *a, const char *dir, int64_t id, enum outbox_state to, bool dry_run,
    int64_t now, struct err *e);

#endif
