/* Which folders of an IMAP mailbox are captured. */
#ifndef JOB_IMAP_FOLDERS_H
#define JOB_IMAP_FOLDERS_H

#include "base/arena.h"
#include "base/err.h"
#include "net/imap.h"

#include <stdbool.h>
#include <stddef.h>

struct imap_chosen {
	const char *name;
	enum imap_use use;
};

struct imap_folder_list {
	struct imap_chosen *items; /* INBOX first, then by name */
	size_t n;
};

/* Those named in `wanted` (a line each); when it is "", all that can be opened but drafts, junk, trash and what is only a view of
 * others. Where the server has one folder of all mail, that one and the sent mail: the others hold nothing else. CONFIG when
 * a wanted one is not there; UNAVAILABLE when there is none at all. */
int imap_folders_choose(
    struct imap *m, const char *wanted, struct arena *a, struct imap_folder_list *out, struct err *e);
/* Their order: below 0 when x comes before y. */
int imap_folders_compare(const char *x, const char *y);

#endif
