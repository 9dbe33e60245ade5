#include "base/buf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *buf_reserve(struct buf *b, size_t n)
{
	if (n >= SIZE_MAX / 2 - b->len)
		mem_out_of_memory();
	if (b->len + n + 1 > b->cap) {
		size_t cap = b->cap ? b->cap : 128;
		while (cap < b->len + n + 1)
			cap *= 2;
		b->data = mem_realloc(b->data, cap, 1);
		b->cap = cap;
	}
	return b->data + b->len;
}

void buf_append(struct buf *b, const void *bytes, size_t n)
{
	char *to = buf_reserve(b, n);

	if (n)
		memcpy(to, bytes, n);
	to[n] = '\0';
	b->len += n;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_append(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_append(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	vsnprintf(buf_reserve(b, (size_t)n), (size_t)n + 1, fmt, again);
	va_end(again);
	b->len += (size_t)n;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

void buf_clear(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}

void buf_wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_clear(b);
}

char *buf_take(struct buf *b)
{
	char *s = b->data ? b->data : mem_strdup("");

	*b = (struct buf){0};
	return s;
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}
