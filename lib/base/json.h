/* Writes JSON (RFC 8259) as text, piece by piece; it reads none. Commas come by themselves. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* Storage of the caller: {.out = buf}. */
struct json {
	struct buf *out;
	bool comma; /* a value stands before this place */
};

/* kind is '{' or '['; json_close takes the matching '}' or ']'. */
void json_open(struct json *j, char kind);
void json_close(struct json *j, char kind);
/* The name of the next value; plain ASCII. */
void json_key(struct json *j, const char *name);
/* NULL becomes null. Bytes that are no UTF-8 become U+FFFD (json_text: n bytes, NULs allowed). */
void json_str(struct json *j, const char *s);
void json_text(struct json *j, const char *s, size_t n);
void json_int(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
/* A bare word: "null". */
void json_word(struct json *j, const char *word);

/* No symbol of this name may be linked: jansson has one, and would be given ours. */
static inline void json_null(struct json *j)
{
	json_word(j, "null");
}

#endif
