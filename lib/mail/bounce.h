/* Delivery reports: which kind of report a message is, whom it is about, and why. It reads and judges; it acts on nothing, and
 * does not check who sent the report. */
#ifndef MAIL_BOUNCE_H
#define MAIL_BOUNCE_H

#include "base/arena.h"
#include "mail/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bounce_kind {
	BOUNCE_NONE,        /* ordinary mail, also one that quotes or forwards a report */
	BOUNCE_FAILED,      /* "bounce": a message did not reach somebody (or nobody is named) */
	BOUNCE_DELAYED,     /* nobody failed; a server keeps trying */
	BOUNCE_DELIVERED,   /* delivered, relayed or expanded, on request (RFC 3461) */
	BOUNCE_AUTO_REPLY,  /* RFC 3834: vacation and the like */
	BOUNCE_COMPLAINT,   /* RFC 5965: somebody called the message spam, or unsubscribes by it */
	BOUNCE_REPORT,      /* about a domain's mail: DMARC, TLS, authentication failures (RFC 6591, 7489, 8460) */
	BOUNCE_MDN,         /* RFC 8098: read, or deleted unread */
	BOUNCE_CHALLENGE,   /* a sender is asked to confirm that he is a person */
	BOUNCE_UNSUBSCRIBE, /* a person or provider asks to be taken off */
};

/* As RFC 3464 section 2.3.3 names them. */
enum bounce_action {
	BOUNCE_ACTION_FAILED,
	BOUNCE_ACTION_DELAYED,
	BOUNCE_ACTION_DELIVERED,
	BOUNCE_ACTION_RELAYED,
	BOUNCE_ACTION_EXPANDED
};

/* Hard: the address, or its domain, is dead. Soft: everything else that failed or waits. None: nothing did. */
enum bounce_class { BOUNCE_CLASS_NONE, BOUNCE_CLASS_SOFT, BOUNCE_CLASS_HARD };

enum bounce_reason {
	BOUNCE_REASON_UNDEFINED, /* no words that say why */
	/* hard */
	BOUNCE_REASON_USER_UNKNOWN,
	BOUNCE_REASON_HOST_UNKNOWN,
	BOUNCE_REASON_MOVED,   /* the person is known to have left the address, or the server no longer has it */
	BOUNCE_REASON_NO_MAIL, /* the domain takes no mail at all (RFC 7504, 7505) */
	/* soft: the mailbox */
	BOUNCE_REASON_MAILBOX_FULL,
	BOUNCE_REASON_DISABLED,   /* suspended, inactive, expired: it may come back */
	BOUNCE_REASON_SUPPRESSED, /* on a list of the sending provider */
	BOUNCE_REASON_FILTERED,   /* the person's own filter, or words that may mean it */
	/* soft: what was sent */
	BOUNCE_REASON_TOO_BIG,
	BOUNCE_REASON_SPAM,
	BOUNCE_REASON_VIRUS,
	BOUNCE_REASON_CONTENT,
	BOUNCE_REASON_PROTOCOL, /* not as an RFC asks for */
	/* soft: who sent it */
	BOUNCE_REASON_POLICY,
	BOUNCE_REASON_AUTHENTICATION, /* SPF, DKIM, DMARC */
	BOUNCE_REASON_BLOCKED,        /* the client's address or name is on a list, or unwanted */
	BOUNCE_REASON_REPUTATION,
	BOUNCE_REASON_REVERSE_DNS,
	BOUNCE_REASON_SENDER, /* the sender's address was refused */
	BOUNCE_REASON_RELAYING,
	BOUNCE_REASON_SECURITY, /* TLS, credentials */
	BOUNCE_REASON_RATE,
	BOUNCE_REASON_GREYLISTED,
	BOUNCE_REASON_LIMIT, /* too many recipients or messages */
	/* soft: the way there */
	BOUNCE_REASON_EXPIRED,
	BOUNCE_REASON_NETWORK,
	BOUNCE_REASON_LOOP,
	BOUNCE_REASON_SYSTEM,
	BOUNCE_REASON_STORAGE, /* the server's disk, not the person's mailbox */
	BOUNCE_REASON_MAILER,  /* a program that should have taken it */
	BOUNCE_REASON_SYNTAX,
	BOUNCE_REASON_REJECTED, /* refused, and no more is said */
};

