#include "job/roster_activity.h"

#include "store/compliance.h"

static int add(const struct compliance_row *row, void *arg, struct err *e)
{
	(void)e;
	did_set_add(arg, row->did.at, row->did.len);
	return 0;
}

int roster_activity_load(const char *path, struct did_set *out, struct err *e)
{
	struct compliance *c;
	int rc = -1;

	if (compliance_open(path, &c, e) != 0)
		return -1;
	if (compliance_each_request(c, NULL, add, out, e) == 0)
		rc = compliance_each_engagement(c, NULL, add, out, e);
	if (rc == 0 && !compliance_held_still(c))
		rc = err_set(e, ERR_TEMPORARY, "%s: was written to while it was read: run this again", path);
	compliance_close(c);
	return rc;
}
