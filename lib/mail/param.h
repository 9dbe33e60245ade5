/* Values with parameters (RFC 2045 section 5.1, RFC 2231): Content-Type and Content-Disposition. */
#ifndef MAIL_PARAM_H
#define MAIL_PARAM_H

#include "base/arena.h"
#include "base/span.h"
#include "mail/charset.h"

struct param {
	struct span name;  /* with what RFC 2231 puts behind it ("name*0*") */
	struct span value; /* without its outer quotes; backslashes still in it when quoted */
	bool quoted;
};

struct param_list {
	struct span value; /* what stands before the first ";", trimmed */
	struct param *items;
	size_t count;
};

/* Splits `s`; nothing is decoded. Comments are skipped, missing ";" and unclosed quotes survived. Linear. */
void param_parse(struct arena *a, struct span s, size_t comment_depth, struct param_list *out);

/* The bytes of a parameter that needs no charset (boundary, charset, format), continuations joined, backslashes
 * undone; NULL when there is none. NUL-terminated, *len bytes long. `name` is in lower case. */
const char *param_bytes(struct arena *a, const struct param_list *l, const char *name, size_t max_parts, size_t *len);

/* A parameter as text: RFC 2231 continuations and charset, RFC 2047 words (which no standard allows there and many
 * senders use), undeclared 8-bit. NULL when there is none. *cut says that parts beyond max_parts were left out. */
const char *param_text(struct charset_cache *c, struct arena *a, const struct param_list *l, const char *name,
    size_t max_parts, bool *cut);

#endif
