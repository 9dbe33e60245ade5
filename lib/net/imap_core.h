/* The inside of an IMAP connection, for imap*.c only: commands and the answers to them. */
#ifndef NET_IMAP_CORE_H
#define NET_IMAP_CORE_H

#include "net/imap.h"
#include "net/imap_reader.h"

enum imap_status { IMAP_OK, IMAP_NO, IMAP_BAD };

struct imap {
	struct stream *stream;
	struct imap_reader reader;
	unsigned tag;
	bool broken, logged_in, told; /* told: capabilities, since the last command that changes them */
	int command_timeout_ms;
	struct buf capabilities; /* " IMAP4REV1 IDLE " */
	enum imap_status status; /* of the last command */
	struct buf code, text;   /* "UIDVALIDITY" of [UIDVALIDITY 1], and the words behind it */
	struct buf word;         /* for whoever reads */
	struct imap_folder_state folder;
};

/* An untagged answer that a command waits for: "* [number] KEYWORD ...". `read` begins behind the keyword (and its space, if
 * any) and takes the line end; not 0 ends the command and is its result. */
struct imap_want {
	const char *keyword;
	int (*read)(struct imap *m, uint64_t number, void *arg, struct err *e);
	void *arg;
};

/* Reads the greeting. */
int imap_core_greeting(struct imap *m, struct err *e);
/* Sends "<tag> <command> CRLF". The command holds no line end. */
int imap_core_send(struct imap *m, const char *command, struct err *e);
/* Sends a line as it is, with CRLF; for continuations. */
int imap_core_send_line(struct imap *m, const char *line, size_t n, struct err *e);
/* `wants` ends with a NULL keyword; NULL stands for none. Reads answers until the command's own, which goes to m->status, code and text. *go_on (may be NULL: then it is no IMAP)
 * tells that the server asks for more in place of that ("+ ..."); its words are in m->text. */
int imap_core_wait(struct imap *m, const struct imap_want *wants, bool *go_on, struct err *e);
/* Send and wait. */
int imap_core_ask(struct imap *m, const char *command, const struct imap_want *wants, struct err *e);
/* 0 when the status is OK; else fills `e` with `what` (may be "") and the server's words. */
int imap_core_check(const struct imap *m, const char *what, struct err *e);
/* A new time limit: something has come that was waited for. */
void imap_core_progress(struct imap *m);
int imap_core_capabilities(struct imap *m, struct err *e);
/* Appends s as a quoted string; s has no line end and is ASCII. */
void imap_core_put_quoted(struct buf *b, const char *s);

#endif
