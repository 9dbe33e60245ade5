/* What a roster says about a participant, value by value: checked, and brought to the form in which it is kept. */
#ifndef JOB_ROSTER_CHECK_H
#define JOB_ROSTER_CHECK_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Each takes what was given, without the spaces around it, and puts the form that is kept into *out, in `a`. INPUT, saying why, when
 * it is none. */

/* "did:" method ":" id (W3C DID 1.0, section 3.1), at most 2048 bytes; kept as it is written. */
int roster_check_did(struct arena *a, const char *given, const char **out, struct err *e);
/* A mail address as job/people.h reads it: the local part stays as it is written, the domain becomes lower-case A-labels. */
int roster_check_email(struct arena *a, const char *given, const char **out, struct err *e);
/* pilot, prolific, admin, test; letter case does not count. */
int roster_check_type(struct arena *a, const char *given, const char **out, struct err *e);
/* http://, https:// or at://, no spaces, at most 2048 bytes. */
int roster_check_feed_url(struct arena *a, const char *given, const char **out, struct err *e);
/* Letters, digits, "-" and "_", at most 64: it must do as the local part of an address. */
int roster_check_prolific_id(struct arena *a, const char *given, const char **out, struct err *e);
/* A name as job/people.h reads it. */
int roster_check_study_type(struct arena *a, const char *given, const char **out, struct err *e);
/* A language tag (RFC 5646): "EN" is kept as "en", "pt_br" as "pt-BR". */
int roster_check_language(struct arena *a, const char *given, const char **out, struct err *e);
/* As base/clock.h reads it. */
int roster_check_time(const char *what, const char *given, int64_t *out, struct err *e);

/* "ID@email.prolific.com": where Prolific takes mail for somebody whose address is not told. */
const char *roster_prolific_address(struct arena *a, const char *prolific_id);

/* Why no server takes mail for the address, by its syntax alone (RFC 5321 sections 4.1.2 and 4.5.3.1, RFC 1123 section 2.1); NULL
 * when one may. */
const char *roster_address_fault(const char *email);
/* Its top-level domain is one that no mail goes to (RFC 2606, 6761, 6762, 7686): an example, or a mistake. */
bool roster_address_is_reserved(const char *email);

#endif
