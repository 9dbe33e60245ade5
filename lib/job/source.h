/* Where mail comes from, as a struct of functions: an mbox, a Maildir, a folder of .eml files or one of them. A source hands
 * out raw messages with their places, one after the other; it knows nothing of the database. */
#ifndef JOB_SOURCE_H
#define JOB_SOURCE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum source_kind { SOURCE_MBOX, SOURCE_MAILDIR, SOURCE_EML };

/* What tells one state of a file from another. Of a folder: size_bytes is the number of files, mtime_ns and ctime_ns are
 * hashes of its listing (names, sizes, times). */
struct source_identity {
	int64_t device, inode, size_bytes, mtime_ns, ctime_ns;
};

enum { SOURCE_HASH_BYTES = 16 };

/* How far a source was read: bytes of an mbox (unpacked), files of a folder in their order; and the XXH3-128 of that part. */
struct source_cursor {
	int64_t offset;
	unsigned char hash[SOURCE_HASH_BYTES];
};

/* One message, or a place where one could not be read. All of it is borrowed until the next call on the source. */
struct source_item {
	const char *raw;     /* NULL with `failure` */
	size_t size_bytes;   /* of the message, also when it was too long to hand out */
	int64_t offset;      /* where it begins in an mbox; 0 else */
	const char *name;    /* within a folder; NULL in an mbox */
	const char *failure; /* why it could not be read, for people; NULL when it was */
	bool is_last;        /* nothing behind a failed place can be read in this run */
};

struct source {
	enum source_kind kind;
	const char *path; /* absolute; owned by the source */
	struct source_identity identity;

	/* The next message: false in *more at the end. What concerns one message is a failure in `item`, not an error. */
	int (*next)(struct source *s, struct source_item *item, bool *more, struct err *e);
	/* Behind the last message handed out. */
	void (*cursor)(struct source *s, struct source_cursor *c);
	/* Before the first `next` only: goes to the cursor when what lies before it is unchanged, which *resumed says; else
	 * the source stays at its start. */
	int (*resume)(struct source *s, const struct source_cursor *c, bool *resumed, struct err *e);
	/* The message at a place that an item named before, as a whole run hands it out. NO_INPUT when no message begins there.
	 * Cheapest in rising order of places. Not to be mixed with `next`. */
	int (*at)(struct source *s, int64_t offset, const char *name, struct source_item *item, struct err *e);
	/* Done and total, in bytes or files: for progress. */
	void (*progress)(const struct source *s, int64_t *done, int64_t *total);
	void (*close)(struct source *s);
};

/* Opens `path`, told by what is there: a folder with cur or new (or Maildir++ subfolders) is a Maildir, another folder holds
 * .eml files, a file that begins with a "From " line is an mbox (plain, gzip or zstd), one that begins with a header is a
 * message (plain or compressed too). A message over max_bytes becomes a failure. NO_INPUT when it is not there, REFUSED when it may not be read, INPUT when it is
 * none of these. Close with s->close(s). */
int source_open(const char *path, size_t max_bytes, struct source **s, struct err *e);

const char *source_kind_name(enum source_kind kind); /* as email_sources.kind has it */

#endif
