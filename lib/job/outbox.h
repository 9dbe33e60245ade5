/* The outbox: freezes a message into a file and a row of its hash, and checks later that both are still as they were
 * and that its recipients are still the right ones. Sends nothing. */
#ifndef JOB_OUTBOX_H
#define JOB_OUTBOX_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/err.h"
#include "store/outbox.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a message carries that tells it from all others. */
struct outbox_stamp {
	const char *message_id; /* without <> */
	const char *token;      /* value of X-Mailroom-Message-ID (mail/message_token.h) */
	int64_t date;           /* of its Date */
};

/* A message that is about to be frozen. */
struct outbox_draft {
	const char *kind;       /* as outbox.kind */
	const char *dedupe_key; /* what it is about: one live message each */
	const char *supersedes; /* a further key whose message this one replaces; NULL: none */
	const char *subject, *from_address;
	const char *domain; /* of the Message-ID */
	int64_t period_start, period_end;
	int64_t expires_at; /* not sent from then on; 0: when the next of its kind is due (outbox_stale_at) */
	const struct outbox_recipient *recipients;
	size_t recipient_count;
	/* Appends the whole message with this stamp. The same values give the same bytes. */
	int (*compose)(void *arg, const struct outbox_stamp *stamp, struct buf *out, struct err *e);
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

/* Makes the row and the file DIR/<id>.eml (0600) of a draft, in one write transaction; DIR is MAILROOM_OUTBOX_DIR.
 * An earlier message with the same key is replaced when it differs, and the new one stays held where the earlier one
 * was; REFUSED when anybody got the earlier one, may have got it, or it was tried already. A kill at any instant
 * leaves the earlier message or the new one; files that belong to neither are removed by the next call. What *out
 * points to lives in `a` or is the draft's. */
int outbox_freeze(struct store *s, const struct config *c, struct arena *a, const struct outbox_draft *d, int64_t now,
    struct outbox_frozen *out, struct err *e);

/* Many at once: one transaction, and two syncs in all instead of three a message. Between begin and the end no other
 * program can write to the database, so that the caller gathers its facts before. */
struct outbox_batch;
int outbox_freeze_begin(struct store *s, const struct config *c, int64_t now, struct outbox_batch **out, struct err *e);
/* As outbox_freeze, for one message of the batch. -1 with REFUSED (as above) or INPUT (of compose) leaves the batch
 * as it was before this message: the caller may go on. After any other failure only outbox_freeze_abort is left. */
int outbox_freeze_add(
    struct outbox_batch *b, struct arena *a, const struct outbox_draft *d, struct outbox_frozen *out, struct err *e);
/* All of them or (-1) none; frees the batch either way. */
int outbox_freeze_commit(struct outbox_batch *b, struct err *e);
/* None of them; accepts NULL. */
void outbox_freeze_abort(struct outbox_batch *b);

/* When a message becomes stale: expires_at, else one length of its period after the period's end or, where it was
 * built later, after that. */
int64_t outbox_stale_at(const struct outbox_message *m);
/* Somebody got it, or may have; or the other side refused it. */
bool outbox_is_settled(const struct outbox_message *m);

/* "DIR/<id>.eml", in `a`. */
const char *outbox_path(struct arena *a, const char *dir, int64_t id);

/* What is wrong with a message, a sentence each. None: it may be sent. */
struct outbox_problems {
	const char **items;
	size_t count;
};

/* `problem` is kept, not copied. */
void outbox_problem_add(struct outbox_problems *p, struct arena *a, const char *problem);

/* Checks a message against its row and the database: the file is there and a plain file, its size and SHA-256 are
 * those of the review, its lines are fit for the wire, nothing holds a control character, and whoever is still to
 * get it may: of a team digest exactly the active admins of this moment, of a participant update that active
 * participant at this address, of a test only active admins. Whoever it failed for is not to get it, unless it goes to
 * them `again`. The bytes that were checked are in *bytes, which the caller clears: what is sent is these, not the file
 * read again. */
int outbox_check(struct store *s, struct arena *a, const char *dir, const struct outbox_message *m, bool again,
    struct buf *bytes, struct outbox_problems *p, struct err *e);

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

/* Moves message `id` to `to`: held (from ready or deferred), ready (from held), discarded (from held, ready,
 * deferred, failed, simulated or expired, when nobody got it; its file is removed). With `dry_run` only checks.
 * NO_INPUT when there is no such message, REFUSED when its state does not allow it. */
int outbox_move(struct store *s, struct arena *a, const char *dir, int64_t id, enum outbox_state to, bool dry_run,
    int64_t now, struct err *e);

#endif
