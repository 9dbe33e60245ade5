/* How a message leaves, as a struct of functions: SMTP, Gmail, Postmark, the simulation, or a fake in tests. It sends frozen bytes
 * and says what became of them; it knows nothing of the database. */
#ifndef JOB_TRANSPORT_H
#define JOB_TRANSPORT_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum transport_outcome {
	TRANSPORT_ACCEPTED,  /* the other side has taken it over */
	TRANSPORT_TEMPORARY, /* not taken, and it is certain that it was not: may be tried again */
	TRANSPORT_PERMANENT, /* refused for this recipient or this message: not to be tried again */
	TRANSPORT_ACCOUNT, /* refused for the sender's sake (login, sender address): nobody's mail goes until a person acts */
	TRANSPORT_UNKNOWN,   /* it may have been taken: no answer came. Not to be tried again without being told to */
	TRANSPORT_SIMULATED, /* kept on this machine */
};

/* One recipient, and what the other side said about it. */
struct transport_recipient {
	const char *address;
	enum transport_outcome outcome;
	bool suppressed;       /* PERMANENT since the service itself holds the address inactive (Postmark's 406) */
	int code;              /* the server's: 250, or of HTTP; 0: none */
	const char *enhanced;  /* "2.0.0"; NULL: none */
	const char *words;     /* one line, the server's or ours; clean, bounded, without secrets; may be NULL */
	const char *remote_id; /* the service's own id; NULL: none */
	const char *sent_message_id; /* the Message-ID that the service put in place of ours; NULL: ours stayed */
};

struct transport_message {
	int64_t outbox_id;
	const char *kind;        /* as outbox.kind */
	const char *from;        /* address of From */
	const char *message_id;  /* without <> */
	const char *envelope_id; /* ENVID: token "." attempt number; NULL: none */
	const void *bytes;       /* exactly what was reviewed */
	size_t len;
	struct transport_recipient *recipients; /* addresses in, the rest out */
	size_t recipient_count;
	int64_t built_at; /* for find: there was nothing of it before */
};

enum transport_found {
	TRANSPORT_FOUND,     /* it was sent: the other side has it */
	TRANSPORT_NOT_FOUND, /* the other side can tell, and has not got it */
	TRANSPORT_NO_TELLING,
};

/* state is passed to each function. Strings given out live in the arena of the call. */
struct transport {
	const char *name;      /* as send_attempts.transport */
	const char *server;    /* host:port or service, for the record; borrowed */
	int64_t account_id;    /* through whose account; 0: none */
	size_t max_recipients; /* in one call; 0: no limit. A message for more is sent in several calls */
	bool
	    all_recipients; /* the other side reads the recipients from the message: it goes to all of them or is not sent */
	bool finds_by_message_id; /* find tells that the message was sent, and not to whom or by which attempt */

	/* Gets ready (connects, logs in) before anything is noted as sending; may do nothing. An error's code says whose fault it is: TEMPORARY,
	 * UNAVAILABLE or CONFIG; *account_fault: the login was refused, the account should be switched off. */
	int (*open)(void *state, bool *account_fault, struct err *e);
	/* Sends once. 0: every recipient has its outcome. -1: bad input, nothing was sent. */
	int (*send)(void *state, struct arena *a, struct transport_message *m, struct err *e);
	/* Looks a message of an unknown attempt up; NULL: it cannot. *remote_id is given when FOUND and known. */
	int (*find)(void *state, struct arena *a, const struct transport_message *m, enum transport_found *found,
	    const char **remote_id, struct err *e);
	void (*close)(void *state); /* frees the state; may be NULL */
	void *state;
};

#endif
