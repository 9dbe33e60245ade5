/* A Gmail mailbox as a remote: what the API's client tells, in the words of remote.h. */
#ifndef JOB_REMOTE_GMAIL_H
#define JOB_REMOTE_GMAIL_H

#include "job/remote.h"
#include "net/gmail.h"

struct remote_gmail_include {
	bool drafts, spam, trash;
};

/* `g` is borrowed until the remote is closed; then release(owner) is called, where there is one. */
struct remote *remote_gmail_new(
    struct gmail *g, struct remote_gmail_include include, void (*release)(void *owner), void *owner);

#endif
