/* Makes a mailroom: the data folder, the key for secrets, the database at the current schema, the outbox. */
#ifndef JOB_SETUP_H
#define JOB_SETUP_H

#include "base/config.h"
#include "base/err.h"

#include <stdbool.h>

/* Makes what is missing and leaves the rest; *made says whether the database is new, *migrated counts schema steps. */
int setup_run(const struct config *c, bool *made, int *migrated, struct err *e);

#endif
