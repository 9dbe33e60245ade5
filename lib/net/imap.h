/* Reads a mailbox over IMAP (RFC 3501, RFC 9051) and never changes it: folders, lists of messages, what has changed, and the
 * messages themselves, one in memory at a time. Keeps no cursor: the caller does. One connection, one thread. */
#ifndef NET_IMAP_H
#define NET_IMAP_H

#include "base/err.h"
#include "net/imap_set.h"
#include "net/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Errors: TEMPORARY for the network, time-outs and a server that says "later"; REFUSED for a login that is not taken; NO_INPUT
 * for a folder that is not there; UNAVAILABLE for TLS, for what is no IMAP and any other NO, with the server's words; CONFIG
 * for options and names that cannot be. Secrets are never part of them. After a NO the connection goes on; after any other
 * failure only imap_close is of use, and the other functions fail at once. */
struct imap;

struct imap_options {
	struct stream_options stream;
	int command_timeout_ms; /* 600,000: the longest wait between two messages, or for a command that has none */
};

/* Connects, reads the greeting, does STARTTLS where that is asked for (a server that will not is UNAVAILABLE, never plain). */
int imap_open(struct imap **out, const struct imap_options *o, struct err *e);
/* The same over a stream that stands already; takes the stream, also when it fails. For tests. */
int imap_open_stream(struct imap **out, struct stream *stream_take, enum stream_security security,
    int command_timeout_ms, struct err *e);
/* Says LOGOUT where that is possible (waits 2 s at most) and closes; NULL is good. */
void imap_close(struct imap *m);

/* By AUTHENTICATE PLAIN where offered, else LOGIN. */
int imap_login(struct imap *m, const char *user, const char *password, struct err *e);
/* By OAUTHBEARER where offered, else XOAUTH2, with an access token. */
int imap_login_oauth(struct imap *m, const char *user, const char *token, struct err *e);

/* What the server offers, by its name in any case: "CONDSTORE". */
bool imap_has(const struct imap *m, const char *capability);

/* What a folder is for, by RFC 6154. */
enum imap_use {
	IMAP_USE_NONE,
	IMAP_USE_ALL,
	IMAP_USE_ARCHIVE,
	IMAP_USE_DRAFTS,
	IMAP_USE_FLAGGED,
	IMAP_USE_JUNK,
	IMAP_USE_SENT,
	IMAP_USE_TRASH,
};

struct imap_folder {
	const char *name; /* UTF-8, decoded from the wire */
	char delimiter;   /* between the levels of the name; 0: none */
	enum imap_use use;
	bool guessed;    /* `use` is by the name alone: the server told nothing of this folder */
	bool selectable; /* false: only a level above others */
};

/* Calls back for every folder of the account. A callback that returns not 0 ends the call; that is the result, and the
 * connection is then of no more use. The same holds for all callbacks here. */
int imap_folders(struct imap *m, int (*each)(const struct imap_folder *, void *arg), void *arg, struct err *e);

struct imap_folder_state {
	uint32_t uidvalidity;   /* UIDs of another value mean nothing */
	uint32_t uidnext;       /* all UIDs to come are at least this; 0: the server does not tell */
	uint32_t exists;        /* messages now */
	uint64_t highestmodseq; /* for changed_since below; 0: not offered */
};

/* Opens a folder for reading only (EXAMINE). `name` in UTF-8, as imap_folders tells it. */
int imap_select(struct imap *m, const char *name, struct imap_folder_state *out, struct err *e);

enum imap_flag {
	IMAP_SEEN = 1,
	IMAP_ANSWERED = 2,
	IMAP_FLAGGED = 4,
	IMAP_DELETED = 8,
	IMAP_DRAFT = 16,
};

enum imap_found {
	IMAP_FOUND,
	IMAP_TOO_LARGE, /* above cap_bytes: no bytes */
	IMAP_GONE,      /* asked for and not there (any more) */
	IMAP_UNFETCHED, /* the server says NO to this one: `words` */
};

/* Lives until the callback returns. */
struct imap_message {
	uint32_t uid;
	enum imap_found found;
	unsigned flags;       /* of enum imap_flag */
	const char *keywords; /* all flags as the server writes them, by spaces */
	int64_t received_at;  /* INTERNALDATE; 0: not told */
	uint64_t size;        /* RFC822.SIZE; 0: not told */
	uint64_t modseq;      /* 0: not told */
	const char
	    *bytes; /* imap_fetch: the message, or its header with the empty line; NUL-terminated, may hold NULs */
	size_t len;
	const char *words; /* UNFETCHED: what the server says; else "" */
};

typedef int imap_each(const struct imap_message *, void *arg);

/* UIDs, flags, dates and sizes of the messages with UIDs first..last (0: to the end), in the server's order, each at most a few
 * hundred bytes on the wire. changed_since: only those whose modseq is above it (RFC 7162; needs CONDSTORE, 0: all). */
int imap_list(
    struct imap *m, uint32_t first, uint32_t last, uint64_t changed_since, imap_each *each, void *arg, struct err *e);

/* The UIDs of all messages of the folder, or of those received at `since` or later and some of the two days before (0: all). Shorter than
 * imap_list by far. Start *out with {0}. */
int imap_uids(struct imap *m, int64_t since, struct imap_set *out, struct err *e);

/* The UIDs of the messages of the folder with this Message-ID (printable ASCII, without <>). Start *out with {0}. */
int imap_uids_by_id(struct imap *m, const char *message_id, struct imap_set *out, struct err *e);

struct imap_wanted {
	uint32_t uid;
	uint64_t size; /* as imap_list tells it; 0: not known */
};

/* What is 0 takes the default. */
struct imap_fetch_options {
	bool header_only;
	size_t first_bytes; /* of each message only so many, whatever its size; 0: all */
	size_t cap_bytes;   /* 50 MB: of one message; larger ones are not asked for */
	size_t batch_bytes; /* 4 MB asked for at once */
	size_t batch_max;   /* 200 messages asked for at once */
};

/* Fetches messages without marking them as read (BODY.PEEK), in batches, and calls back exactly once for each UID wanted
 * (which are different), as they come: within a batch in the server's order. */
int imap_fetch(struct imap *m, const struct imap_wanted *wanted, size_t n, const struct imap_fetch_options *o,
    imap_each *each, void *arg, struct err *e);

#endif
