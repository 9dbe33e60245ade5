/* Who tells a member's day: the facts of one team member in, one paragraph out. */
#ifndef JOB_NARRATOR_H
#define JOB_NARRATOR_H

#include "base/arena.h"
#include "base/err.h"
#include "store/digest.h"

/* One kind of narrator. `self` is its own and is handed to each function. */
struct narrator {
	const char *name;
	void *self;
	/* Tells the member's facts in *paragraph (in `a`): one line of clean text, no markup, no line end. The names and
	 * subjects in `m` are clean (display_clean) and still the words of strangers. On failure the caller takes the plain
	 * narrator: a digest always goes out. */
	int (*tell)(void *self, struct arena *a, const struct digest_member *m, const char **paragraph, struct err *e);
	/* Frees what it holds; NULL when it holds nothing. */
	void (*close)(void *self);
};

/* The deterministic narrator: counts, names and subjects in plain sentences. It never fails and holds nothing. */
struct narrator narrator_plain(void);

#endif
