/* An IMAP mailbox as a remote: its folders, but for drafts, junk and trash, as one. */
#ifndef JOB_REMOTE_IMAP_H
#define JOB_REMOTE_IMAP_H

#include "job/remote.h"
#include "net/imap.h"

/* `m` is logged in and borrowed until the remote is closed; then release(owner) is called, where there is one. `folders`: only
 * these, whatever they are for; NULL at the end, borrowed; NULL: all. Asks for the list of folders. */
int remote_imap_new(struct imap *m, const char *const *folders, size_t cap_bytes, void (*release)(void *owner),
    void *owner, struct remote **out, struct err *e);

#endif
