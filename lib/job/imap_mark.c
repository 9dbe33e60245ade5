#include "job/imap_mark.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void imap_mark_write(const struct imap_mark *m, struct buf *out)
{
	buf_printf(out, "%" PRIu32 " %" PRIu32 " %" PRIu64 " ", m->uidvalidity, m->uidnext, m->highestmodseq);
	if (m->uids.n == 0)
		buf_putc(out, '-');
	imap_set_write(&m->uids, out);
	buf_printf(out, " %s\n", m->name);
}

/* Digits up to `max`; *at moves behind them. */
static bool read_number(const char **at, uint64_t max, uint64_t *out)
{
	const char *s = *at;

	*out = 0;
	for (; *s >= '0' && *s <= '9'; s++) {
		uint64_t digit = (uint64_t)(*s - '0');
		if (*out > (max - digit) / 10)
			return false;
		*out = *out * 10 + digit;
	}
	if (s == *at)
		return false;
	*at = s;
	return true;
}

static bool read_uid(const char **at, uint32_t *out)
{
	uint64_t n;

	if (!read_number(at, UINT32_MAX, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool expect(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static bool read_set(const char **at, struct imap_set *set)
{
	uint32_t first, last;

	if (expect(at, '-'))
		return true;
	do {
		if (!read_uid(at, &first))
			return false;
		last = first;
		if (expect(at, ':') && !read_uid(at, &last))
			return false;
		imap_set_add(set, first, last);
	} while (expect(at, ','));
	imap_set_sort(set);
	return true;
}

static bool read_mark(struct arena *a, const char **at, struct imap_mark *m)
{
	size_t n;

	if (!read_uid(at, &m->uidvalidity) || !expect(at, ' ') || !read_uid(at, &m->uidnext) || !expect(at, ' ') ||
	    !read_number(at, UINT64_MAX, &m->highestmodseq) || !expect(at, ' ') || !read_set(at, &m->uids) ||
	    !expect(at, ' '))
		return false;
	n = strcspn(*at, "\n");
	m->name = arena_strndup(a, *at, n);
	*at += n;
	return n > 0 && expect(at, '\n');
}

bool imap_marks_read(struct arena *a, const char *text, struct imap_marks *out)
{
	size_t lines = 0;

	for (const char *s = text; *s; s++)
		lines += *s == '\n';
	*out = (struct imap_marks){.items = mem_alloc((lines + 1) * sizeof *out->items)};
	while (*text) {
		if (out->n == lines)
			return false;
		out->items[out->n] = (struct imap_mark){0};
		if (!read_mark(a, &text, &out->items[out->n++]))
			return false;
	}
	return true;
}

void imap_marks_clear(struct imap_marks *marks)
{
	for (size_t i = 0; i < marks->n; i++)
		imap_set_clear(&marks->items[i].uids);
	free(marks->items);
	*marks = (struct imap_marks){0};
}

const struct imap_mark *imap_marks_find(const struct imap_marks *marks, const char *name)
{
	for (size_t i = 0; i < marks->n; i++)
		if (strcmp(marks->items[i].name, name) == 0)
			return &marks->items[i];
	return NULL;
}

const char *imap_mark_id(struct arena *a, const char *name, uint32_t uidvalidity, uint32_t uid)
{
	return arena_printf(a, "%s:%" PRIu32 ":%" PRIu32, name, uidvalidity, uid);
}

/* From the right: a folder's name may hold colons. */
bool imap_mark_read_id(struct arena *a, const char *id, const char **name, uint32_t *uidvalidity, uint32_t *uid)
{
	const char *last = strrchr(id, ':'), *before = last, *at;

	while (before && before > id && *--before != ':')
		;
	if (!before || before == id || *before != ':')
		return false;
	*name = arena_strndup(a, id, (size_t)(before - id));
	at = before + 1;
	if (!read_uid(&at, uidvalidity) || at != last)
		return false;
	at = last + 1;
	return read_uid(&at, uid) && !*at;
}
