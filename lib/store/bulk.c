#include "store/bulk.h"

#include "store/db.h"

int bulk_tune(struct store *s, struct err *e)
{
	/* The cache holds the inner pages of the indexes that are written at random; a checkpoint every 16,000 pages
	 * (64 MB) writes pages that change often once instead of many times. */
	if (sqlite3_exec(s->db, "PRAGMA cache_size = -24576; PRAGMA wal_autocheckpoint = 16000", NULL, NULL, NULL) !=
	    SQLITE_OK)
		return db_error(s, "prepare for a large run", e);
	return 0;
}
