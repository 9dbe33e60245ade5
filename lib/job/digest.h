/* The team digest: period -> facts -> narrator -> text and page -> composed message -> outbox. */
#ifndef JOB_DIGEST_H
#define JOB_DIGEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "job/digest_view.h"
#include "job/digest_window.h"
#include "job/narrator.h"
#include "job/outbox.h"
#include "store/store.h"

#include <stdint.h>

struct digest_settings {
	const char *team;            /* name of the team in the title */
	const char *zone;            /* name of the time zone, for people */
	const char *from;            /* sender address; NULL: the first active admin's */
	const char *from_name;       /* sender name; NULL: none */
	const struct config *config; /* of the outbox */
};

/* A digest that was worked out. What it points to lives in the arena of digest_prepare. */
struct digest {
	struct digest_window window;
	struct digest_facts facts; /* all text in it is clean (display_clean) */
	const char **paragraphs;   /* one a member */
	const char *period;        /* "Thursday 19 November 2026" */
	const char *subject;
	const char *text, *html;
};

/* Works the digest of a period out, writing nothing. Where the narrator fails the plain one stands in. */
int digest_prepare(struct store *s, struct arena *a, const struct digest_settings *set, const struct digest_window *w,
    const struct narrator *n, struct digest *d, struct err *e);

/* Freezes it in the outbox for all active admins (outbox_freeze). CONFIG, with what to do, when there is none, when one has no
 * address or when the sender is no address. */
int digest_freeze(struct store *s, struct arena *a, const struct digest_settings *set, const struct digest *d,
    int64_t now, struct outbox_frozen *out, struct err *e);

#endif
