#include "mail/mime.h"

#include <stdint.h>
#include <string.h>

/* An open container. An embedded message has no boundary of its own. */
struct mime_frame {
	const char *boundary;
	size_t len;
	uint64_t key; /* of the boundary, so that a line is compared with few of them */
	bool digest, embedded;
	bool in_message; /* this frame or one around it is an embedded message */
};

enum match { MATCH_NONE, MATCH_PART, MATCH_CLOSE };

/* First and last eight bytes and the length, mixed. Equal strings have equal keys. */
static uint64_t key_of(const char *s, size_t n)
{
	uint64_t head = 0, tail = 0;
	size_t m = n < 8 ? n : 8;

	memcpy(&head, s, m);
	memcpy(&tail, s + n - m, m);
	return (head * 0x9e3779b97f4a7c15u) ^ (tail * 0xc2b2ae3d27d4eb4fu) ^ n;
}

/* The innermost open frame whose boundary is these bytes; depth when there is none. */
static size_t frame_of(const struct mime_scan *s, const char *at, size_t len)
{
	uint64_t key = key_of(at, len);

	for (size_t i = s->depth; i-- > 0;)
		if (s->frames[i].key == key && s->frames[i].len == len && !s->frames[i].embedded &&
		    memcmp(s->frames[i].boundary, at, len) == 0)
			return i;
	return s->depth;
}

/* Is the line (without its "--") an open boundary? Trailing white space does not count (RFC 2046 section 5.1.1). */
static enum match match_line(const struct mime_scan *s, struct span line, size_t *frame)
{
	while (line.len && ascii_is_space(line.at[line.len - 1]))
		line.len--;
	if (line.len > s->limits->boundary_bytes + 2)
		return MATCH_NONE;
	*frame = frame_of(s, line.at, line.len);
	if (*frame < s->depth)
		return MATCH_PART;
	if (line.len < 2 || memcmp(line.at + line.len - 2, "--", 2) != 0)
		return MATCH_NONE;
	*frame = frame_of(s, line.at, line.len - 2);
	return *frame < s->depth ? MATCH_CLOSE : MATCH_NONE;
}

/* Offset of the next line from pos on that starts with "--"; the end when there is none. Looks for the dashes, which
 * base64 has none of, rather than for line ends. pos is at the start of a line. */
static size_t next_dashes(struct span raw, size_t pos, size_t line_start)
{
	const char *end = raw.at + raw.len, *p = raw.at + pos;

	while (end - p >= 2) {
		p = memchr(p, '-', (size_t)(end - p - 1));
		if (!p)
			break;
		if (p[1] == '-' && (p == raw.at + line_start || p[-1] == '\n'))
			return (size_t)(p - raw.at);
		do
			p++;
		while (p < end && *p == '-');
	}
	return raw.len;
}

struct boundary_line {
	enum match match;
	size_t frame, start, end; /* of the line; both raw.len when there is no more boundary */
};

static struct boundary_line next_boundary(const struct mime_scan *s, size_t pos)
{
	struct boundary_line b = {MATCH_NONE, 0, s->raw.len, s->raw.len};
	size_t line_start = pos;

	while (s->depth && (pos = next_dashes(s->raw, pos, line_start)) < s->raw.len) {
		const char *lf = memchr(s->raw.at + pos, '\n', s->raw.len - pos);
		size_t end = lf ? (size_t)(lf - s->raw.at) + 1 : s->raw.len;
		b.match = match_line(s, (struct span){s->raw.at + pos + 2, end - pos - 2}, &b.frame);
		if (b.match != MATCH_NONE) {
			b.start = pos;
			b.end = end;
			return b;
		}
		pos = line_start = end;
	}
	return b;
}

/* Takes off the line end in front of a boundary line. */
static size_t before_line(struct span raw, size_t from, size_t line)
{
	if (line > from && line < raw.len && raw.at[line - 1] == '\n')
		line--;
	else
		return line;
	return line > from && raw.at[line - 1] == '\r' ? line - 1 : line;
}

