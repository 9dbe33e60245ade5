#include "job/source_mbox.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

enum {
	CHUNK_BYTES = 256 * 1024,        /* read at a time */
	FROM_LINE_MAX = 1000,            /* a longer "From " line is text */
	FIELD_NAME_MAX = 200,            /* a longer name in front of a colon is text */
	TAIL_BYTES = FROM_LINE_MAX + 16, /* kept of a message that is too long: enough to see the next one begin */
};

struct mbox {
	struct source source;
	struct unpack *u;
	size_t max_bytes;
	char *data; /* unpacked bytes */
	size_t cap, len;
	int64_t base;     /* place of data[0] in the unpacked file */
	size_t start;     /* the message at hand: its "From " line ... */
	size_t scan;      /* ... and from where to look for its end */
	int64_t start_at; /* its place */
	int64_t dropped;  /* bytes of it that are no longer in data: it is too long */
	bool quoted;      /* it holds ">From " */
	bool ended;       /* the file is read to its end */
	bool opened;      /* leading empty lines are skipped */
	bool failed;
	struct err failure; /* why reading stopped */
	char *why;          /* of the item handed out */
	XXH3_state_t *hash;
	int64_t hashed;            /* bytes in it */
	XXH3_state_t *hash_before; /* the message at hand, when part of it is in the hash already */
};

