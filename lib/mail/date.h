/* Dates of mail (RFC 5322 sections 3.3 and 4.3) to seconds since 1970. */
#ifndef MAIL_DATE_H
#define MAIL_DATE_H

#include "base/span.h"

#include <stdint.h>

/* Reads a Date header's value: comments, folding, missing day names, missing seconds, two-digit years, zone names and
 * month before day are survived; no zone means UTC. Returns false when there is no date in it or it is no real one. */
bool date_parse(struct span s, int64_t *at);

#endif
