/* The Gmail API (v1) for one mailbox: lists, history, messages, attachments, drafts, sending. It keeps to a quota, tries
 * again what passes, and says what the operator should do about what does not. Stores nothing; many messages: gmail_fetch.h. */
#ifndef NET_GMAIL_H
#define NET_GMAIL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/err.h"
#include "net/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is 0 or NULL takes the default, but for `batch`. */
struct gmail_options {
	const char *api_url;      /* "https://gmail.googleapis.com" */
	int units_per_min;        /* the account's budget: 60 % of what Google allows */
	bool legacy_quota;        /* the Cloud project is older than 2026-05-01 */
	int batch;                /* calls in one batch at most, up to 100; 0: no batches */
	int retry_max;            /* how often one request is tried again: 5; -1: never */
	int max_wait_s;           /* a wait that Google asks for above this ends the work with TEMPORARY: 300 */
	size_t max_message_bytes; /* a larger message fails alone: 50 MB */
	size_t ready_bytes;       /* fetched messages waiting to be taken, about: 8 MB */
	double deadline_at;       /* by the clock's now_s: no wait goes beyond it; 0: none */
};

/* Fills the options from the MAILROOM_GMAIL_* settings and MAILROOM_MAX_MESSAGE_MB; strings are borrowed from `c`. */
void gmail_configure(struct gmail_options *o, const struct config *c);

/* Where access tokens come from; each account has its own. */
struct gmail_token_source {
	/* Appends a valid token (no "Bearer") to *token. An error ends the call that needed it and is given on. */
	int (*get)(void *arg, struct buf *token, struct err *e);
	/* Google did not take this token: it should not be given again. Called once for each. */
	void (*invalidate)(void *arg, const char *token);
	void *arg;
};

/* Time and chance, passed in. sleep returns 0, or anything else when the work should end (a signal came). */
struct gmail_clock {
	double (*now_s)(void *arg);  /* monotonic */
	int64_t (*wall)(void *arg);  /* seconds since 1970 */
	double (*random)(void *arg); /* from 0 to below 1 */
	int (*sleep)(void *arg, double seconds);
	void *arg;
};
/* The machine's clock. Its sleep ends early, with "end the work", when a signal comes. */
struct gmail_clock gmail_clock_system(void);

struct gmail_stats {
	int64_t requests;    /* HTTP requests; a batch is one */
	int64_t calls;       /* API calls, those in batches counted one by one, tries again too */
	int64_t units;       /* what they cost */
	int64_t tries_again; /* calls that were tried again */
	int64_t slowed;      /* rate limits met */
	double waited_s;     /* for the quota and before tries */
};

/* One mailbox ("me": whom the token stands for). `http` is borrowed and may serve several mailboxes one after the other, or
 * in turn between calls, but no other call may be open on it while a gmail function runs. */
struct gmail;
struct gmail *gmail_new(struct http *http, const struct gmail_options *o, const struct gmail_token_source *token,
    const struct gmail_clock *clock);
void gmail_free(struct gmail *g);
const struct gmail_stats *gmail_stats(const struct gmail *g);

/* All functions below fail with TEMPORARY (troubles that outlast the tries, quota, deadline), REFUSED, CONFIG or
 * UNAVAILABLE (somebody must act: the text says what). What they return lives in the arena. Ids, historyIds and
 * page tokens are opaque text. */

struct gmail_profile {
	const char *address, *history_id;
	int64_t messages, threads;
};
int gmail_profile(struct gmail *g, struct arena *a, struct gmail_profile *p, struct err *e);

