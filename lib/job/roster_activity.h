/* Who has done anything at all, by the compliance database. */
#ifndef JOB_ROSTER_ACTIVITY_H
#define JOB_ROSTER_ACTIVITY_H

#include "base/err.h"
#include "job/did_set.h"

/* Adds the did of every feed request and engagement to *out. Fails as compliance_open; TEMPORARY when it was written meanwhile. */
int roster_activity_load(const char *path, struct did_set *out, struct err *e);

#endif
