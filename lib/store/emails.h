/* Messages: one row each, however many mailboxes saw it; who was in its headers; its text, index entry and attachments when it is
 * kept. No function here begins a transaction: the caller joins them into one. */
#ifndef STORE_EMAILS_H
#define STORE_EMAILS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row of emails; NULL and 0 where the schema allows NULL. */
struct email_row {
	const char *message_id;
	const void *body_sha256; /* 32 bytes */
	int64_t content_key;
	int64_t duplicate_of, thread_id;
	int64_t sent_at;
	bool has_date;
	const char *subject, *from_name, *from_address, *in_reply_to, *list_id, *auto_submitted, *dmarc;
	bool is_bulk, is_matched, has_body;
	int64_t size_bytes, attachments, created_at;
};

struct email_found {
	int64_t id, thread_id; /* id 0: not found */
	bool has_body, is_matched;
};

/* emails.content_key of a message; message_id NULL: none. */
int64_t emails_content_key(const char *message_id, const void *body_sha256);
/* The keys of all messages with this id are from *low to *high. */
void emails_content_keys(const char *message_id, int64_t *low, int64_t *high);

/* The message with this id (NULL: none) and body. */
int emails_find(struct store *s, const char *message_id, const void *body_sha256, int64_t content_key,
    struct email_found *out, struct err *e);
/* The first message with this id, whatever its body; 0 when there is none. */
int emails_first_with_id(struct store *s, const char *message_id, int64_t *id, struct err *e);
int emails_insert(struct store *s, const struct email_row *row, int64_t *id, struct err *e);
int emails_add_recipient(struct store *s, int64_t id, int64_t address_id, const char *role, struct err *e);

struct email_text {
	const char *source; /* as email_bodies.source has it */
	const char *text;   /* "" for none */
	size_t text_bytes;
	const char *subject, *sender; /* as the view email_search_content gives them; emails_fill_text needs neither */
};

/* Puts a new message into the full-text index; its text goes to bodies_put. */
int emails_index(struct store *s, int64_t id, const struct email_text *text, struct err *e);
/* Text and index entry of a message that was stored without: subject and sender are those of its row, has_body is set. */
int emails_fill_text(struct store *s, int64_t id, const struct email_text *text, struct err *e);
/* Takes text, index entry and attachment rows of a message away and clears has_body: metadata is left. */
int emails_remove_text(struct store *s, int64_t id, struct err *e);
int emails_set_kept(struct store *s, int64_t id, bool has_body, struct err *e);
int emails_set_matched(struct store *s, int64_t id, bool is_matched, struct err *e);

struct email_attachment {
	int64_t position;
	const char *filename, *content_type, *disposition, *content_id;
	int64_t size_bytes;
	const void *sha256; /* 32 bytes */
	bool is_stored;
};

int emails_add_attachment(struct store *s, int64_t id, const struct email_attachment *a, struct err *e);
/* Calls back with the hash (32 bytes) of each stored attachment of a message. */
int emails_each_attachment(
    struct store *s, int64_t id, int (*each)(const void *sha256, void *arg, struct err *e), void *arg, struct err *e);
int emails_attachment_used(struct store *s, const void *sha256, bool *used, struct err *e);

/* What matching needs of a stored message. */
struct email_stored {
	int64_t id, thread_id; /* id 0: there is no further one */
	const char *dmarc, *from_address, *message_id;
	unsigned char body_sha256[32];
	bool is_matched, has_body, is_bulk;
};

struct email_party {
	const char *role, *address;
};

/* The next message behind `after` in order of arrival: of all sent at `since` or later, or of a
 * thread. Strings live in `a`. */
int emails_next(
    struct store *s, struct arena *a, int64_t after, int64_t since, struct email_stored *out, struct err *e);
int emails_next_in_thread(
    struct store *s, struct arena *a, int64_t thread_id, int64_t after, struct email_stored *out, struct err *e);
/* One message; id 0 when it is not there. */
int emails_get(struct store *s, struct arena *a, int64_t id, struct email_stored *out, struct err *e);
int emails_parties(
    struct store *s, struct arena *a, int64_t id, struct email_party **parties, size_t *count, struct err *e);

/* What the database holds in all. */
struct email_totals {
	int64_t messages, with_text, matched, threads, sightings, attachments, failed;
};

int emails_totals(struct store *s, struct email_totals *t, struct err *e);

#endif
