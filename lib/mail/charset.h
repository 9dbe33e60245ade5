/* Charsets: labelled bytes to UTF-8 by iconv, with the labels that mail really carries. */
#ifndef MAIL_CHARSET_H
#define MAIL_CHARSET_H

#include "base/arena.h"
#include "base/span.h"

/* Keeps iconv descriptors from one text to the next. Not for two threads at once. */
struct charset_cache;

struct charset_cache *charset_cache_new(void);
void charset_cache_free(struct charset_cache *c);

/* The charset that 8-bit text without a label most likely has: what the message says of its own text. It is tried before
 * windows-1252, and holds until it is set again; an empty label means none. `label` must live as long. */
void charset_set_fallback(struct charset_cache *c, struct span label);

enum charset_outcome {
	CHARSET_EXACT,   /* every byte stood for a character of the label's charset */
	CHARSET_GUESSED, /* no label, or one that nobody knows, on 8-bit text: UTF-8, the fallback or windows-1252 */
	CHARSET_DAMAGED, /* some bytes are no characters: U+FFFD stands for them */
};

struct charset_text {
	const char *text; /* valid UTF-8; in the arena, or the bytes that came in where those are it already */
	size_t len;
	enum charset_outcome outcome;
};

/* Reads `bytes` in the charset that `label` names (any case, may be empty). What is no character becomes U+FFFD: it
 * cannot fail. `text` is not NUL-terminated. Linear. */
struct charset_text charset_to_utf8(struct charset_cache *c, struct arena *a, struct span label, struct span bytes);

#endif
