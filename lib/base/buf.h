/* A byte string that grows. Always NUL-terminated once something was appended; may hold NULs. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

/* Start it with {0}. */
struct buf {
	char *data;
	size_t len, cap;
};

void buf_append(struct buf *b, const void *bytes, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for at least n more bytes (and the NUL); returns where they go. Add to len what was written. */
char *buf_reserve(struct buf *b, size_t n);
/* len becomes 0, the storage stays. */
void buf_reset(struct buf *b);
void buf_clear(struct buf *b);
/* buf_clear for secrets: the bytes are overwritten before the storage goes back. What earlier growth left behind is not. */
void buf_wipe(struct buf *b);
/* The string; the caller frees it. `b` is empty afterwards. Never NULL. */
char *buf_take(struct buf *b);
/* The string, "" when nothing was appended; valid until the next change. */
const char *buf_str(const struct buf *b);

#endif
