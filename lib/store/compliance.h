/* The compliance database: another program's SQLite file with what participants did, read only and as of one moment. It
 * neither writes there nor judges what it reads. */
#ifndef STORE_COMPLIANCE_H
#define STORE_COMPLIANCE_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

struct compliance;

/* One row as it stands there, valid until the callback returns. A NULL is empty; `type` is empty in a feed request. */
struct compliance_row {
	struct span did, timestamp, type;
};

/* Opens the file and begins one read transaction, which lasts until compliance_close. Nothing is created beside the file, but where
 * another program's write-ahead log lies there without its index. NO_INPUT: not there; INPUT: no database, damaged, or
 * without feed_requests (requester_did, timestamp) or engagements (did_engagement, engagement_type, timestamp), as views or
 * tables; TEMPORARY: held by its writer for more than 10 s, or left in the middle of a write. */
int compliance_open(const char *path, struct compliance **c, struct err *e);
void compliance_close(struct compliance *c);

/* All rows in whatever order, or those of one participant (did not NULL). The callback's -1, with *e filled, ends it. */
int compliance_each_request(struct compliance *c, const char *did,
    int (*each)(const struct compliance_row *, void *arg, struct err *e), void *arg, struct err *e);
int compliance_each_engagement(struct compliance *c, const char *did,
    int (*each)(const struct compliance_row *, void *arg, struct err *e), void *arg, struct err *e);

/* Asked at the end: false when another program wrote meanwhile to a file that nobody had open at first, so that what was read
 * is not of one moment. Read it all again then. */
bool compliance_held_still(const struct compliance *c);

#endif
