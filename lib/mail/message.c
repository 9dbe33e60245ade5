#include "mail/message.h"

#include "base/err.h"
#include "base/mem.h"
#include "mail/parser.h"

#include <stdlib.h>
#include <string.h>

struct message_parser *message_parser_new(void)
{
	struct message_parser *p = mem_alloc(sizeof *p);

	p->charsets = charset_cache_new();
	p->leaf_hash = sha256_new();
	p->body_hash = sha256_new();
	return p;
}

void message_parser_free(struct message_parser *p)
{
	if (!p)
		return;
	charset_cache_free(p->charsets);
	sha256_free(p->leaf_hash);
	sha256_free(p->body_hash);
	free(p);
}

/* What the message says its text is written in, most likely its headers are as well. */
static void set_fallback(struct reading *r, const struct header_block *b)
{
	const struct header *type = header_find(b, HEADER_CONTENT_TYPE);
	struct param_list l = {0};
	size_t len;

	if (type)
		param_parse(r->a, type->value, r->limits->comment_depth, &l);
	const char *charset = param_bytes(r->a, &l, "charset", r->limits->rfc2231_parts, &len);
	charset_set_fallback(r->p->charsets, (struct span){charset, len});
}

static void read_headers(struct reading *r, struct span raw, struct header_block *b)
{
	struct defects *d = &r->defects;

	header_block_parse(r->a, raw.at, raw.len, r->limits->header_bytes, b);
	if (b->fields == 0)
		defects_add(d, "no header fields");
	if (b->over_limit)
		defects_add(d, "header fields beyond %zu bytes left out", r->limits->header_bytes);
	if (b->junk)
		defects_add(d, "lines in the header block that are no header fields skipped");
	if (b->no_separator)
		defects_add(d, "header block ended by a line that is no header field");
	set_fallback(r, b);
	fields_read(r, b);
}

int message_parse(struct message_parser *p, struct arena *a, const char *raw, size_t n,
    const struct message_options *options, struct message *m, struct err *e)
{
	static const struct message_options no_options;
	struct reading r = {.p = p, .a = a, .m = m, .options = options ? options : &no_options};
	struct header_block headers;
	struct mime_scan scan;
	struct mime_part part;

	*m = (struct message){.size_bytes = n};
	r.limits = r.options->limits ? r.options->limits : &message_default_limits;
	r.defects = (struct defects){a, &m->defects};
	if (n > r.limits->raw_bytes)
		return err_set(e, ERR_REFUSED, "message of %zu bytes is over the limit of %zu", n, r.limits->raw_bytes);
	struct span bytes = {n ? raw : "", n};
	read_headers(&r, bytes, &headers);
	sha256_start(p->body_hash);
	mime_start(&scan, a, r.limits, &r.defects, bytes, &headers);
	while (mime_next(&scan, &part))
		leaf_read(&r, &part);
	leaf_finish(&r);
	sha256_finish(p->body_hash, m->body_sha256);
	charset_set_fallback(p->charsets, (struct span){0});
	return 0;
}
