/* Leaves: decoded, digested, kept as text or attachment. */
#include "mail/parser.h"

#include "base/utf8.h"
#include "mail/body_digest.h"
#include "mail/decode.h"
#include "mail/encword.h"
#include "mail/flowed.h"
#include "mail/html.h"

#include <string.h>

static struct span decode_body(struct reading *r, const struct mime_part *part)
{
	struct span in = part->body;
	size_t room = in.len + 4, n = 0, junk = 0;
	char *out;

	if (part->encoding == ENCODING_IDENTITY)
		return in;
	if (part->encoding == ENCODING_BASE64)
		room = in.len / 4 * 3 + 3;
	out = arena_alloc(r->a, room);
	switch (part->encoding) {
	case ENCODING_BASE64: n = decode_base64(in.at, in.len, out, &junk); break;
	case ENCODING_QUOTED_PRINTABLE: n = decode_quoted_printable(in.at, in.len, out); break;
	default: n = decode_uu(in.at, in.len, out); break;
	}
	if (junk)
		defects_add(&r->defects, "bytes that are no base64 skipped");
	arena_shrink(r->a, out, room, n);
	return (struct span){out, n};
}

/* The text of `from` without CR before LF, in the arena; itself when it has none. */
static struct span without_cr(struct arena *a, struct span from)
{
	const char *end = from.at + from.len, *s = from.at;
	char *out, *o;

	if (from.len == 0 || !memchr(s, '\r', from.len))
		return from;
	o = out = arena_alloc(a, from.len + 1);
	while (s < end) {
		const char *cr = memchr(s, '\r', (size_t)(end - s));
		size_t run = (size_t)((cr ? cr : end) - s);
		memcpy(o, s, run);
		o += run;
		if (!cr)
			break;
		s = cr + 1;
		if (s >= end || *s != '\n')
			*o++ = '\n'; /* a bare CR ends a line too */
	}
	return (struct span){out, (size_t)(o - out)};
}

static struct span charset_of(struct reading *r, const struct mime_part *part)
{
	size_t len;
	const char *charset = param_bytes(r->a, &part->type_params, "charset", r->limits->rfc2231_parts, &len);

	return (struct span){charset, len};
}

/* What a <meta> at the start of the HTML says of its charset; it counts where the header says nothing. */
static struct span meta_charset(struct span html)
{
	struct span head = {html.at, html.len < 2048 ? html.len : 2048};
	size_t n = 0;

	head = span_skip(head, span_find(head, "charset=") + strlen("charset="));
	while (head.len && (head.at[0] == '"' || head.at[0] == '\''))
		head = span_skip(head, 1);
	while (n < head.len && !ascii_is_space(head.at[n]) && !strchr("\"'/>;", head.at[n] ? head.at[n] : '>'))
		n++;
	return (struct span){head.at, n};
}

static bool has_value(struct reading *r, const struct mime_part *part, const char *name, const char *value)
{
	size_t len;
	const char *found = param_bytes(r->a, &part->type_params, name, r->limits->rfc2231_parts, &len);

	return found && span_is((struct span){found, len}, value);
}

static const char *file_name(struct reading *r, const struct mime_part *part)
{
	bool cut = false;
	size_t max = r->limits->rfc2231_parts;
	const char *name = param_text(r->p->charsets, r->a, &part->disposition_params, "filename", max, &cut);

	if (!name || !*name)
		name = param_text(r->p->charsets, r->a, &part->type_params, "name", max, &cut);
	if (cut)
		defects_add(&r->defects, "file name of more than %zu parts cut", max);
	return name && *name ? name : NULL;
}

static const char *content_id(struct reading *r, struct span id)
{
	id = span_trim(id);
	if (id.len && id.at[0] == '<')
		id = span_skip(id, 1);
	if (id.len && id.at[id.len - 1] == '>')
		id.len--;
	return id.len ? encword_decode(r->p->charsets, r->a, id) : NULL;
}

static struct attachment *add_attachment(struct reading *r)
{
	struct attachment_list *l = &r->m->attachments;

	l->items = arena_more(r->a, l->items, l->count, sizeof *l->items);
	return memset(&l->items[l->count++], 0, sizeof *l->items);
}

/* Bytes that travel unencoded change their line ends on the way, so the body's digest takes them as text. */
static void keep_attachment(struct reading *r, const struct mime_part *part, struct span data)
{
	struct attachment *x = add_attachment(r);

	x->content_type = part->content_type;
	x->disposition = part->disposition;
	x->filename = file_name(r, part);
	x->content_id = content_id(r, part->content_id);
	x->data = data.at;
	x->size_bytes = data.len;
	sha256_start(r->p->leaf_hash);
	sha256_add(r->p->leaf_hash, data.at, data.len);
	sha256_finish(r->p->leaf_hash, x->sha256);
	if (part->encoding == ENCODING_BASE64 || part->encoding == ENCODING_UU)
		sha256_add(r->p->body_hash, x->sha256, sizeof x->sha256);
	else
		body_digest_text(r->p->body_hash, data);
}

