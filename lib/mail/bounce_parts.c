#include "mail/bounce_core.h"

#include "mail/decode.h"
#include "mail/html.h"
#include "mail/param.h"

#include <string.h>

enum { MAX_OPEN = 20, MAX_PARTS = 200 };

struct boundary {
	const char *at;
	size_t len;
};

struct splitter {
	struct reading_report *m;
	struct boundary open[MAX_OPEN]; /* outermost first */
	size_t depth;
};

static enum part_kind kind_of(const char *type, struct span value)
{
	if (strstr(type, "delivery-status"))
		return PART_STATUS;
	if (strstr(type, "feedback-report"))
		return PART_FEEDBACK;
	if (strstr(type, "disposition-notification"))
		return PART_MDN;
	if (strstr(type, "rfc822") || strcmp(type, "message/global") == 0 ||
	    strcmp(type, "message/global-headers") == 0 || strcmp(type, "message/partial") == 0)
		return PART_RETURNED;
	if (strcmp(type, "text/html") == 0)
		return PART_HTML;
	return strncmp(type, "text", 4) == 0 || value.len == 0 ? PART_TEXT : PART_OTHER;
}

/* Fields of RFC 3464 under another label: at the start of a part. */
static bool reads_like_status(struct span body)
{
	body = span_trim((struct span){body.at, body.len < 200 ? body.len : 200});
	return span_starts(body, "reporting-mta:") || span_starts(body, "final-recipient:") ||
	       span_starts(body, "original-recipient:") || span_starts(body, "original-envelope-id:");
}

static void add_part(struct splitter *s, const struct bounce_headers *h, struct span type, struct span body)
{
	struct reading_report *m = s->m;
	struct span value = h->v[H_CONTENT_TYPE];
	struct bounce_part p = {.content_type = value, .encoding = h->v[H_CONTENT_TRANSFER_ENCODING], .body = body};

	if (m->part_count == MAX_PARTS || m->part_count >= m->limits->parts)
		return;
	p.kind = kind_of(span_lower(m->a, type), value);
	p.attached = span_starts(h->v[H_CONTENT_DISPOSITION], "attachment");
	if ((p.kind <= PART_HTML || p.kind == PART_OTHER) && m->is_multipart && reads_like_status(body))
		p.kind = PART_STATUS;
	m->parts = arena_more(m->a, m->parts, m->part_count, sizeof *m->parts);
	m->parts[m->part_count++] = p;
}

/* The innermost open boundary that the line (behind "--") names; *close: it ends it. s->depth: none. */
static size_t match(const struct splitter *s, struct span line, bool *close)
{
	line = span_trim(line);
	for (size_t i = s->depth; i-- > 0;) {
		const struct boundary *b = &s->open[i];
		if (line.len < b->len || memcmp(line.at, b->at, b->len) != 0)
			continue;
		*close = line.len == b->len + 2 && memcmp(line.at + b->len, "--", 2) == 0;
		if (line.len == b->len || *close)
			return i;
	}
	return s->depth;
}

struct cut {
	size_t start, end; /* of the boundary line; both the size when there is none */
	size_t frame;
	bool close;
};

static struct cut next_cut(const struct splitter *s, size_t pos)
{
	struct span raw = s->m->raw;
	struct cut c = {raw.len, raw.len, s->depth, true};

	while (pos < raw.len) {
		const char *p = raw.at + pos;
		if (pos && raw.at[pos - 1] != '\n') {
			p = memmem(p, raw.len - pos, "\n--", 3);
			p = p ? p + 1 : NULL;
		} else if (raw.len - pos < 2 || memcmp(p, "--", 2) != 0) {
			p = memmem(p, raw.len - pos, "\n--", 3);
			p = p ? p + 1 : NULL;
		}
		if (!p)
			break;
		const char *lf = memchr(p, '\n', (size_t)(raw.at + raw.len - p));
		size_t start = (size_t)(p - raw.at), end = lf ? (size_t)(lf - raw.at) + 1 : raw.len;
		size_t len = end - start - 2 < 300 ? end - start - 2 : 300;
		c.frame = match(s, (struct span){p + 2, len}, &c.close);
		if (c.frame < s->depth) {
			c.start = start;
			c.end = end;
			return c;
		}
		pos = end;
	}
	c.frame = s->depth;
	return c;
}