/* How sure it is that this is such a report, 0 to 100. */
enum bounce_confidence {
	BOUNCE_CONFIDENCE_NONE = 0,
	BOUNCE_CONFIDENCE_GUESS = 40, /* words of a text, the person taken from the returned message */
	BOUNCE_CONFIDENCE_TEXT = 60,  /* words of a text, the person named in it */
	BOUNCE_CONFIDENCE_HEADER =
	    80, /* a header names the failed recipients or tells the kind, or text and returned message agree */
	BOUNCE_CONFIDENCE_STRUCTURED =
	    90, /* RFC 3464, 5965, 8098 fields, out of place or without the returned message */
	BOUNCE_CONFIDENCE_COMPLETE = 100, /* the same as the RFC has them, with the returned message or its headers */
};

struct bounce_recipient {
	const char *address;       /* the one that was written to, as far as the report tells */
	const char *final_address; /* what it became on the way; NULL where that is the same or unknown */
	enum bounce_action action;
	enum bounce_class class;
	enum bounce_reason reason;
	const char *status;     /* "5.1.1" (RFC 3463); NULL when none is given */
	const char *diagnostic; /* the server's words in one line, at most 1,000 bytes; NULL when there are none */
	const char *remote_mta; /* NULL when unknown */
};

/* Strings are valid UTF-8. */
struct bounce_report {
	enum bounce_kind kind;
	int confidence; /* enum bounce_confidence */
	struct bounce_recipient *recipients;
	size_t count;
	const char *original_message_id; /* of the returned message, without <>; NULL when unknown */
	const char *returned_to; /* the address in To of the returned message; NULL where that is not one, or unknown */
	const char *token; /* "mr1.<id>.<32 hex digits>" as found, in lower case; unchecked; NULL when there is none */
	const char *envelope_id;   /* Original-Envelope-Id (RFC 3461 ENVID), xtext undone */
	const char *feedback_type; /* RFC 5965: "abuse", "fraud", ...; NULL elsewhere */
	const char
	    *complained_about;  /* RFC 5965 Original-Rcpt-To, or whom the returned message went to; NULL when unknown */
	const char *from;       /* the address that the report came from; NULL when there is none */
	const char *message_id; /* the report's own; NULL when there is none */
	const char *reporting_mta; /* NULL when unknown */
	int64_t date;              /* the report's Date; meaningful with has_date */
	bool has_date;
};

/* Scratch that is kept from one report to the next. Not for two threads. */
struct bounce_reader;
struct bounce_reader *bounce_reader_new(void);
void bounce_reader_free(struct bounce_reader *r);

/* Reads the n bytes at `bytes` (any bytes) as a report. *out lives in `a`. Time is linear in n, nothing recurses; `limits` (NULL:
 * message_default_limits) caps size, header, parts and nesting. The one failure is REFUSED: longer than limits->raw_bytes. What is
 * no report is BOUNCE_NONE. A recipient is `failed` by proof alone: never for a delay, an auto-reply, a complaint, a read receipt or
 * mail of a person who quotes a report. RFC 3461, 3462, 3464, 3834, 5965, 6522, 6533, 8098. */
int bounce_read(struct bounce_reader *r, struct arena *a, const void *bytes, size_t n,
    const struct message_limits *limits, struct bounce_report *out, struct err *e);

/* Words for enums, as the JSON has them: "bounce", "failed", "hard", "user-unknown". */
const char *bounce_kind_name(enum bounce_kind kind);
const char *bounce_action_name(enum bounce_action action);
const char *bounce_class_name(enum bounce_class class);
const char *bounce_reason_name(enum bounce_reason reason);

/* The reason of a failure that a server's words give (valid UTF-8); UNDEFINED when they tell none. */
enum bounce_reason bounce_reason_of_words(struct arena *a, const char *words);

/* The class of a failure for that reason. */
enum bounce_class bounce_reason_class(enum bounce_reason reason);

#endif
