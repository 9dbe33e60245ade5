/* What the database would make of a message: whether it is there, its thread, whom it would match and why. Changes nothing. */
#ifndef JOB_PREVIEW_H
#define JOB_PREVIEW_H

#include "base/arena.h"
#include "base/err.h"
#include "job/incoming.h"
#include "job/match.h"
#include "store/store.h"

#include <stdint.h>

struct preview {
	int64_t email_id;  /* 0: not in the database */
	int64_t thread_id; /* 0: it would begin one */
	struct match_links links;
	const char **names; /* of the investors, one a link */
};

/* The people of the database in memory, read once. `s` must outlive it. */
struct previewer;
int previewer_new(struct store *s, const char *free_mail, struct previewer **p, struct err *e);
void previewer_free(struct previewer *p);

/* Everything in *out lives in `a`. */
int previewer_look(struct previewer *p, struct arena *a, const struct incoming *in, struct preview *out, struct err *e);

#endif
