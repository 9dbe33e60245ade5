/* Domains of addresses: one spelling, the part that was registered, and the domains where anybody has a mailbox. */
#ifndef MAIL_DOMAIN_H
#define MAIL_DOMAIN_H

#include "base/arena.h"

#include <stdbool.h>

/* The form in which domains are compared and stored: lower-case A-labels (IDNA 2008, RFC 5891, with the mapping of
 * UTS 46), no dot at the end. NULL when `host` is no host name: empty, over 253 bytes, labels over 63, characters
 * that no host has, an address literal. An IPv4 address comes back as it is. */
const char *domain_normalise(struct arena *a, const char *host);

/* The domain that an organisation registered, by the Public Suffix List: "mail.sub.example.co.uk" gives
 * "example.co.uk". Normalised as above. NULL for a public suffix itself ("co.uk"), a name of one label, an IP address
 * and what is no host name. */
const char *domain_registrable(struct arena *a, const char *host);

/* True when anybody can have a mailbox there (gmail.com, web.de, ...), so that the domain tells no organisation.
 * `domain` is normalised; NULL is false. */
bool domain_is_free_mail(const char *domain);

#endif
