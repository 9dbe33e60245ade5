/* The Qualtrics API (v3): which surveys there are, and the answers of one as a zip archive. It keeps to a pace, tries again what
 * passes, and says what the operator should do about what does not. It looks into no archive. */
#ifndef NET_QUALTRICS_H
#define NET_QUALTRICS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "net/gmail.h"
#include "net/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is 0 takes the default. Strings are copied. */
struct qualtrics_options {
	const char *url;      /* "https://fra1.qualtrics.com": the data centre's address, "/API/v3" behind it or not */
	const char *token;    /* a secret */
	int requests_per_min; /* 10: with half a minute's worth saved up no minute goes above Qualtrics' 15 */
	int retry_max;        /* how often one request is tried again: 5; -1: never */
	int max_wait_s;       /* a wait that Qualtrics asks for above this ends the work with TEMPORARY: 300 */
	int max_export_s;     /* an export that is not made by then ends it so, too: 1800 */
	size_t max_export_bytes; /* packed: 256 MB */
};

struct qualtrics_stats {
	int64_t requests, tries_again;
	double waited_s; /* for the pace, for exports and before tries */
};

/* `http` is borrowed; so is what `clock` points to. CONFIG when the address or the token cannot be one. */
struct qualtrics;
int qualtrics_open(struct http *http, const struct qualtrics_options *o, const struct gmail_clock *clock,
    struct qualtrics **out, struct err *e);
void qualtrics_close(struct qualtrics *q);
const struct qualtrics_stats *qualtrics_stats(const struct qualtrics *q);

/* Both functions below fail with TEMPORARY (troubles that outlast the tries), REFUSED (token, permissions, a next page on another
 * host), NO_INPUT (no such survey), CONFIG, INPUT (over a cap, an answer that makes no sense) or UNAVAILABLE. */

struct qualtrics_survey {
	const char *id, *name;
};
/* All surveys that the token may see, in the order they come in (GET /API/v3/surveys, page by page). They live in `a`. */
int qualtrics_surveys(
    struct qualtrics *q, struct arena *a, struct qualtrics_survey **list, size_t *count, struct err *e);

/* Has the answers recorded since then exported as CSV (INT64_MIN: all), waits until that is done, appends the archive.
 * POST .../export-responses, GET .../export-responses/{progressId} until status is "complete", GET .../{fileId}/file. */
int qualtrics_export(struct qualtrics *q, const char *survey_id, int64_t since, struct buf *archive, struct err *e);

/* Letters, digits, "-" and "_", at most 100 of them: "SV_0123456789abcdef". */
bool qualtrics_is_id(const char *id);

#endif
