/* How an IMAP mailbox stood at a moment, as text between two runs: a line a folder with UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ, the
 * UIDs that are dealt with, and the name. The UIDs tell what has vanished since, which most servers do not. */
#ifndef JOB_IMAP_MARK_H
#define JOB_IMAP_MARK_H

#include "base/arena.h"
#include "base/buf.h"
#include "net/imap_set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct imap_mark {
	const char *name;
	uint32_t uidvalidity, uidnext;
	uint64_t highestmodseq;
	struct imap_set uids;
};

struct imap_marks {
	struct imap_mark *items;
	size_t n;
};

void imap_mark_write(const struct imap_mark *m, struct buf *out);
/* False when the text is none of ours. Names live in `a`; clear the marks in any case. */
bool imap_marks_read(struct arena *a, const char *text, struct imap_marks *out);
void imap_marks_clear(struct imap_marks *marks);
/* NULL: there is none. */
const struct imap_mark *imap_marks_find(const struct imap_marks *marks, const char *name);

/* The id of a message in a mailbox: "INBOX:UIDVALIDITY:UID". */
const char *imap_mark_id(struct arena *a, const char *name, uint32_t uidvalidity, uint32_t uid);
/* Its parts; the name lives in `a`. False when it is no such id. */
bool imap_mark_read_id(struct arena *a, const char *id, const char **name, uint32_t *uidvalidity, uint32_t *uid);

#endif
