#include "job/survey_quarantine.h"

#include "job/people.h"
#include "store/surveys.h"

static int resolve_all(struct store *s, const int64_t *ids, size_t count, int64_t now, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		bool found;
		if (surveys_resolve(s, ids[i], now, &found, e) != 0)
			return -1;
		if (!found)
			return err_set(e, ERR_INPUT, "%lld: nothing in quarantine has this id", (long long)ids[i]);
	}
	return 0;
}

int survey_quarantine_resolve(
    struct store *s, const int64_t *ids, size_t count, int64_t now, bool dry_run, struct err *e)
{
	if (store_begin(s, e) != 0)
		return -1;
	return people_end(s, dry_run, resolve_all(s, ids, count, now, e), e);
}