static enum mime_encoding encoding_of(const struct mime_scan *s, const struct header_block *b)
{
	const struct header *h = header_find(b, HEADER_CONTENT_TRANSFER_ENCODING);
	struct param_list l;

	if (!h)
		return ENCODING_IDENTITY;
	param_parse(s->a, h->value, s->limits->comment_depth, &l);
	if (span_is(l.value, "base64"))
		return ENCODING_BASE64;
	if (span_is(l.value, "quoted-printable"))
		return ENCODING_QUOTED_PRINTABLE;
	if (span_is(l.value, "x-uuencode") || span_is(l.value, "uuencode") || span_is(l.value, "x-uue"))
		return ENCODING_UU;
	if (!span_is(l.value, "7bit") && !span_is(l.value, "8bit") && !span_is(l.value, "binary") && l.value.len)
		defects_add(s->defects, "unknown Content-Transfer-Encoding read as it is");
	return ENCODING_IDENTITY;
}

/* "type/subtype" without white space; what is no such thing is kept as bytes, as the other readers do:
 * RFC 2045 section 5.2 would read it as text/plain, which it rarely is. */
static const char *type_of(const struct mime_scan *s, struct span value, const char *fallback)
{
	char *type = span_lower(s->a, value);
	size_t n = 0;

	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)type[i] > ' ' && (unsigned char)type[i] < 0x7f)
			type[n++] = type[i];
	type[n] = '\0';
	const char *slash = strchr(type, '/');
	if (slash && slash > type && slash[1] && !strchr(slash + 1, '/'))
		return type;
	if (n == 0)
		return fallback;
	defects_add(s->defects, "Content-Type without type and subtype read as unknown bytes");
	return "application/octet-stream";
}

static void read_disposition(const struct mime_scan *s, const struct header_block *b, struct mime_part *p)
{
	const struct header *h = header_find(b, HEADER_CONTENT_DISPOSITION);

	if (!h)
		return;
	param_parse(s->a, h->value, s->limits->comment_depth, &p->disposition_params);
	if (span_is(p->disposition_params.value, "inline"))
		p->disposition = DISPOSITION_INLINE;
	else if (span_is(p->disposition_params.value, "attachment"))
		p->disposition = DISPOSITION_ATTACHMENT;
}

static void read_part(const struct mime_scan *s, const struct header_block *b, bool digest, struct mime_part *p)
{
	const struct header *type = header_find(b, HEADER_CONTENT_TYPE), *id = header_find(b, HEADER_CONTENT_ID);
	const char *fallback = digest ? "message/rfc822" : "text/plain";

	*p = (struct mime_part){.content_type = fallback};
	if (type) {
		param_parse(s->a, type->value, s->limits->comment_depth, &p->type_params);
		p->content_type = type_of(s, p->type_params.value, "text/plain");
	}
	p->encoding = encoding_of(s, b);
	read_disposition(s, b, p);
	if (id)
		p->content_id = id->value;
}

static void push(struct mime_scan *s, struct mime_frame f)
{
	if (s->depth == s->frame_cap) {
		size_t cap = s->frame_cap ? s->frame_cap * 2 : 8;
		s->frames = arena_grow(s->a, s->frames, s->frame_cap * sizeof *s->frames, cap * sizeof *s->frames);
		s->frame_cap = cap;
	}
	f.in_message = f.embedded || (s->depth && s->frames[s->depth - 1].in_message);
	s->frames[s->depth++] = f;
}

static void read_headers(struct mime_scan *s, size_t end, bool digest)
{
	size_t n = end - s->pos;

	header_block_parse(s->a, s->raw.at + s->pos, n, s->limits->header_bytes, &s->headers);
	if (s->headers.over_limit)
		defects_add(s->defects, "header fields beyond %zu bytes left out", s->limits->header_bytes);
	s->pos += s->headers.body;
	s->digest = digest;
	s->pending = true;
}

