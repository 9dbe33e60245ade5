/* A message from outside as a value: headers, text and leaves, read once from its bytes. No file, socket or
 * database; no recursion on what comes in; time linear in the size. */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/sha256.h"
#include "mail/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Caps on hostile input. What is over a cap is left out and named in a defect; the message is still read. */
struct message_limits {
	size_t raw_bytes;      /* 50 MB: a longer message is refused as a whole (message_parse fails) */
	size_t header_bytes;   /* 1 MB a header block */
	size_t nesting;        /* 100 levels of multipart and message/rfc822 */
	size_t parts;          /* 10,000 */
	size_t addresses;      /* 10,000 a header */
	size_t boundary_bytes; /* 256 */
	size_t comment_depth;  /* 64, comments and groups */
	size_t rfc2231_parts;  /* 1,000 continuations of one parameter */
	size_t text_bytes;     /* 2 MB of text kept (the HTML likewise) */
	size_t references;     /* 1,000 ids a header */
};

struct err;

extern const struct message_limits message_default_limits;

/* Sets one limit from "NAME=N"; NAME is raw, header, nesting, parts, addresses, boundary, comment-depth,
 * rfc2231-parts, text or references. Fails with USAGE. */
int message_limits_set(struct message_limits *l, const char *assignment, struct err *e);

struct string_list {
	const char **items;
	size_t count;
};

enum text_source { TEXT_NONE, TEXT_PLAIN, TEXT_HTML };
enum disposition { DISPOSITION_NONE, DISPOSITION_INLINE, DISPOSITION_ATTACHMENT };

/* A leaf that is not an inline text/plain or text/html. */
struct attachment {
	const char *filename;     /* as given, decoded (RFC 2231, 2047), never to be used as a path; NULL when absent */
	const char *content_type; /* "type/subtype" in lower case */
	enum disposition disposition;
	const char *content_id; /* without <>; NULL when absent */
	const char *data;       /* the decoded bytes: in the arena or in the message's own bytes */
	size_t size_bytes;
	unsigned char sha256[SHA256_BYTES]; /* of the decoded bytes */
};

struct attachment_list {
	struct attachment *items;
	size_t count;
};

/* What a trusted Authentication-Results header (RFC 8601) says; each result as given ("pass", "fail", "none",
 * ...), in lower case, NULL when it says nothing. */
struct auth_results {
	const char *authserv_id; /* NULL: no trusted header */
	const char *spf, *dkim, *dmarc;
};

struct message {
	const char *message_id;         /* without <>; NULL when absent or unusable */
	struct string_list in_reply_to; /* ids without <>, in their order */
	struct string_list references;
	int64_t date; /* seconds UTC; meaningful with has_date */
	bool has_date;
	const char *subject; /* decoded, unfolded; NULL when absent */
	struct address_list from, reply_to, to, cc, bcc;
	struct address_list sender; /* no or one mailbox */
	const char *list_id;        /* what stands in <>, else the whole value; NULL when absent */
	const char *auto_submitted; /* the keyword in lower case; NULL when absent */
	bool bulk;                  /* List-Id, List-Unsubscribe, Precedence: bulk|list|junk, Auto-Submitted
	                              * other than "no", or Feedback-ID: sent to many or by a machine */
	struct auth_results auth;
	const char *gmail_thread_id; /* X-GM-THRID of a Takeout mbox; NULL when absent */
	const char *gmail_labels;    /* X-Gmail-Labels, decoded; NULL when absent */
	/* The first inline text/plain, unless it is blank or stands in an embedded message behind HTML of the message
	 * itself; else what the HTML says. Valid UTF-8 with LF line ends, no NUL; NULL with TEXT_NONE. */
	const char *text;
	size_t text_bytes;
	enum text_source text_source;
	const char *html; /* the HTML of the first inline text/html, as UTF-8; NULL when there is none or
	                              * it was not asked for */
	size_t html_bytes;
	struct attachment_list attachments;
	struct string_list defects; /* what was wrong and how it was read, a sentence each, at most 100 */
	/* SHA-256 over the decoded leaves in their order: content type, then the bytes with CRLF as LF, trailing line
	 * ends left out and mbox quoting of "From " undone; for attachments in base64 or uuencode, which travel
	 * unchanged, their own SHA-256 instead. Equal for the same body seen in two mailboxes. */
	unsigned char body_sha256[SHA256_BYTES];
	size_t size_bytes; /* of the raw message */
};

struct message_options {
	const struct message_limits *limits; /* NULL: message_default_limits */
	const char *const *trusted_authserv; /* NULL-terminated authserv-ids whose results are believed; NULL: the
	                                      * topmost header is, whoever wrote it */
	bool want_html;                      /* keep html */
};

/* Scratch that is kept from one message to the next: iconv descriptors, digests, buffers. Not for two threads. */
struct message_parser;
struct message_parser *message_parser_new(void);
void message_parser_free(struct message_parser *p);

/* Reads the n bytes at `raw` (any bytes at all) as a message. Everything in *m lives in `a`, or in `raw`, which must
 * stay unchanged as long as *m is used. Line ends may be CRLF, LF or mixed; a leading mbox "From " line is skipped.
 * The one failure is REFUSED: longer than limits->raw_bytes. Anything else is read as well as it can be, and said in
 * m->defects. RFC 5322, 2045-2047, 2231, 3676, 6532, 8601. */
int message_parse(struct message_parser *p, struct arena *a, const char *raw, size_t n,
    const struct message_options *options, struct message *m, struct err *e);

#endif
