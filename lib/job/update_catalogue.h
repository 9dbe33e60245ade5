/* The templates of the participants' updates in all their languages: the built-in ones, or those of a folder. */
#ifndef JOB_UPDATE_CATALOGUE_H
#define JOB_UPDATE_CATALOGUE_H

#include "base/err.h"
#include "job/update.h"

struct update_catalogue;

/* Compiles update.LANGUAGE.subject, .html, .md and .txt of every language in `dir`, or with NULL the built-in ones;
 * `language` is the one for those whose own is not there. CONFIG for a template that does not compile, a language
 * without subject or without any body, a file "update..." of another form, and when `language` is none of them. Free
 * with update_catalogue_free. */
int update_catalogue_load(const char *dir, const char *language, struct update_catalogue **out, struct err *e);
void update_catalogue_free(struct update_catalogue *c);

/* The templates for a participant's language ("nl", "NL", "pt-BR", "pt_BR"; NULL: not known): that language, else the
 * same without its last part, and so on, else the catalogue's own. Never NULL. */
const struct update_templates *update_catalogue_find(const struct update_catalogue *c, const char *language);

#endif
