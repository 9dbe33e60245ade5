/* Changes a mailbox over IMAP (RFC 3501, RFC 4315, RFC 6851): marks messages as seen, moves them to another folder. Fails as imap.h
 * tells. Reads nothing but what is new. */
#ifndef NET_IMAP_CHANGE_H
#define NET_IMAP_CHANGE_H

#include "net/imap.h"

/* Opens a folder for reading and writing (SELECT); reading marks nothing as seen. REFUSED when the server lets it be read only. */
int imap_change_select(struct imap *m, const char *name, struct imap_folder_state *out, struct err *e);

/* The UIDs from `first` on that nobody has seen. Start *out with {0}. */
int imap_uids_unseen(struct imap *m, uint32_t first, struct imap_set *out, struct err *e);

/* Those that are gone meanwhile are good in both. */
int imap_change_seen(struct imap *m, const struct imap_set *uids, struct err *e);
/* By MOVE where the server has it; else by COPY, \Deleted and, with UIDPLUS, UID EXPUNGE of these alone (without it they stay,
 * marked as deleted: EXPUNGE would remove other people's, too). */
int imap_change_move(struct imap *m, const struct imap_set *uids, const char *folder, struct err *e);

#endif