static bool is_month(const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (const char *m = months; *m; m += 3)
		if (memcmp(m, s, 3) == 0)
			return true;
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_year(const char *s)
{
	return (s[0] == '1' || s[0] == '2') && is_digit(s[1]) && is_digit(s[2]) && is_digit(s[3]);
}

bool source_mbox_is_from_line(const char *line, size_t n)
{
	bool month = false, time = false, year = false;
	const char *p, *end = line + n, *word;

	if (n < 5 || n > FROM_LINE_MAX || memcmp(line, "From ", 5) != 0)
		return false;
	for (p = line + 5; p < end; p = word) {
		while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
			p++;
		for (word = p; word < end && *word != ' ' && *word != '\t' && *word != '\r'; word++)
			;
		size_t len = (size_t)(word - p);
		month = month || (len == 3 && is_month(p));
		time = time || (len >= 4 && len <= 8 && is_digit(p[0]) && memchr(p, ':', 3) && is_digit(word[-1]));
		year = year || (month && len == 4 && is_year(p));
	}
	return month && time && year;
}

bool source_mbox_is_header_line(const char *s, size_t n)
{
	size_t i = 0;

	if (n >= 6 && memcmp(s, ">From ", 6) == 0)
		return true;
	while (i < n && s[i] > ' ' && s[i] < 0x7f && s[i] != ':')
		i++;
	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	return i > 0 && i < n && s[i] == ':';
}

static void read_more(struct mbox *m)
{
	size_t got;

	if (m->start > 0 && m->cap - m->len < CHUNK_BYTES) {
		memmove(m->data, m->data + m->start, m->len - m->start);
		m->base += (int64_t)m->start;
		m->len -= m->start;
		m->scan -= m->start;
		m->start = 0;
	}
	if (m->cap - m->len < CHUNK_BYTES) {
		m->cap = m->cap ? m->cap * 2 : 4 * (size_t)CHUNK_BYTES;
		m->data = mem_realloc(m->data, m->cap, 1);
	}
	if (unpack_read(m->u, m->data + m->len, CHUNK_BYTES, &got, &m->failure) != 0) {
		m->failed = m->ended = true;
		return;
	}
	m->len += got;
	m->ended = got == 0;
}

static void add_to_hash(struct mbox *m, size_t n)
{
	XXH3_128bits_update(m->hash, m->data + m->start, n);
	m->hashed += (int64_t)n;
}

/* Lets go of the beginning of a message over the cap, so that memory stays bounded. */
static void drop_head(struct mbox *m)
{
	size_t n = m->len - m->start;

	if (n <= m->max_bytes + FROM_LINE_MAX && m->dropped == 0)
		return;
	if (m->scan - m->start < TAIL_BYTES + CHUNK_BYTES)
		return;
	n = m->scan - m->start - TAIL_BYTES;
	if (m->dropped == 0)
		XXH3_copyState(m->hash_before, m->hash);
	add_to_hash(m, n);
	m->dropped += (int64_t)n;
	m->start += n;
}

static bool after_empty_line(const struct mbox *m, size_t at)
{
	const char *p = m->data + at;

	if (at < m->start + 2 || p[-1] != '\n')
		return false;
	return p[-2] == '\n' || (at >= m->start + 3 && p[-2] == '\r' && p[-3] == '\n');
}

enum found { FOUND_NONE, FOUND_END, FOUND_NEED_MORE };

/* git begins each patch with this date: without an empty line before it, a patch within a text. */
static bool is_patch_line(const char *line, size_t n)
{
	static const char date[] = "Mon Sep 17 00:00:00 2001";

	return memmem(line, n, date, sizeof date - 1) != NULL;
}

/* Some programs leave the empty line out. Then the line at `next` must begin headers too. */
static enum found look_behind(const struct mbox *m, const char *next)
{
	const char *end = m->data + m->len;
	size_t n = next < end ? (size_t)(end - next) : 0;

	if (n < FIELD_NAME_MAX && !m->ended && !(n > 0 && memchr(next, '\n', n)))
		return FOUND_NEED_MORE;
	if (n > FIELD_NAME_MAX)
		n = FIELD_NAME_MAX;
	if (n >= 5 && memcmp(next, "From ", 5) == 0)
		return FOUND_END;
	return n > 0 && source_mbox_is_header_line(next, n) ? FOUND_END : FOUND_NONE;
}

/* Looks at a "From " in the data: does the next message begin there? */
static enum found look_at(struct mbox *m, size_t at)
{
	const char *line = m->data + at, *end;
	size_t n;

	if (at > m->start && line[-1] == '>')
		m->quoted = true;
	if (at <= m->start || line[-1] != '\n')
		return FOUND_NONE;
	end = memchr(line, '\n', m->len - at);
	if (!end && m->len - at <= FROM_LINE_MAX && !m->ended)
		return FOUND_NEED_MORE;
	if (!end)
		end = m->data + m->len;
	n = (size_t)(end - line);
	if (!source_mbox_is_from_line(line, n))
		return FOUND_NONE;
	if (after_empty_line(m, at))
		return FOUND_END;
	return is_patch_line(line, n) ? FOUND_NONE : look_behind(m, end + 1);
}

/* Finds where the message at hand ends, reading as needed. */
static size_t find_end(struct mbox *m)
{
	for (;;) {
		const char *p = m->len > m->scan ? memmem(m->data + m->scan, m->len - m->scan, "From ", 5) : NULL;
		size_t at = p ? (size_t)(p - m->data) : 0;
		enum found found = p ? look_at(m, at) : FOUND_NEED_MORE;
		if (found == FOUND_END)
			return at;
		if (found == FOUND_NONE) {
			m->scan = at + 5;
			continue;
		}
		if (m->ended)
			return m->len;
		/* The last bytes may be the beginning of "From ". */
		if (p)
			m->scan = at;
		else if (m->len > m->scan + 4)
			m->scan = m->len - 4;
		drop_head(m);
		read_more(m);
	}
}

/* mboxrd: a line of ">...>From " loses one ">". In the body alone: before the headers it is another program's leftover. */
static size_t unquote(char *s, size_t n)
{
	char *from = memmem(s, n, "\n\n", 2), *to, *end = s + n, *p;
	char *crlf = memmem(s, from ? (size_t)(from - s) : n, "\n\r\n", 3);

	if (crlf)
		from = crlf;
	if (!from)
		return n;
	for (p = to = from; (p = memmem(p, (size_t)(end - p), ">From ", 6)); p += 6) {
		char *mark = p;
		while (mark > from && mark[-1] == '>')
			mark--;
		if (mark == s || mark[-1] != '\n')
			continue;
		memmove(to, from, (size_t)(mark - from));
		to += mark - from;
		from = mark + 1;
	}
	memmove(to, from, (size_t)(end - from));
	return (size_t)(to - s) + (size_t)(end - from);
}

/* The message without its "From " line and the empty line that ends it in an mbox. */
static void cut_out(struct mbox *m, size_t end, struct source_item *item)
{
	char *p = m->data + m->start, *line_end = memchr(p, '\n', end - m->start);
	size_t n;

	p = line_end ? line_end + 1 : m->data + end;
	n = (size_t)(m->data + end - p);
	if (n >= 2 && p[n - 1] == '\n' && p[n - 2] == '\n')
		n -= 1;
	else if (n >= 4 && memcmp(p + n - 4, "\r\n\r\n", 4) == 0)
		n -= 2;
	item->size_bytes = m->quoted ? unquote(p, n) : n;
	item->raw = p;
}

static void fail_item(struct mbox *m, struct source_item *item, char *why)
{
	free(m->why);
	item->failure = m->why = why;
	item->raw = NULL;
}

/* Hands out the message that ends at `end` and goes to the next. */
static void take(struct mbox *m, size_t end, struct source_item *item)
{
	int64_t size = m->dropped + (int64_t)(end - m->start);

	*item = (struct source_item){.offset = m->start_at, .size_bytes = (size_t)size};
	if (m->failed && end == m->len) {
		/* What came before the failure may be half a message: it is not taken, and the cursor stays before it. */
		fail_item(m, item, mem_strdup(m->failure.text));
		item->is_last = true;
		m->start = end;
		if (m->dropped > 0) {
			XXH3_copyState(m->hash, m->hash_before);
			m->hashed = m->start_at;
		}
		return;
	}
	add_to_hash(m, end - m->start);
	if (m->dropped > 0 || end - m->start > m->max_bytes + FROM_LINE_MAX)
		fail_item(m, item,
		    mem_printf(
		        "the message has %lld bytes, more than the %zu that are read", (long long)size, m->max_bytes));
	else
		cut_out(m, end, item);
	m->start_at += size;
	m->start = m->scan = end;
	m->dropped = 0;
	m->quoted = false;
}

static void skip_empty_lines(struct mbox *m)
{
	size_t n = 0;

	while (m->len < 16 && !m->ended)
		read_more(m);
	while (n < m->len && (m->data[n] == '\n' || m->data[n] == '\r'))
		n++;
	add_to_hash(m, n);
	m->start = m->scan = n;
	m->start_at = m->base + (int64_t)n;
	m->opened = true;
}

static int next(struct source *s, struct source_item *item, bool *more, struct err *e)
{
	struct mbox *m = (struct mbox *)s;

	(void)e;
	if (!m->opened)
		skip_empty_lines(m);
	while (m->start == m->len && !m->ended)
		read_more(m);
	*more = m->start < m->len || m->failed;
	if (!*more)
		return 0;
	if (m->start == m->len) {
		take(m, m->len, item);
	} else {
		/* Past its own "From " line. */
		m->scan = m->start + 5 < m->len ? m->start + 5 : m->len;
		take(m, find_end(m), item);
	}
	if (item->is_last)
		m->failed = false;
	return 0;
}

static void cursor(struct source *s, struct source_cursor *c)
{
	struct mbox *m = (struct mbox *)s;
	XXH128_canonical_t text;

	XXH128_canonicalFromHash(&text, XXH3_128bits_digest(m->hash));
	c->offset = m->hashed;
	memcpy(c->hash, text.digest, sizeof c->hash);
}

static void go_to(struct mbox *m, int64_t offset)
{
	m->base = m->start_at = offset;
	m->start = m->scan = m->len = 0;
	m->dropped = 0;
	m->quoted = m->ended = m->failed = false;
	m->opened = offset > 0;
}

static int start_again(struct mbox *m, struct err *e)
{
	XXH3_128bits_reset(m->hash);
	m->hashed = 0;
	go_to(m, 0);
	return unpack_seek(m->u, 0, e);
}

/* A message begins behind the cursor, or nothing does. Else the file was read while its last message was being written, and what follows
 * is the rest of that one. */
static bool begins_anew(struct mbox *m)
{
	const char *p, *end, *line_end;

	while (m->len < 2 * FROM_LINE_MAX && !m->ended)
		read_more(m);
	end = m->data + m->len;
	for (p = m->data; p < end && (*p == '\n' || *p == '\r'); p++)
		;
	if (p == end)
		return true;
	line_end = memchr(p, '\n', (size_t)(end - p));
	return source_mbox_is_from_line(p, (size_t)((line_end ? line_end : end) - p));
}

static int resume(struct source *s, const struct source_cursor *c, bool *resumed, struct err *e)
{
	struct mbox *m = (struct mbox *)s;
	struct source_cursor here;
	struct err unused = {0};

	*resumed = false;
	while (m->hashed < c->offset && !m->ended) {
		m->start = m->len = m->scan = 0;
		read_more(m);
		int64_t left = c->offset - m->hashed;
		add_to_hash(m, (int64_t)m->len < left ? m->len : (size_t)left);
	}
	cursor(s, &here);
	if (c->offset > 0 && here.offset == c->offset && memcmp(here.hash, c->hash, sizeof here.hash) == 0 &&
	    unpack_seek(m->u, c->offset, &unused) == 0) {
		go_to(m, c->offset);
		m->opened = false;
		*resumed = begins_anew(m);
		if (*resumed)
			return 0;
	}
	return start_again(m, e);
}

static int at(struct source *s, int64_t offset, const char *name, struct source_item *item, struct err *e)
{
	struct mbox *m = (struct mbox *)s;
	bool more;

	(void)name;
	if (offset < m->base + (int64_t)m->start || offset > m->base + (int64_t)m->len) {
		if (unpack_seek(m->u, offset, e) != 0)
			return -1;
		go_to(m, offset);
	} else {
		m->start = m->scan = (size_t)(offset - m->base);
		m->start_at = offset;
	}
	m->opened = true;
	while (m->len - m->start < FROM_LINE_MAX && !m->ended)
		read_more(m);
	if (m->len - m->start < 5 || memcmp(m->data + m->start, "From ", 5) != 0) {
		if (m->failed)
			return err_set(e, ERR_INPUT, "%s", m->failure.text);
		return err_set(e, ERR_NO_INPUT, "%s: no message begins at byte %lld", s->path, (long long)offset);
	}
	return next(s, item, &more, e);
}

static void progress(const struct source *s, int64_t *done, int64_t *total)
{
	const struct mbox *m = (const struct mbox *)s;

	*done = unpack_consumed(m->u);
	*total = s->identity.size_bytes;
}

static void close_mbox(struct source *s)
{
	struct mbox *m = (struct mbox *)s;

	unpack_close(m->u);
	XXH3_freeState(m->hash);
	XXH3_freeState(m->hash_before);
	free((char *)(uintptr_t)s->path);
	free(m->data);
	free(m->why);
	free(m);
}

int source_mbox_open(const char *path, struct unpack *u, size_t max_bytes, struct source **out, struct err *e)
{
	struct mbox *m = mem_alloc(sizeof *m);
	const struct stat *st = unpack_stat(u);

	(void)e;
	unpack_lock(u);
	m->source = (struct source){.kind = SOURCE_MBOX,
	    .path = mem_strdup(path),
	    .next = next,
	    .cursor = cursor,
	    .resume = resume,
	    .at = at,
	    .progress = progress,
	    .close = close_mbox};
	m->source.identity = (struct source_identity){(int64_t)st->st_dev, (int64_t)st->st_ino, st->st_size,
	    st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
	    st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec};
	m->u = u;
	m->max_bytes = max_bytes;
	m->hash = XXH3_createState();
	m->hash_before = XXH3_createState();
	if (!m->hash || !m->hash_before)
		mem_out_of_memory();
	XXH3_128bits_reset(m->hash);
	*out = &m->source;
	return 0;
}
