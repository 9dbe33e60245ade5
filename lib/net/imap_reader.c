#include "net/imap_reader.h"

#include "base/span.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_KEPT_MAX = 500, CHUNK_BYTES = 256 * 1024 };

void imap_reader_begin(struct imap_reader *r)
{
	r->left = IMAP_ANSWER_MAX;
}

void imap_reader_allow_list(struct imap_reader *r)
{
	r->left = IMAP_LIST_MAX;
}

int imap_reader_bad(const struct imap_reader *r, const char *what, struct err *e)
{
	return err_set(e, ERR_UNAVAILABLE, "%s: the server's answer is no IMAP: %s", stream_peer(r->stream), what);
}

int imap_reader_peekc(struct imap_reader *r, struct err *e)
{
	if (r->left == 0)
		return imap_reader_bad(r, "a line without end", e);
	return stream_peekc(r->stream, e);
}

int imap_reader_getc(struct imap_reader *r, struct err *e)
{
	if (r->left == 0)
		return imap_reader_bad(r, "a line without end", e);
	r->left--;
	return stream_getc(r->stream, e);
}

int imap_reader_expect(struct imap_reader *r, char c, struct err *e)
{
	int got = imap_reader_getc(r, e);
	char what[40];

	if (got < 0)
		return -1;
	if (got == (unsigned char)c)
		return 0;
	snprintf(what, sizeof what, "byte 0x%02x where '%c' is due", (unsigned)got, c);
	return imap_reader_bad(r, what, e);
}

int imap_reader_spaces(struct imap_reader *r, struct err *e)
{
	int c;

	while ((c = imap_reader_peekc(r, e)) == ' ')
		imap_reader_getc(r, e);
	return c < 0 ? -1 : 0;
}

static bool ends_atom(int c)
{
	return c <= ' ' || c == '(' || c == ')' || c == '"' || c == '{' || c == '[' || c == ']' || c == 0x7f;
}

static int read_word(struct imap_reader *r, struct buf *out, bool brackets, struct err *e)
{
	int c;

	buf_reset(out);
	while ((c = imap_reader_peekc(r, e)) >= 0 && (!ends_atom(c) || (brackets && (c == '[' || c == ']')))) {
		if (out->len == IMAP_TOKEN_MAX)
			return imap_reader_bad(r, "a word without end", e);
		buf_putc(out, (char)c);
		imap_reader_getc(r, e);
	}
	return c < 0 ? -1 : 0;
}

int imap_reader_atom(struct imap_reader *r, struct buf *out, struct err *e)
{
	return read_word(r, out, false, e);
}

int imap_reader_number(struct imap_reader *r, uint64_t *n, struct err *e)
{
	int c, digits = 0;

	*n = 0;
	while ((c = imap_reader_peekc(r, e)) >= '0' && c <= '9') {
		if (++digits > 19)
			return imap_reader_bad(r, "a number too large", e);
		*n = *n * 10 + (uint64_t)(c - '0');
		imap_reader_getc(r, e);
	}
	if (c < 0)
		return -1;
	return digits ? 0 : imap_reader_bad(r, "a number is missing", e);
}

static int line_end(struct imap_reader *r, struct err *e)
{
	int c = imap_reader_getc(r, e);

	if (c == '\r')
		c = imap_reader_getc(r, e);
	if (c < 0)
		return -1;
	return c == '\n' ? 0 : imap_reader_bad(r, "a line end is missing", e);
}

int imap_reader_end(struct imap_reader *r, struct err *e)
{
	return imap_reader_spaces(r, e) < 0 ? -1 : line_end(r, e);
}

/* "{n}" or "{n+}" and the line end behind it. */
static int literal_size(struct imap_reader *r, uint64_t *n, struct err *e)
{
	if (imap_reader_expect(r, '{', e) < 0 || imap_reader_number(r, n, e) < 0)
		return -1;
	if (imap_reader_peekc(r, e) == '+')
		imap_reader_getc(r, e);
	if (imap_reader_expect(r, '}', e) < 0)
		return -1;
	return line_end(r, e);
}

static int skip_literal(struct imap_reader *r, uint64_t n, struct err *e)
{
	if (n > IMAP_SKIP_MAX)
		return imap_reader_bad(r, "a literal of impossible size", e);
	return stream_skip(r->stream, (size_t)n, e);
}

/* Storage grows with what has come, not with what was announced. */
static int take_literal(struct imap_reader *r, uint64_t n, struct buf *out, struct err *e)
{
	while (n > 0) {
		size_t part = n < CHUNK_BYTES ? (size_t)n : CHUNK_BYTES;
		char *to = buf_reserve(out, part);
		if (stream_read(r->stream, to, part, e) < 0)
			return err_prefix(e, "in the middle of a literal");
		out->len += part;
		n -= part;
	}
	buf_append(out, "", 0);
	return 0;
}

static int read_literal(struct imap_reader *r, struct buf *out, size_t cap, uint64_t *too_large, struct err *e)
{
	uint64_t n;

	if (literal_size(r, &n, e) < 0)
		return -1;
	if (n <= cap)
		return take_literal(r, n, out, e);
	if (!too_large)
		return imap_reader_bad(r, "a literal too large for its place", e);
	*too_large = n;
	return skip_literal(r, n, e);
}

