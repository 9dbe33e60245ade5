/* What the database would make of a message: whether it is there, its thread, whom it would match and why. Changes nothing. */
#ifndef JOB_PREVIEW_H
#define JOB_PREVIEW_H

#include "base/arena.h"
#include "base/err.h"
#include "job/incoming.h"
#include "job/match.h"
#include "store/store.h"

#include <stdint.h>

enum preview_direction {
	PREVIEW_IN,       /* From is not our own */
	PREVIEW_OUT,      /* From is our own, and somebody outside is named */
	PREVIEW_INTERNAL, /* every address is our own */
};

struct preview {
	enum preview_direction direction;
	int64_t email_id;  /* 0: not in the database */
	int64_t thread_id; /* 0: it would begin one */
	struct match_links links;
	const char **names; /* of the investors, one a link */
	const char **kinds; /* the same: fund, organisation, contact, address */
};

/* The people of the database in memory, read once. `s` must outlive it. */
struct previewer;
int previewer_new(struct store *s, const char *free_mail, struct previewer **p, struct err *e);
void previewer_free(struct previewer *p);

/* Everything in *out lives in `a`. */
int previewer_look(struct previewer *p, struct arena *a, const struct incoming *in, struct preview *out, struct err *e);

#endif
