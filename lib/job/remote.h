/* A mailbox on a server, as a struct of functions: Gmail, IMAP, or a fake in tests. It lists, tells what has changed, and hands
 * out raw messages by its own ids; it knows nothing of the database. */
#ifndef JOB_REMOTE_H
#define JOB_REMOTE_H

#include "base/arena.h"
#include "base/err.h"
#include "store/accounts.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ids, cursors and page tokens are the server's: opaque text. */
struct remote_ref {
	const char *id, *thread_id; /* thread_id may be NULL */
};

struct remote_query {
	const char *page_token;    /* NULL: the first page */
	int page_size;             /* at most */
	int64_t since;             /* received then or later; INT64_MIN: all */
	const char *const *people; /* from or to one of these addresses or domains; NULL: all mail */
	size_t people_count;
};

struct remote_page {
	const struct remote_ref *refs; /* in no order that may be relied on */
	size_t n;
	const char *next_token; /* NULL: the last page. A page may be empty and not be the last. */
	int64_t total;          /* of the mailbox, about; -1 unknown */
	bool token_expired;     /* the page token is no longer good: list from the first page; all else is empty */
};

enum remote_change_kind {
	REMOTE_ADDED, /* with its labels, where n_labels > 0 */
	REMOTE_DELETED,
	REMOTE_LABELS_ADDED,
	REMOTE_LABELS_REMOVED,
	REMOTE_LABELS_SET,
};

struct remote_change {
	enum remote_change_kind kind;
	const char *id;
	const char *const *labels;
	size_t n_labels;
};

struct remote_changes {
	bool expired; /* the cursor is too old: the mailbox is to be listed anew; all else is empty */
	const struct remote_change *items; /* oldest first */
	size_t n;
	const char *next_token; /* NULL: the last page */
	const char *cursor;     /* of the mailbox now, once the last page is done */
};

enum remote_outcome {
	REMOTE_GOT,
	REMOTE_GONE,   /* the mailbox no longer has it */
	REMOTE_FAILED, /* this one alone: `why` */
};

/* Borrowed until the callback returns. */
struct remote_item {
	enum remote_outcome outcome;
	size_t index; /* in the ids that were asked for */
	const char *id, *thread_id;
	const char *raw;
	size_t raw_len;
	const char *const *labels;
	size_t n_labels;
	int64_t received_at; /* 0: it does not tell */
	struct err why;
};

struct remote_stats {
	int64_t requests, units;
};

/* All but close fail with TEMPORARY, REFUSED, CONFIG or UNAVAILABLE for the account as a whole. What they return lives in
 * the arena. */
struct remote {
	const char *kind; /* as email_sources.kind has it */
	bool can_search;  /* `people` of a query is heeded */

	/* The cursor of this moment; *total: messages in the mailbox, -1 unknown. */
	int (*cursor)(struct remote *r, struct arena *a, const char **cursor, int64_t *total, struct err *e);
	int (*list)(
	    struct remote *r, const struct remote_query *q, struct arena *a, struct remote_page *page, struct err *e);
	/* Page by page what happened behind the cursor, which stays the same for all pages. */
	int (*changes)(struct remote *r, const char *cursor, const char *page_token, struct arena *a,
	    struct remote_changes *out, struct err *e);
	/* Calls back once for each id, in any order. A callback that returns -1 with *e filled ends it, and that is the result. On
	 * failure the ids not called back for are still to be fetched. */
	int (*fetch)(struct remote *r, const char *const *ids, size_t n,
	    int (*each)(const struct remote_item *item, void *arg, struct err *e), void *arg, struct err *e);
	/* A message with these labels is left out: a draft, spam, trash. */
	bool (*leaves_out)(const struct remote *r, const char *const *labels, size_t n);
	bool (*is_sent)(const struct remote *r, const char *const *labels, size_t n);
	struct remote_stats (*stats)(const struct remote *r);
	void (*close)(struct remote *r);
};

/* How jobs come by a mailbox's server. */
struct remote_opener {
	/* Makes ready; *out is closed with (*out)->close. */
	int (*open)(void *arg, struct store *s, const struct account *account, struct remote **out, struct err *e);
	void *arg;
};

#endif
