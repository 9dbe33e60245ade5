/* A participant's daily update: the window of study days and what it means, as subject, text and page in the
 * participant's language. It reads no database and sends nothing. */
#ifndef JOB_UPDATE_H
#define JOB_UPDATE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/template.h"
#include "job/reckoning.h"

#include <stdbool.h>
#include <stdint.h>

/* A point in time on the clocks of the study's zone. */
struct update_moment {
	int64_t date;     /* days since 1970-01-01 */
	const char *time; /* "15:47"; NULL: not known */
};

struct update_facts {
	const struct reckoned *window;                     /* its last day is the day of the update */
	struct update_moment newest, read;                 /* the newest activity in the data, and when it was read */
	const char *cut_off;                               /* "05:00" */
	const char *sender;                                /* who signs; NULL: nobody */
	const char *feed_url;                              /* NULL: none; shown where it is http or https */
	const char *unsubscribe_url, *unsubscribe_address; /* NULL: none */
};

/* Neither retrieval nor engagement on the latest day: the update asks for action instead of telling progress. */
bool update_needs_action(const struct reckoned *w);

/* Where the window leads. */
struct update_outlook {
	uint32_t needed_days; /* active days that are missing; 0: the required ones are reached */
	/* Days left of the first full window that can still become active, today included if it is not so yet. */
	uint32_t within_days;
	/* Who is not on track is so again after as many active days in a row, the first of them today, or tomorrow
	 * where today is active already; up to recover_date. 0: never. Nobody who is on track needs it: 0. */
	uint32_t recover_days;
	int64_t recover_date;
};

struct update_outlook update_outlook(const struct reckoned *w);

/* The values that a template may use, as mailroom-template(5) lists them. */
extern const struct template_name update_names[];

/* The templates of one language, compiled with update_names; `text` may be missing where there is Markdown or HTML,
 * `html` where there is text or Markdown. */
struct update_templates {
	const char *language; /* "en", "pt-br" */
	struct template *subject, *text, *html, *markdown;
};

struct update_bodies {
	const char *text, *html;
};

/* Renders the subject: one line, not empty (INPUT otherwise). Both in `a`. */
int update_subject(struct arena *a, const struct update_templates *t, const struct update_facts *f,
    const char **subject, struct err *e);
/* Renders text and page, neither empty (INPUT otherwise); the subject is the page's title. */
int update_bodies(struct arena *a, const struct update_templates *t, const struct update_facts *f, const char *subject,
    struct update_bodies *out, struct err *e);

#endif
