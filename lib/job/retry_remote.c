#include "job/retry_remote.h"

#include "job/intake.h"
#include "store/cursors.h"
#include "store/sources.h"

enum { IDS_AT_ONCE = 500 };

/* The next failed messages behind *after, which moves on. */
static int next_ids(
    struct intake *in, struct arena *a, struct failed_item *after, const char **ids, size_t *n, struct err *e)
{
	struct mailbox *mb = in->mb;
	struct failed_item f;

	for (*n = 0; *n < IDS_AT_ONCE;) {
		if (failed_next(mb->o->store, a, mb->account.id, after, &f, e) != 0)
			return -1;
		if (f.id == 0)
			return 0;
		*after = f;
		if (f.source_id == in->source_id)
			ids[(*n)++] = f.name;
	}
	return 0;
}

static int retry_ids(struct intake *in, struct err *e)
{
	struct failed_item after = {.offset = INT64_MIN};
	const char *ids[IDS_AT_ONCE];
	struct arena *a = &in->mb->strings;
	size_t n;

	for (;;) {
		if (next_ids(in, a, &after, ids, &n, e) != 0)
			return -1;
		if (n == 0)
			return 0;
		in->counts->seen += (int64_t)n;
		if (intake_fetch(in, ids, n, e) != 0 || intake_finish(in, NULL, e) != 0)
			return -1;
	}
}

int retry_remote(struct mailbox *mb, struct run_counts *counts, struct err *e)
{
	const struct remote_opener *open = mb->o->remotes;
	struct remote *remote = NULL;
	struct intake in = {0};
	struct cursor c;
	int rc;

	if (!open || mb->o->dry_run)
		return 0;
	if (cursors_get(mb->o->store, &mb->strings, mb->account.id, &c, e) != 0 || c.source_id == 0)
		return c.source_id == 0 ? 0 : -1;
	if (open->open(open->arg, mb->o->store, &mb->account, &remote, e) != 0)
		return -1;
	rc = intake_open(&in, mb, remote, &c, counts, e);
	in.gone_is_final = true;
	if (rc == 0)
		rc = retry_ids(&in, e);
	intake_close(&in);
	remote->close(remote);
	return rc;
}
