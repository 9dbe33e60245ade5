#include "job/roster_seed.h"

#include "job/people.h"
#include "job/roster.h"

struct missing {
	struct arena *a;
	int64_t *ids;
	size_t count;
};

static void add(struct missing *m, const struct participant *p)
{
	if (p->survey_completed_at != PARTICIPANT_NEVER || p->is_removed)
		return;
	m->ids = arena_more(m->a, m->ids, m->count, sizeof *m->ids);
	m->ids[m->count++] = p->id;
}

static int add_each(const struct participant *p, void *arg)
{
	add(arg, p);
	return 0;
}

static int find(struct store *s, const struct roster_seed *seed, struct missing *m, struct err *e)
{
	struct participant p;

	if (seed->did_count == 0)
		return participants_each(s, NULL, add_each, m, e);
	for (size_t i = 0; i < seed->did_count; i++) {
		if (roster_find(s, m->a, seed->dids[i], NULL, &p, e) != 0)
			return -1;
		add(m, &p);
	}
	return 0;
}

static int set(struct store *s, const struct roster_seed *seed, const struct missing *m, size_t *count, struct err *e)
{
	struct arena a = {0};
	struct participant p;
	bool found;
	int rc = 0;

	for (size_t i = 0; i < m->count && rc == 0; i++) {
		arena_reset(&a);
		rc = participants_get_by_id(s, &a, m->ids[i], &p, &found, e);
		/* A did may be given twice. */
		if (rc != 0 || !found || p.survey_completed_at != PARTICIPANT_NEVER)
			continue;
		p.survey_completed_at = seed->timestamp;
		rc = participants_update(s, &p, seed->now, e);
		++*count;
		if (rc == 0 && seed->seeded)
			seed->seeded(&p, seed->arg);
	}
	arena_clear(&a);
	return rc;
}

int roster_seed(struct store *s, struct arena *a, const struct roster_seed *seed, size_t *count, struct err *e)
{
	struct missing m = {.a = a};
	int rc;

	*count = 0;
	if (store_begin(s, e) != 0)
		return -1;
	rc = find(s, seed, &m, e);
	if (rc == 0)
		rc = set(s, seed, &m, count, e);
	return people_end(s, seed->dry_run, rc, e);
}
