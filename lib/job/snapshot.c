#include "job/snapshot.h"

#include "base/json.h"
#include "base/stamp.h"
#include "store/snapshots.h"

/* So many days are reckoned from one pass over the compliance database: memory grows with them. */
enum { DAYS_A_PASS = 31 };

struct adding {
	struct reckoning *r;
	const struct studies *studies;
	const struct study *only;
	size_t without_study;
};

static void add_person(const struct snapshot_person *p, void *arg)
{
	struct adding *a = arg;
	const struct study *study = studies_of_type(a->studies, p->study_type);

	if (!study)
		a->without_study++;
	else if (!a->only || a->only == study)
		reckoning_add(a->r, p->id, p->did, study);
}

int snapshot_add_roster(struct store *s, struct reckoning *r, const struct studies *studies, const struct study *only,
    bool all, size_t *without_study, struct err *e)
{
	struct adding a = {r, studies, only, 0};

	if (snapshots_each_person(s, all, add_person, &a, e) != 0)
		return -1;
	*without_study = a.without_study;
	return 0;
}

struct making {
	struct store *s;
	struct reckoning *r;
	const struct snapshot_ask *ask;
	struct snapshot_result *out;
	struct buf breakdown;
};

static const char *breakdown_of(struct making *m, const struct reckoned_day *d)
{
	struct json j = {.out = &m->breakdown};

	buf_reset(&m->breakdown);
	json_open(&j, '{');
	for (size_t i = 0; i < d->type_count; i++) {
		json_key(&j, d->types[i].name.at);
		json_int(&j, d->types[i].count);
	}
	json_close(&j, '}');
	return buf_str(&m->breakdown);
}

static int put_day(struct making *m, const struct reckoned *w, struct err *e)
{
	const struct reckoned_day *last = &w->days[w->window_days - 1];
	char day[STAMP_DAY_BYTES];
	struct snapshot_day row = {w->study->label, w->participant_id, stamp_format_day(last->day, day),
	    breakdown_of(m, last), last->retrievals, last->engagements, last->cumulative_active, last->cumulative_skip,
	    last->is_active};
	struct snapshot_standing standing = {w->study->label, w->participant_id, day, w->active_days,
	    w->required_active_days, w->window_days, w->on_track};
	bool changed;

	if (snapshots_put_day(m->s, &row, m->ask->now, &changed, e) != 0)
		return -1;
	++*(changed ? &m->out->days_changed : &m->out->days_unchanged);
	if (snapshots_put_standing(m->s, &standing, m->ask->now, &changed, e) != 0)
		return -1;
	++*(changed ? &m->out->standings_changed : &m->out->standings_unchanged);
	return 0;
}

/* Somebody may have been erased since the roster was read. */
static int put_person(struct making *m, size_t index, int64_t first, int64_t last, struct err *e)
{
	struct reckoned w;
	int64_t begin;
	bool there = false;

	if (!reckoning_first_day(m->r, index, &begin))
		return 0;
	for (int64_t day = begin > first ? begin : first; day <= last; day++) {
		if (!reckoning_get(m->r, index, day, &w))
			continue;
		if (!there && snapshots_person_is_there(m->s, w.participant_id, &there, e) != 0)
			return -1;
		if (!there)
			return 0;
		if (put_day(m, &w, e) != 0)
			return -1;
	}
	return 0;
}

static int put_pass(struct making *m, int64_t first, int64_t last, struct err *e)
{
	int64_t day;

	m->out->without_request = 0;
	for (size_t i = 0; i < reckoning_count(m->r); i++) {
		if (!reckoning_first_day(m->r, i, &day))
			m->out->without_request++;
		if (put_person(m, i, first, last, e) != 0)
			return -1;
	}
	return 0;
}

/* The first pass over the compliance database comes before the transaction: while it lasts others may write here. */
static int put_all(struct making *m, struct err *e)
{
	const struct snapshot_ask *ask = m->ask;

	for (int64_t first = ask->first; first <= ask->last; first += DAYS_A_PASS) {
		int64_t last = first + DAYS_A_PASS - 1 < ask->last ? first + DAYS_A_PASS - 1 : ask->last;
		if (reckoning_load(m->r, ask->compliance_db, first, last, &m->out->report, e) != 0)
			return -1;
		if (first == ask->first && store_begin(m->s, e) != 0)
			return -1;
		if (put_pass(m, first, last, e) != 0)
			return -1;
	}
	return 0;
}

int snapshot_make(
    struct store *s, struct reckoning *r, const struct snapshot_ask *ask, struct snapshot_result *out, struct err *e)
{
	struct making m = {.s = s, .r = r, .ask = ask, .out = out};
	int rc;

	*out = (struct snapshot_result){.participants = reckoning_count(r)};
	rc = put_all(&m, e);
	if (rc == 0 && !ask->dry_run)
		rc = store_commit(s, e);
	store_rollback(s);
	buf_clear(&m.breakdown);
	return rc;
}
