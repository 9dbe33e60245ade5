/* What the settings of an IMAP and of an SMTP server have in common: where it is, how the line is kept safe, who logs in. */
#ifndef JOB_ACCOUNT_SERVER_H
#define JOB_ACCOUNT_SERVER_H

#include "base/err.h"
#include "net/stream.h"

#include <stdbool.h>

struct account_server {
	const char *host;
	int port;
	const char *security; /* ssl, starttls or none */
	bool is_forced;       /* "none" to another machine all the same */
	const char *user;
	const char *ca_file;
};

/* The security of a word; false: there is no such word. */
bool account_server_security(const char *word, enum stream_security *out);

/* What is there with what is new over it: NULL, 0 and false stay as they are. Another security takes another port, and has to be
 * forced again. Security and port may then still be missing. */
struct account_server account_server_merge(const struct account_server *old, const struct account_server *change);

/* A whole one, of the mailbox `address`. CONFIG without a host; INPUT for a control character, a port or a word that is none;
 * REFUSED for "none" to another machine that is not forced. */
int account_server_check(const struct account_server *s, const char *address, struct err *e);

/* No control character, not empty, at most 1,000 bytes: names, passwords, commands. */
bool account_server_is_clean(const char *text);

#endif
