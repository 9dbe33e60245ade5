/* Google's JSON, read with limits; the room's own header, not for other rooms. */
#ifndef NET_GMAIL_JSON_H
#define NET_GMAIL_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Loads an object; the caller gives *root back with json_decref. TEMPORARY when it is no JSON object or nested too deeply:
 * a cut-off or garbled answer is asked for again. Its words never show what was received. */
int gmail_json_load(struct span text, json_t **root, struct err *e);

/* The member as text: opaque ids come as strings, and now and then as numbers. NULL when it is missing, empty or neither.
 * Lives as long as the object. */
const char *gmail_json_id(json_t *object, const char *name);
/* The same, copied into the arena. */
const char *gmail_json_dup(struct arena *a, json_t *object, const char *name);
/* A whole number that comes as a number or in quotes; `otherwise` when it is neither. */
int64_t gmail_json_int(const json_t *object, const char *name, int64_t otherwise);

/* Loads an object whose member `raw` is base64url and may be large: its bytes go to `raw` (appended) and are no part of
 * *root. jansson reads 127 MB/s, which would be a fifth of the time of a whole sync; this walks over strings with memchr
 * and leaves everything but the one value to jansson. *has_raw says whether the member was there. */
int gmail_json_load_raw(struct span text, json_t **root, struct buf *raw, bool *has_raw, struct err *e);

#endif
