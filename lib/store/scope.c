#include "store/scope.h"

#include "store/db.h"

int scope_enter(struct store *s, bool *mine, struct err *e)
{
	*mine = sqlite3_get_autocommit(s->db);
	return *mine ? store_begin(s, e) : 0;
}

int scope_leave(struct store *s, bool mine, int rc, struct err *e)
{
	if (!mine)
		return rc;
	if (rc == 0 && store_commit(s, e) == 0)
		return 0;
	store_rollback(s);
	return -1;
}
