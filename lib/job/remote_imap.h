/* An IMAP mailbox as a remote: its folders are one mailbox, told apart by the ids. */
#ifndef JOB_REMOTE_IMAP_H
#define JOB_REMOTE_IMAP_H

#include "job/remote.h"
#include "net/imap.h"

struct remote_imap_options {
	const char *folders;      /* a line each, "": imap_folders_choose chooses; borrowed while it opens */
	size_t max_message_bytes; /* a larger one fails alone */
	int64_t max_changes; /* new messages told by all calls of `changes` together; the rest is told later; 0: all */
};

/* Labels are the folder's name and the flags ("\Seen"); sent mail has "\Sent", and drafts ("\Draft") are left out. `m` is logged in, and
 * taken, also when it fails. Not changed by anything here: the mailbox is read only. */
int remote_imap_open(struct imap *m, const struct remote_imap_options *o, struct remote **out, struct err *e);

#endif
