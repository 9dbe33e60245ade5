/* The team digest as a person sees it: the same facts as a text of 72 columns and as an HTML page. */
#ifndef JOB_DIGEST_VIEW_H
#define JOB_DIGEST_VIEW_H

#include "base/arena.h"
#include "base/buf.h"
#include "store/digest.h"

#include <stdbool.h>
#include <stddef.h>

/* All text is clean (display_clean). */
struct digest_view {
	const char *team;         /* "Team" */
	const char *period;       /* "Thursday 19 November 2026" */
	const char *zone;         /* "Europe/Amsterdam" */
	const char *full_command; /* the command that lists everything */
	bool within_day;          /* times need no date */
	const struct digest_facts *facts;
	const char *const *paragraphs; /* one a member */
	/* How much of the lists is shown; set by digest_html, which has the cap of size. */
	size_t members_shown, investors_shown;
};

enum { DIGEST_HTML_BYTES = 98000, DIGEST_INVESTORS_PER_MEMBER = 8 };

/* Writes the page into an empty buffer, never more than DIGEST_HTML_BYTES (Gmail clips mail above 102 KB), with nothing remote in it. What does not
 * fit is left out at the end of its list and counted there; members_shown and investors_shown say how far it came. */
void digest_html(struct digest_view *v, struct arena *a, struct buf *out);

/* Appends the text, with as much of the lists as members_shown and investors_shown say. */
void digest_text(const struct digest_view *v, struct arena *a, struct buf *out);

/* What both say in the same words, lines of plain text. */
/* "14 messages came in and 9 went out, in 12 conversations with 8 investors." */
const char *digest_summary(struct arena *a, const struct digest_facts *f);
/* "12 list or automatic messages are left out. 1 message has an unverified sender: ..."; "" when there is nothing to say. */
const char *digest_remarks(struct arena *a, const struct digest_facts *f);
/* "3 conversations of Anna de Vries and Ben Okafor with Jan Jansen" */
const char *digest_talk(struct arena *a, const struct digest_investor *i);
/* "Last at 16:42, from us" */
const char *digest_last(struct arena *a, const struct digest_view *v, const struct digest_investor *i);
/* "No messages: Ben Okafor and Cleo Park." of the members that had none; "" when all had some. */
const char *digest_quiet(struct arena *a, const struct digest_facts *f);
/* "and 40 more investors" */
const char *digest_more(struct arena *a, size_t n, const char *noun);
bool digest_member_is_quiet(const struct digest_member *m);
/* The members that had messages. */
size_t digest_busy_members(const struct digest_facts *f);

#endif
