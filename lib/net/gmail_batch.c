#include "net/gmail_batch.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BOUNDARY "mailroom_batch_of_calls"

enum { BOUNDARY_CAP_BYTES = 256, NUMBER_CAP = 1000000 };

const char batch_content_type[] = "Content-Type: multipart/mixed; boundary=" BOUNDARY;

void batch_add(struct buf *b, size_t index, const char *target)
{
	buf_printf(b, "--" BOUNDARY "\r\nContent-Type: application/http\r\nContent-ID: <%zu>\r\n\r\nGET ", index);
	buf_puts(b, target);
	buf_puts(b, " HTTP/1.1\r\n\r\n\r\n");
}

void batch_finish(struct buf *b)
{
	buf_puts(b, "--" BOUNDARY "--\r\n");
}

/* The boundary parameter, quoted or not; empty when there is none. */
static struct span find_boundary(struct span type)
{
	static const char name[] = "boundary=";
	size_t i, n = 0;

	if (!span_starts(type, "multipart/"))
		return (struct span){0};
	for (i = 0; i < type.len && !span_starts(span_skip(type, i), name); i++)
		;
	type = span_skip(type, i + sizeof name - 1);
	if (type.len > 0 && *type.at == '"') {
		type = span_skip(type, 1);
		while (n < type.len && type.at[n] != '"')
			n++;
	} else {
		while (n < type.len && type.at[n] != ';' && !ascii_is_space(type.at[n]))
			n++;
	}
	return (struct span){type.at, n};
}

int batch_reader_init(struct batch_reader *r, const char *content_type, size_t calls, size_t cap_bytes,
    void (*on_part)(void *arg, const struct batch_part *p), void *arg, struct err *e)
{
	struct span boundary = find_boundary(span_of(content_type ? content_type : ""));

	*r = (struct batch_reader){.calls = calls, .cap_bytes = cap_bytes, .on_part = on_part, .arg = arg};
	if (boundary.len == 0 || boundary.len > BOUNDARY_CAP_BYTES)
		return err_set(e, ERR_TEMPORARY, "the answer to a batch is no multipart message");
	r->delimiter = mem_printf("--%.*s", (int)boundary.len, boundary.at);
	r->delimiter_len = strlen(r->delimiter);
	return 0;
}

void batch_reader_clear(struct batch_reader *r)
{
	free(r->delimiter);
	buf_clear(&r->held);
	*r = (struct batch_reader){0};
}

bool batch_reader_finished(const struct batch_reader *r)
{
	return r->finished;
}

/* Takes a line off *s, without its end; false at the end of the text. */
static bool next_line(struct span *s, struct span *line)
{
	const char *lf = s->len ? memchr(s->at, '\n', s->len) : NULL;
	size_t n = lf ? (size_t)(lf - s->at) : s->len;

	if (s->len == 0)
		return false;
	*line = (struct span){s->at, n > 0 && s->at[n - 1] == '\r' ? n - 1 : n};
	*s = span_skip(*s, lf ? n + 1 : n);
	return true;
}

/* Digits only, at most NUMBER_CAP. */
static bool read_number(struct span s, size_t *n)
{
	size_t v = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_is_digit(s.at[i]))
			return false;
		v = v * 10 + (size_t)(s.at[i] - '0');
		if (v > NUMBER_CAP)
			return false;
	}
	*n = v;
	return s.len > 0;
}

/* "<response-17>" */
static bool read_content_id(struct span s, size_t *index)
{
	s = span_trim(s);
	if (s.len > 2 && *s.at == '<' && s.at[s.len - 1] == '>')
		s = (struct span){s.at + 1, s.len - 2};
	if (!span_starts(s, "response-"))
		return false;
	return read_number(span_skip(s, 9), index);
}

/* The header of a part, up to its blank line: whose answer it is. */
static bool read_part_head(struct span *s, size_t calls, size_t *index)
{
	struct span line;
	bool found = false;

	while (next_line(s, &line) && line.len > 0)
		if (span_starts(line, "content-id:"))
			found = read_content_id(span_skip(line, 11), index) && *index < calls;
	return found;
}