struct gmail_query {
	const char *q;                /* as Gmail's search box takes it; NULL: all */
	const char *const *label_ids; /* all of them; NULL at the end; may be NULL */
	const char *page_token;       /* NULL: the first page */
	int page_size;                /* up to 500; 0: 500 */
	bool include_spam_trash;
};
struct gmail_ref {
	const char *id, *thread_id; /* thread_id may be NULL */
};
struct gmail_page {
	const struct gmail_ref *refs; /* in no order that may be relied on */
	size_t n;
	const char *next_page_token; /* NULL: the last page. A page may be empty and not be the last. */
	int64_t estimate;            /* of all results, -1 unknown */
};
int gmail_list(struct gmail *g, const struct gmail_query *q, struct arena *a, struct gmail_page *page, struct err *e);

enum gmail_change_kind { GMAIL_ADDED = 1, GMAIL_DELETED = 2, GMAIL_LABELS_ADDED = 4, GMAIL_LABELS_REMOVED = 8 };
struct gmail_change {
	enum gmail_change_kind kind;
	const char *id, *thread_id;
	const char *const *labels; /* those added or removed; of GMAIL_ADDED the message's own */
	size_t n_labels;
};
struct gmail_history {
	bool
	    expired; /* startHistoryId is too old or unknown (404): the mailbox must be listed anew; all else is empty */
	const struct gmail_change *changes; /* oldest first */
	size_t n;
	const char *next_page_token; /* NULL: the last page */
	const char *history_id;      /* of the mailbox now: where to start next time, once the last page is done */
};
/* kinds: those wanted, OR-ed; 0: all. page_size up to 500; 0: 500. */
int gmail_history(struct gmail *g, const char *start_history_id, unsigned kinds, const char *page_token, int page_size,
    struct arena *a, struct gmail_history *h, struct err *e);

enum gmail_format { GMAIL_RAW, GMAIL_FULL, GMAIL_METADATA, GMAIL_MINIMAL };
struct gmail_header {
	const char *name, *value;
};
struct gmail_part {
	const char *part_id, *mime_type, *filename,
	    *attachment_id; /* each may be NULL; attachment_id: ask gmail_attachment */
	int64_t size_bytes;
	const char *data; /* small parts come with their decoded bytes; NULL else */
	size_t data_len;
};
struct gmail_message {
	const char *id, *thread_id, *history_id; /* the last two may be NULL */
	int64_t internal_date_ms;                /* -1 unknown */
	const char *const *labels;
	size_t n_labels;
	const char *raw; /* GMAIL_RAW: the message's bytes, a NUL behind them; else NULL */
	size_t raw_len;
	const struct gmail_header *headers; /* GMAIL_FULL, GMAIL_METADATA: of the message itself */
	size_t n_headers;
	const struct gmail_part *parts; /* GMAIL_FULL: all parts, each before its own parts */
	size_t n_parts;
};
/* *gone: the mailbox no longer has it; *m is empty then. */
int gmail_get(struct gmail *g, const char *id, enum gmail_format format, struct arena *a, struct gmail_message *m,
    bool *gone, struct err *e);
/* Appends the attachment's bytes to `out`. */
int gmail_attachment(
    struct gmail *g, const char *message_id, const char *attachment_id, struct buf *out, bool *gone, struct err *e);

/* Creates a draft of the message `bytes` (in the thread when thread_id is given). It is asked for once: when the line broke
 * after the request was on its way, the error says that the draft may be there. */
int gmail_draft_create(struct gmail *g, const void *bytes, size_t n, const char *thread_id, struct arena *a,
    const char **draft_id, struct gmail_ref *message, struct err *e);

/* UNKNOWN: the message may have gone out, so it must not be sent again before somebody has looked. */
enum gmail_sent { GMAIL_SENT, GMAIL_SENT_TEMPORARY, GMAIL_SENT_PERMANENT, GMAIL_SENT_UNKNOWN };
/* Sends the message to its recipients, once: only what surely did not go out (rate limits, a token refused, nobody reached)
 * is tried again. `e` says why it is not GMAIL_SENT. Google may put another Message-ID in. */
enum gmail_sent gmail_send(struct gmail *g, const void *bytes, size_t n, const char *thread_id, struct arena *a,
    struct gmail_ref *message, struct err *e);

#endif
