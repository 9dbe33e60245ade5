/* One row of the roster's queries as a struct participant. For lib/store/participants*.c alone. */
#ifndef STORE_PARTICIPANTS_ROW_H
#define STORE_PARTICIPANTS_ROW_H

#include "store/participants.h"

#include <sqlite3.h>

/* The row at hand, its texts in `a`. INPUT when its status is unknown. */
int participants_read_row(struct store *s, struct arena *a, sqlite3_stmt *st, struct participant *out, struct err *e);

#endif
