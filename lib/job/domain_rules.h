/* Which domains may stand for an organisation: not those where anybody has a mailbox, and not our own. */
#ifndef JOB_DOMAIN_RULES_H
#define JOB_DOMAIN_RULES_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>

struct domain_rules;

/* Reads our own addresses from the database: their registrable domains, free-mail ones apart, are our own. `free_mail` adds
 * domains where anybody has a mailbox, separated by commas (MAILROOM_FREE_MAIL_DOMAINS); NULL: none. */
int domain_rules_new(struct store *s, const char *free_mail, struct domain_rules **r, struct err *e);
void domain_rules_free(struct domain_rules *r);

/* `domain` is registrable (domain_registrable); NULL is false. */
bool domain_rules_is_free_mail(const struct domain_rules *r, const char *domain);
bool domain_rules_is_own(const struct domain_rules *r, const char *domain);

/* The same for any host name in the form of comparison: it is our own domain or a part of it. */
bool domain_rules_is_own_host(const struct domain_rules *r, const char *host);

/* Calls back for every domain on record for an investor that is our own: a member or a mailbox that came later made it so, and
 * the investor does not match by it any more. */
int domain_rules_each_shadowed(
    struct store *s, void (*each)(const char *domain, const char *investor, void *arg), void *arg, struct err *e);

/* A domain as a person typed it, in the form in which it is kept, in `a`. INPUT when it is no registrable domain, REFUSED when it
 * is a public suffix, a free-mail domain or our own; the text says which. */
int domain_rules_check(
    const struct domain_rules *r, struct arena *a, const char *given, const char **domain, struct err *e);

#endif