/* Goes on behind a boundary line: the next part's header block, or the way out of the frames that end here. */
static void after_boundary(struct mime_scan *s, struct boundary_line b)
{
	s->pos = b.end;
	if (b.match == MATCH_NONE) {
		for (size_t i = 0; i < s->depth; i++)
			if (!s->frames[i].embedded)
				defects_add(s->defects, "multipart without its closing boundary read to the end");
		s->depth = 0;
		return;
	}
	s->depth = b.match == MATCH_PART ? b.frame + 1 : b.frame;
	if (b.match == MATCH_PART)
		read_headers(s, s->raw.len, s->frames[b.frame].digest);
}

void mime_start(struct mime_scan *s, struct arena *a, const struct message_limits *limits, struct defects *d,
    struct span raw, const struct header_block *b)
{
	*s = (struct mime_scan){.a = a, .limits = limits, .defects = d, .raw = raw};
	s->headers = *b;
	s->pos = b->body;
	s->pending = true;
}

static bool is_multipart(const struct mime_part *p)
{
	return strncmp(p->content_type, "multipart/", 10) == 0;
}

static bool is_embedded(const struct mime_part *p)
{
	return (strcmp(p->content_type, "message/rfc822") == 0 || strcmp(p->content_type, "message/global") == 0) &&
	       p->encoding == ENCODING_IDENTITY;
}

/* Opens the multipart; false when it must be read as a leaf. */
static bool open_multipart(struct mime_scan *s, const struct mime_part *p)
{
	size_t len;
	const char *boundary = param_bytes(s->a, &p->type_params, "boundary", s->limits->rfc2231_parts, &len);

	while (len && ascii_is_space(boundary[len - 1]))
		len--;
	if (!boundary) {
		defects_add(s->defects, "multipart without a boundary: its body is left out");
		return false;
	}
	if (len > s->limits->boundary_bytes) {
		defects_add(s->defects, "multipart with a boundary over %zu bytes: its body is left out",
		    s->limits->boundary_bytes);
		return false;
	}
	bool digest = strcmp(p->content_type, "multipart/digest") == 0;
	push(s, (struct mime_frame){boundary, len, key_of(boundary, len), .digest = digest});
	return true;
}

/* Goes into the part if it is a container within the limits. */
static bool enter(struct mime_scan *s, struct mime_part *p)
{
	if (!is_multipart(p) && !is_embedded(p))
		return false;
	if (s->depth >= s->limits->nesting) {
		defects_add(s->defects, "parts nested deeper than %zu read as one part", s->limits->nesting);
		p->too_deep = true;
		return false;
	}
	if (is_multipart(p)) {
		if (!open_multipart(s, p))
			return false;
		after_boundary(s, next_boundary(s, s->pos));
		return true;
	}
	push(s, (struct mime_frame){.embedded = true});
	read_headers(s, s->raw.len, false);
	return true;
}

bool mime_next(struct mime_scan *s, struct mime_part *p)
{
	while (s->pending || s->depth) {
		if (!s->pending) {
			after_boundary(s, next_boundary(s, s->pos));
			continue;
		}
		s->pending = false;
		if (++s->parts > s->limits->parts) {
			defects_add(s->defects, "parts after the first %zu left out", s->limits->parts);
			s->depth = 0;
			return false;
		}
		read_part(s, &s->headers, s->digest, p);
		if (enter(s, p))
			continue;
		p->in_message = s->depth && s->frames[s->depth - 1].in_message;
		struct boundary_line b = next_boundary(s, s->pos);
		size_t end = before_line(s->raw, s->pos, b.start);
		p->body = (struct span){s->raw.at + s->pos, end - s->pos};
		after_boundary(s, b);
		return true;
	}
	return false;
}