/* A line of dashes with a Content- field behind it: a boundary that no header told, or told wrongly. */
static bool guess_boundary(struct span body, struct boundary *b)
{
	struct span line, rest = body, ahead;

	for (int i = 0; i < 400 && line_next(&rest, &line); i++) {
		ahead = rest;
		struct span next = {NULL, 0};
		if (line.len < 4 || line.len > 250 || memcmp(line.at, "--", 2) != 0 || !line_next(&ahead, &next) ||
		    !span_starts(next, "content-"))
			continue;
		*b = (struct boundary){line.at + 2, span_trim(line).len - 2};
		return b->len > 0;
	}
	return false;
}

/* Opens a multipart at body offset `pos`; false when no boundary of it is to be found. */
static bool open_multipart(struct splitter *s, const struct param_list *params, size_t pos)
{
	struct reading_report *m = s->m;
	struct span body = span_skip(m->raw, pos);
	struct boundary b;

	if (s->depth == MAX_OPEN || s->depth >= m->limits->nesting)
		return false;
	b.at = param_bytes(m->a, params, "boundary", 10, &b.len);
	if (b.at && b.len && b.len <= m->limits->boundary_bytes) {
		s->open[s->depth++] = b;
		if (next_cut(s, pos).frame == s->depth - 1)
			return true;
		s->depth--;
	}
	if (!guess_boundary(body, &b))
		return false;
	s->open[s->depth++] = b;
	return true;
}

static struct span body_between(struct span raw, size_t from, size_t to)
{
	if (to < from)
		to = from;
	if (to < raw.len && to > from && raw.at[to - 1] == '\n')
		to--;
	if (to < raw.len && to > from && raw.at[to - 1] == '\r')
		to--;
	return (struct span){raw.at + from, to - from};
}

static bool is_multipart(const struct param_list *p)
{
	return span_starts(p->value, "multipart/");
}

void bounce_parts_read(struct reading_report *m)
{
	struct splitter s = {.m = m};
	struct bounce_headers h = m->h;
	size_t pos = m->h.body;

	for (bool part = true; part || s.depth > 0;) {
		struct param_list params = {.count = 0};
		if (part)
			param_parse(m->a, h.v[H_CONTENT_TYPE], m->limits->comment_depth, &params);
		bool opened = part && is_multipart(&params) && open_multipart(&s, &params, pos);
		if (opened && !m->is_multipart) {
			m->is_multipart = true;
			m->report_type.at = param_bytes(m->a, &params, "report-type", 10, &m->report_type.len);
		}
		struct cut c = next_cut(&s, pos);
		if (part && !opened) {
			if (is_multipart(&params))
				params.value = (struct span){"text/plain", 10};
			add_part(&s, &h, params.value, body_between(m->raw, pos, c.start));
		}
		if (c.frame >= s.depth)
			return;
		s.depth = c.frame + !c.close;
		part = !c.close;
		pos = c.end;
		if (part) {
			bounce_headers_read(span_skip(m->raw, pos), &h);
			pos += h.body;
		}
	}
}

const struct bounce_part *bounce_part_find(const struct reading_report *m, enum part_kind kind)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (m->parts[i].kind == kind)
			return &m->parts[i];
	return NULL;
}

struct span bounce_part_body(struct reading_report *m, const struct bounce_part *p)
{
	struct span in = p->body, encoding = p->encoding;

	if (span_starts(encoding, "base64") && !memchr(in.at, ':', in.len)) {
		char *out = arena_alloc(m->a, in.len / 4 * 3 + 4);
		return (struct span){out, decode_base64(in.at, in.len, out, NULL)};
	}
	if (span_starts(encoding, "quoted-printable")) {
		char *out = arena_alloc(m->a, in.len + 1);
		return (struct span){out, decode_quoted_printable(in.at, in.len, out)};
	}
	return in;
}

struct span bounce_part_text(struct reading_report *m, const struct bounce_part *p)
{
	struct span in = bounce_part_body(m, p), charset = {NULL, 0};
	struct param_list params;
	size_t n;
	bool cut;

	param_parse(m->a, p->content_type, m->limits->comment_depth, &params);
	charset.at = param_bytes(m->a, &params, "charset", 10, &charset.len);
	if (in.len > m->limits->text_bytes)
		in.len = m->limits->text_bytes;
	struct charset_text t = charset_to_utf8(m->r->charsets, m->a, charset, in);
	if (p->kind != PART_HTML)
		return (struct span){t.text, t.len};
	const char *text = html_to_text(m->a, t.text, t.len, m->limits->text_bytes, &n, &cut);
	return (struct span){text, n};
}