static void keep_text(struct reading *r, const struct mime_part *part, struct span data, bool is_html)
{
	bool blank = span_trim(data).len == 0;

	body_digest_text(r->p->body_hash, data);
	if (is_html && !r->has_html && !blank) {
		r->has_html = true;
		r->html = data;
		r->html_charset = charset_of(r, part);
		if (r->html_charset.len == 0)
			r->html_charset = meta_charset(data);
	} else if (!is_html && !r->seen_plain && !(part->in_message && r->has_html)) {
		/* The HTML of a message says more than the text of one that it carries. */
		r->seen_plain = true;
		r->has_plain = !blank;
		r->plain = data;
		r->plain_charset = charset_of(r, part);
		r->flowed = has_value(r, part, "format", "flowed");
		r->delsp = has_value(r, part, "delsp", "yes");
	}
}

void leaf_read(struct reading *r, const struct mime_part *part)
{
	struct span data = decode_body(r, part);
	bool is_html = strcmp(part->content_type, "text/html") == 0;
	bool is_text = is_html || strcmp(part->content_type, "text/plain") == 0;

	/* A multipart without a usable boundary is all preamble. */
	if (strncmp(part->content_type, "multipart/", 10) == 0 && !part->too_deep)
		return;
	sha256_add(r->p->body_hash, part->content_type, strlen(part->content_type) + 1);
	if (is_text && part->disposition != DISPOSITION_ATTACHMENT)
		keep_text(r, part, data, is_html);
	else
		keep_attachment(r, part, data);
	sha256_add(r->p->body_hash, "", 1);
}

/* The text without NULs, which no text has: they come from UTF-16 that says it is something else, and from damage. */
static struct span without_nul(struct reading *r, struct span from, const char *what)
{
	char *out;
	size_t n = 0;

	if (from.len == 0 || !memchr(from.at, '\0', from.len))
		return from;
	out = arena_alloc(r->a, from.len);
	for (size_t i = 0; i < from.len; i++)
		if (from.at[i])
			out[n++] = from.at[i];
	defects_add(&r->defects, "%s has NUL bytes: left out", what);
	return (struct span){out, n};
}

/* To UTF-8 with LF line ends, at most `limit` bytes. */
static struct span to_text(struct reading *r, struct span bytes, struct span charset, const char *what)
{
	/* No charset needs more than four bytes for one of UTF-8: what is behind would be cut anyway. */
	if (bytes.len / 4 > r->limits->text_bytes)
		bytes.len = r->limits->text_bytes * 4;
	struct charset_text t = charset_to_utf8(r->p->charsets, r->a, charset, bytes);

	if (t.outcome == CHARSET_DAMAGED)
		defects_add(&r->defects, "%s has bytes that are no characters of its charset", what);
	else if (t.outcome == CHARSET_GUESSED)
		defects_add(&r->defects, "%s has 8-bit text without a usable charset: guessed", what);
	struct span s = without_nul(r, without_cr(r->a, (struct span){t.text, t.len}), what);
	if (s.len > r->limits->text_bytes) {
		s.len = utf8_cut(s.at, r->limits->text_bytes);
		defects_add(&r->defects, "%s cut at %zu bytes", what, r->limits->text_bytes);
	}
	return s;
}

static void finish_plain(struct reading *r)
{
	struct span s = to_text(r, r->plain, r->plain_charset, "text");

	if (r->flowed) {
		r->m->text = flowed_unwrap(r->a, s.at, s.len, r->delsp, &r->m->text_bytes);
	} else {
		r->m->text = span_dup(r->a, s);
		r->m->text_bytes = s.len;
	}
	r->m->text_source = TEXT_PLAIN;
}

static void finish_html(struct reading *r)
{
	struct span s;
	bool cut;

	if (r->has_plain && !r->options->want_html)
		return;
	s = to_text(r, r->html, r->html_charset, "HTML");
	if (r->options->want_html) {
		r->m->html = span_dup(r->a, s);
		r->m->html_bytes = s.len;
	}
	if (r->has_plain)
		return;
	r->m->text = html_to_text(r->a, s.at, s.len, r->limits->text_bytes, &r->m->text_bytes, &cut);
	r->m->text_source = TEXT_HTML;
	if (cut)
		defects_add(&r->defects, "text of the HTML cut at %zu bytes", r->limits->text_bytes);
}

void leaf_finish(struct reading *r)
{
	if (r->has_plain)
		finish_plain(r);
	if (r->has_html)
		finish_html(r);
}
