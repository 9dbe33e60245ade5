#include "store/bulk.h"

#include "store/db.h"

static int set(struct store *s, const char *pragmas, struct err *e)
{
	if (sqlite3_exec(s->db, pragmas, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(s, "prepare for a large run", e);
	return 0;
}

int bulk_tune(struct store *s, struct err *e)
{
	/* The cache holds the inner pages of the indexes that are written at random; a checkpoint every 16,000 pages
	 * (64 MB) writes pages that change often once instead of many times. */
	return set(s, "PRAGMA cache_size = -24576; PRAGMA wal_autocheckpoint = 16000; PRAGMA synchronous = NORMAL", e);
}

int bulk_settle(struct store *s, struct err *e)
{
	return set(s, "PRAGMA synchronous = FULL", e);
}
