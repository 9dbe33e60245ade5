/* The files and folders that mail was imported from, how far they were read, and the places in them that could not be. */
#ifndef STORE_SOURCES_H
#define STORE_SOURCES_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SOURCES_HASH_BYTES = 16 };

/* A row of email_sources. */
struct source_row {
	int64_t id; /* 0: never read */
	const char *keep;
	int64_t device, inode, size_bytes, mtime_ns, ctime_ns;
	int64_t cursor_offset;
	unsigned char prefix_hash[SOURCES_HASH_BYTES];
	int64_t messages;
	bool is_complete;
};

int sources_get(
    struct store *s, struct arena *a, int64_t account_id, const char *path, struct source_row *out, struct err *e);
int sources_insert(struct store *s, int64_t account_id, const char *kind, const char *path, const char *keep,
    int64_t *id, struct err *e);
/* The file is read from its start: cursor and counts go back. */
int sources_restart(struct store *s, int64_t id, const char *kind, const char *keep, struct err *e);
/* Keeps cursor_offset, prefix_hash and messages of `row`. */
int sources_advance(struct store *s, const struct source_row *row, struct err *e);
/* Keeps the identity in `row`: it was read to its end. */
int sources_complete(struct store *s, const struct source_row *row, int64_t now, struct err *e);

/* A place that could not be read. */
struct failed_item {
	int64_t id; /* 0: there is none */
	int64_t source_id, offset;
	const char *path, *kind, *name; /* name "" in an mbox */
	bool is_behind_cursor;          /* the file was cut short before it, or never opened */
};

/* Notes a place, or one more attempt at it. name NULL is "". */
int failed_put(struct store *s, int64_t account_id, int64_t source_id, int64_t offset, const char *name,
    int64_t size_bytes, const char *reason, int64_t now, struct err *e);
int failed_resolve(struct store *s, int64_t id, int64_t now, struct err *e);
/* The place was read; nothing happens when it never failed. */
int failed_resolve_place(struct store *s, int64_t account_id, int64_t source_id, int64_t offset, const char *name,
    int64_t now, struct err *e);
/* Unresolved places of a source: all, and those before the cursor. */
int failed_count(struct store *s, int64_t account_id, int64_t source_id, int64_t cursor, int64_t *all, int64_t *before,
    struct err *e);
/* The next unresolved place behind `after` (all zero: the first), by source and place. Strings live in `a`. */
int failed_next(struct store *s, struct arena *a, int64_t account_id, const struct failed_item *after,
    struct failed_item *out, struct err *e);

#endif
