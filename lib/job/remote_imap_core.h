/* What the parts of the IMAP remote share. */
#ifndef JOB_REMOTE_IMAP_CORE_H
#define JOB_REMOTE_IMAP_CORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "job/imap_folders.h"
#include "job/remote.h"
#include "job/remote_imap.h"
#include "net/imap.h"

struct remote_imap {
	struct remote face;
	struct imap *imap;
	struct remote_imap_options o;
	struct arena arena; /* names of folders */
	struct imap_folder_list folders;
	struct buf selected; /* the folder that is open; "": none */
	struct imap_folder_state state;
	struct imap_set uids; /* its messages, those of uids_since or later */
	bool has_uids;
	int64_t uids_since;
	struct buf next; /* the cursor to be, while the pages of changes are read */
	size_t next_folder;
	int64_t told; /* new messages, of o.max_changes */
	int64_t requests;
};

static inline struct remote_imap *remote_imap_of(struct remote *face)
{
	return (struct remote_imap *)face;
}

/* Opens the folder for reading; again, when it is open and `fresh`. NO_INPUT when it is not there. */
int remote_imap_select(struct remote_imap *r, const char *name, bool fresh, struct err *e);
/* The folder's name and the flags, as labels; in `a`. */
const char *const *remote_imap_labels(
    const struct remote_imap *r, struct arena *a, const char *folder, unsigned flags, size_t *n);
int remote_imap_fetch(struct remote *face, const char *const *ids, size_t n,
    int (*each)(const struct remote_item *item, void *arg, struct err *e), void *arg, struct err *e);

#endif
