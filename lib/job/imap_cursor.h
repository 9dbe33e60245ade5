/* What a capture keeps of an IMAP mailbox between runs, as text: each folder's UIDVALIDITY, UIDNEXT, MODSEQ and the UIDs that it
 * held; and the id that a message has there. */
#ifndef JOB_IMAP_CURSOR_H
#define JOB_IMAP_CURSOR_H

#include "base/arena.h"
#include "base/buf.h"
#include "net/imap.h"
#include "net/imap_set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct imap_cursor_folder {
	const char *name;
	struct imap_folder_state state;
	const char *uids; /* as imap_set_write has them; "" for none */
};

/* Appends a folder's line. */
void imap_cursor_put(
    struct buf *out, const char *name, const struct imap_folder_state *state, const struct imap_set *uids);
/* Finds a folder's line; strings live in `a`. */
bool imap_cursor_find(struct arena *a, const char *cursor, const char *name, struct imap_cursor_folder *out);
/* Adds the UIDs of a text; what is none is passed over. Sorted afterwards. */
void imap_cursor_uids(const char *text, struct imap_set *out);

/* "UIDVALIDITY:UID:folder", and back; false when it is none. */
const char *imap_id(struct arena *a, uint32_t uidvalidity, uint32_t uid, const char *folder);
bool imap_id_read(const char *id, uint32_t *uidvalidity, uint32_t *uid, const char **folder);

#endif
