/* What the parts of the report reader share while one message is read. Internal to bounce_read. */
#ifndef MAIL_BOUNCE_CORE_H
#define MAIL_BOUNCE_CORE_H

#include "mail/bounce.h"
#include "mail/bounce_field.h"
#include "mail/bounce_phrases.h"
#include "mail/charset.h"

enum part_kind {
	PART_TEXT,
	PART_HTML,
	PART_STATUS,   /* message/delivery-status and its kin, or text that reads like it */
	PART_FEEDBACK, /* message/feedback-report */
	PART_MDN,      /* message/disposition-notification */
	PART_RETURNED, /* message/rfc822, text/rfc822-headers and their kin */
	PART_OTHER,
};

struct bounce_part {
	enum part_kind kind;
	struct span content_type; /* the whole value */
	struct span encoding;     /* Content-Transfer-Encoding */
	struct span body;         /* as it came */
	bool attached;            /* Content-Disposition: attachment */
};

struct reading_report {
	struct bounce_reader *r;
	struct arena *a;
	const struct message_limits *limits;
	struct bounce_report *out;
	struct span raw;
	struct bounce_headers h; /* of the report */
	struct bounce_part *parts;
	size_t part_count;
	bool is_multipart;
	struct span report_type; /* parameter of multipart/report; empty elsewhere */
	struct span notice;      /* the words for people, UTF-8, without the copy of the message */
	struct phrase_text text; /* the same, folded */
	struct span returned;    /* the returned message from its header on, decoded but for charsets; empty: none */
	struct bounce_headers original; /* its headers */
	struct span envelope_id;
};

struct bounce_reader {
	struct charset_cache *charsets;
};

/* bounce_parts.c: splits the message, finds the notice and the returned message. */
void bounce_parts_read(struct reading_report *m);
/* The first part of that kind, NULL when there is none. */
const struct bounce_part *bounce_part_find(const struct reading_report *m, enum part_kind kind);
/* The part's body without its transfer encoding. */
struct span bounce_part_body(struct reading_report *m, const struct bounce_part *p);
/* The part's body as UTF-8. */
struct span bounce_part_text(struct reading_report *m, const struct bounce_part *p);
/* bounce_notice.c: makes notice, text and returned of the parts. */
void bounce_notice_read(struct reading_report *m);

/* bounce_status.c: reads RFC 3464 fields into m->out; the number of recipients. */
size_t bounce_status_read(struct reading_report *m, struct span fields);
/* An address of RFC 3464 ("type; address"), with RFC 6533 escapes undone; NULL where there is no mailbox in it. */
const char *bounce_status_address(struct arena *a, struct span value);

/* An address in the notice. */
struct bounce_candidate {
	size_t start, end;     /* of the address in m->text, without <> */
	size_t line, line_end; /* of the line it stands in */
	struct span address;   /* as it is written */
	int weight;            /* how much speaks for a failed recipient: BOUNCE_NEEDED and more is enough */
	bool leads;            /* begins its line */
	bool returned;         /* the returned message went to it */
};

struct bounce_candidates {
	struct bounce_candidate *items;
	size_t count;
};

enum { BOUNCE_NEEDED = 3 };

/* bounce_find.c: all addresses of the notice (at most 1,000), each weighed by where it stands and what stands around it. */
void bounce_find(struct reading_report *m, struct bounce_candidates *f);
/* Does an address that is not `but` begin the line from `line` to `end`? */
bool bounce_line_begins(struct span s, size_t line, size_t end, struct span but);
/* Did the report come from the address, or go to it? Or is it the sender of the returned message? */
bool bounce_is_own(const struct reading_report *m, struct span address);
/* Start and end of the line around the offset; a start is not looked for before `floor`. */
size_t bounce_line_start(struct span s, size_t at, size_t floor);
size_t bounce_line_stop(struct span s, size_t at);

/* bounce_text.c: finds the failed recipients in the notice and adds them; the number of them. */
size_t bounce_text_read(struct reading_report *m, enum bounce_action action);
/* Words in the notice about the recipient that a delivery-status part names: completes reason and diagnostic. */
void bounce_text_explain(struct reading_report *m, struct bounce_recipient *r);

/* bounce_sns.c: Amazon SES by its notification service; true: it was one, and m->out is filled. */
bool bounce_sns_read(struct reading_report *m);

/* bounce_reason.c */
/* Sets reason and class of r from the phrases `seen` in the words about it, its status, and the codes in the words. */
void bounce_judge(struct bounce_recipient *r, uint64_t seen, struct span words);
/* "5.1.1" in the text: the most telling one; empty when there is none. */
struct span bounce_find_status(struct span text);
/* An SMTP reply code (400 to 599) in the text; 0 when there is none. */
int bounce_find_code(struct span text);

/* bounce_kind.c: what the message is, before any recipient is looked for. BOUNCE_FAILED, BOUNCE_DELAYED and BOUNCE_DELIVERED: its
 * recipients are to be read. */
enum bounce_kind bounce_kind_of(struct reading_report *m);

/* bounce_token.c: fills token and original_message_id of m->out. */
void bounce_token_read(struct reading_report *m);

/* Adds a recipient; NULL when there are too many. */
struct bounce_recipient *bounce_add(struct reading_report *m, const char *address, enum bounce_action action);
/* Is the address one of those that the value of a To or Cc names? */
bool bounce_names(struct span value, struct span address);
/* One line of valid UTF-8 of at most 1,000 bytes. */
const char *bounce_line(struct arena *a, struct span s);

#endif