/* "HTTP/1.1 200 OK" and the answer's own header. */
static bool read_answer_head(struct span *s, struct batch_part *p)
{
	struct span line;
	size_t n, space;

	do {
		if (!next_line(s, &line))
			return false;
	} while (line.len == 0);
	space = span_find(line, " ");
	if (!span_starts(line, "http/") || line.len < space + 4 ||
	    !read_number((struct span){line.at + space + 1, 3}, &n) || n < 100)
		return false;
	p->status = (int)n;
	p->retry_after_s = -1;
	while (next_line(s, &line) && line.len > 0)
		if (span_starts(line, "retry-after:") && read_number(span_trim(span_skip(line, 12)), &n))
			p->retry_after_s = (double)n;
	return true;
}

static void give_part(const struct batch_reader *r, struct span text)
{
	struct batch_part p = {0};

	if (!read_part_head(&text, r->calls, &p.index) || !read_answer_head(&text, &p))
		return;
	p.body = span_trim(text);
	r->on_part(r->arg, &p);
}

/* The part is above the cap: says whose it is, and forgets it. */
static void give_up_part(struct batch_reader *r)
{
	struct batch_part p = {.too_large = true, .retry_after_s = -1};
	struct span text = {r->held.data, r->held.len};

	if (!r->skipping && read_part_head(&text, r->calls, &p.index))
		r->on_part(r->arg, &p);
	r->skipping = true;
}

static void drop_front(struct batch_reader *r, size_t n)
{
	memmove(r->held.data, r->held.data + n, r->held.len - n);
	r->held.len -= n;
	r->held.data[r->held.len] = '\0';
	r->scanned = r->scanned > n ? r->scanned - n : 0;
}

enum found { FOUND_NONE, FOUND_INCOMPLETE, FOUND_NEXT, FOUND_LAST };

/* Looks for a line that is a delimiter from r->scanned + `from` on: where it starts, and where the text behind it does. */
static enum found find_delimiter(const struct batch_reader *r, size_t from, size_t *start, size_t *behind)
{
	const char *s = r->held.data;
	size_t n = r->held.len;

	for (size_t at = from;; at++) {
		const char *hit = memmem(s + at, n - at, r->delimiter, r->delimiter_len), *end;
		if (!hit)
			return FOUND_NONE;
		at = (size_t)(hit - s);
		*start = at;
		if (at > 0 && s[at - 1] != '\n')
			continue;
		*behind = at + r->delimiter_len;
		if (n - *behind < 2)
			return FOUND_INCOMPLETE;
		if (memcmp(s + *behind, "--", 2) == 0)
			return FOUND_LAST;
		end = memchr(s + *behind, '\n', n - *behind);
		/* White space alone may stand behind it (RFC 2046 section 5.1.1); some, not a flood. */
		if (strspn(s + *behind, " \t\r") < (end ? (size_t)(end - s) : n) - *behind ||
		    (!end && n - *behind > BOUNDARY_CAP_BYTES))
			continue;
		if (!end)
			return FOUND_INCOMPLETE;
		*behind = (size_t)(end - s) + 1;
		return FOUND_NEXT;
	}
}

/* What stands before a delimiter was a part, or the preamble. */
static void close_part(struct batch_reader *r, size_t from, size_t to)
{
	if (r->in_part && !r->skipping)
		give_part(r, (struct span){r->held.data + from, to - from});
	r->skipping = false;
	r->in_part = true;
}

void batch_reader_feed(struct batch_reader *r, const char *bytes, size_t n)
{
	size_t start, behind, done = 0, keep;
	enum found found;

	if (r->finished)
		return;
	buf_append(&r->held, bytes, n);
	while ((found = find_delimiter(r, r->scanned > done ? r->scanned : done, &start, &behind)) >= FOUND_NEXT) {
		close_part(r, done, start);
		done = r->scanned = behind;
		if (found == FOUND_LAST) {
			r->finished = true;
			buf_clear(&r->held);
			return;
		}
	}
	if (done > 0)
		drop_front(r, done);
	/* A delimiter may have begun in the last bytes: they are looked at again, with the line end before it. */
	keep = found == FOUND_INCOMPLETE ? r->held.len - (start - done) + 1 : r->delimiter_len + 1;
	r->scanned = r->held.len > keep ? r->held.len - keep : 0;
	if (r->skipping || r->held.len > r->cap_bytes) {
		if (r->in_part)
			give_up_part(r);
		drop_front(r, r->scanned);
	}
}