/* Behind the opening quote. `out` NULL: only reads past it. */
static int read_quoted(struct imap_reader *r, struct buf *out, size_t cap, struct err *e)
{
	int c;

	while ((c = imap_reader_getc(r, e)) != '"') {
		if (c == '\\')
			c = imap_reader_getc(r, e);
		if (c < 0)
			return -1;
		if (c == '\r' || c == '\n')
			return imap_reader_bad(r, "a string without its quote", e);
		if (out && out->len == cap)
			return imap_reader_bad(r, "a string too long", e);
		if (out)
			buf_putc(out, (char)c);
	}
	return 0;
}

int imap_reader_string(
    struct imap_reader *r, struct buf *out, size_t cap, bool *nil, uint64_t *too_large, struct err *e)
{
	int c = imap_reader_peekc(r, e);

	*nil = false;
	buf_reset(out);
	if (c == '~') {
		imap_reader_getc(r, e);
		c = imap_reader_peekc(r, e);
	}
	if (c < 0)
		return -1;
	if (c == '{')
		return read_literal(r, out, cap, too_large, e);
	if (c == '"') {
		imap_reader_getc(r, e);
		return read_quoted(r, out, cap, e);
	}
	/* RFC 3501: an atom may hold "[", an astring "]" too; folders are called [Gmail]/Spam. */
	if (read_word(r, out, true, e) < 0)
		return -1;
	if (out->len == 0)
		return imap_reader_bad(r, "a string is missing", e);
	if (out->len > cap)
		return imap_reader_bad(r, "a string too long", e);
	*nil = out->len == 3 && strncasecmp(out->data, "NIL", 3) == 0;
	if (*nil)
		buf_reset(out);
	return 0;
}

/* An atom with sections: BODY[HEADER.FIELDS (X)]<0>. At least one byte is taken. */
static int skip_word(struct imap_reader *r, struct err *e)
{
	int c = imap_reader_getc(r, e);

	if (c < 0)
		return -1;
	if (c == '\r' || c == '\n')
		return imap_reader_bad(r, "a value is missing", e);
	while ((c = imap_reader_peekc(r, e)) >= 0 && (!ends_atom(c) || c == '[' || c == ']'))
		imap_reader_getc(r, e);
	return c < 0 ? -1 : 0;
}

static int skip_scalar(struct imap_reader *r, int c, struct err *e)
{
	uint64_t n;

	if (c == '"') {
		imap_reader_getc(r, e);
		return read_quoted(r, NULL, 0, e);
	}
	if (c == '{')
		return literal_size(r, &n, e) < 0 ? -1 : skip_literal(r, n, e);
	return skip_word(r, e);
}

int imap_reader_skip_value(struct imap_reader *r, struct err *e)
{
	int depth = 0;

	do {
		int c;
		if (depth > 0 && imap_reader_spaces(r, e) < 0)
			return -1;
		c = imap_reader_peekc(r, e);
		if (c < 0)
			return -1;
		if (c == '(' || (c == ')' && depth > 0)) {
			imap_reader_getc(r, e);
			depth += c == '(' ? 1 : -1;
			if (depth > IMAP_NESTING_MAX)
				return imap_reader_bad(r, "brackets nested too deeply", e);
		} else if (skip_scalar(r, c, e) < 0) {
			return -1;
		}
	} while (depth > 0);
	return 0;
}

void imap_reader_clean(struct buf *b)
{
	size_t i = 0;

	while (i < b->len) {
		size_t end = i + utf8_valid_prefix(b->data + i, b->len - i);
		for (; i < end; i++)
			if ((unsigned char)b->data[i] < 0x20 || b->data[i] == 0x7f)
				b->data[i] = '?';
		if (i < b->len)
			b->data[i++] = '?';
	}
}

int imap_reader_text(struct imap_reader *r, struct buf *out, struct err *e)
{
	int c;

	if (out)
		buf_reset(out);
	while ((c = imap_reader_getc(r, e)) >= 0 && c != '\n')
		if (out && out->len < TEXT_KEPT_MAX && c != '\r')
			buf_putc(out, (char)c);
	if (out)
		imap_reader_clean(out);
	return c < 0 ? -1 : 0;
}

/* The line's last bytes tell whether a literal follows. */
int imap_reader_skip_rest(struct imap_reader *r, struct err *e)
{
	for (;;) {
		uint64_t n = 0;
		enum { TEXT, BRACE, DIGITS, PLUS, CLOSED } state = TEXT;
		int c;

		while ((c = imap_reader_getc(r, e)) >= 0 && c != '\n') {
			if (c == '{') {
				state = BRACE;
				n = 0;
			} else if (ascii_is_digit((char)c) && (state == BRACE || state == DIGITS)) {
				state = DIGITS;
				n = n > IMAP_SKIP_MAX ? n : n * 10 + (uint64_t)(c - '0');
			} else if (c == '+' && state == DIGITS) {
				state = PLUS;
			} else if (c == '}' && (state == DIGITS || state == PLUS)) {
				state = CLOSED;
			} else if (c != '\r' || state != CLOSED) {
				state = TEXT;
			}
		}
		if (c < 0)
			return -1;
		if (state != CLOSED)
			return 0;
		if (skip_literal(r, n, e) < 0)
			return -1;
	}
}
