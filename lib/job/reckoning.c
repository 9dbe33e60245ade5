#include "job/reckoning.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "base/study_days.h"
#include "job/display.h"
#include "job/tally.h"
#include "store/compliance.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 3, EXAMPLE_BYTES = 60, ROWS_A_PROGRESS = 1 << 19 };
static const int64_t never = INT64_MAX;

struct person {
	int64_t id, first_request;
	size_t calendar;
};

/* A study's days; all participants of the study share it. */
struct calendar {
	const struct study *study;
	struct study_days days;
};

struct reckoning {
	struct tally *tally;
	struct person *people;
	size_t count, room;
	struct calendar *calendars;
	size_t calendar_count;
	int64_t now, earliest; /* earliest: where the first day of all calendars begins */
	const char *zone;
	uint32_t *rank;       /* of each kind, by name */
	struct arena days;    /* of the calendars */
	struct arena scratch; /* of reckoning_get */
	struct arena words;   /* of the report */
	struct reckoning_report report;
};

struct reckoning *reckoning_new(int64_t now, const char *zone)
{
	struct reckoning *r = mem_alloc(sizeof *r);

	r->tally = tally_new();
	r->now = now;
	r->zone = zone;
	return r;
}

void reckoning_free(struct reckoning *r)
{
	if (!r)
		return;
	tally_free(r->tally);
	free(r->people);
	free(r->calendars);
	free(r->rank);
	arena_clear(&r->days);
	arena_clear(&r->scratch);
	arena_clear(&r->words);
	free(r);
}

static size_t calendar_of(struct reckoning *r, const struct study *s)
{
	for (size_t i = 0; i < r->calendar_count; i++)
		if (r->calendars[i].study == s)
			return i;
	r->calendars = mem_realloc(r->calendars, r->calendar_count + 1, sizeof *r->calendars);
	r->calendars[r->calendar_count] = (struct calendar){.study = s};
	return r->calendar_count++;
}

void reckoning_add(struct reckoning *r, int64_t participant_id, const char *did, const struct study *study)
{
	if (r->count == r->room) {
		r->room = r->room ? r->room * 2 : 16;
		r->people = mem_realloc(r->people, r->room, sizeof *r->people);
	}
	tally_add(r->tally, did);
	r->people[r->count++] = (struct person){participant_id, never, calendar_of(r, study)};
}

size_t reckoning_count(const struct reckoning *r)
{
	return r->count;
}

int reckoning_today(const struct reckoning *r, const struct study *s, int64_t *day, struct err *e)
{
	return study_day_at(s, r->now, r->zone, day, e);
}

static int set_calendar(struct reckoning *r, struct calendar *c, int64_t first, int64_t last, struct err *e)
{
	if (first == RECKONING_TODAY) {
		if (reckoning_today(r, c->study, &last, e) != 0)
			return -1;
		first = last;
	}
	first -= c->study->window_days - 1;
	return study_days_between(c->study, first, last, r->zone, &r->days, &c->days, e);
}

static int set_calendars(struct reckoning *r, int64_t first, int64_t last, size_t *days, struct err *e)
{
	arena_clear(&r->days);
	r->earliest = INT64_MAX;
	*days = 0;
	for (size_t i = 0; i < r->calendar_count; i++) {
		struct calendar *c = &r->calendars[i];
		if (set_calendar(r, c, first, last, e) != 0)
			return err_prefix(e, "study %s", c->study->label);
		if (c->days.starts[0] < r->earliest)
			r->earliest = c->days.starts[0];
		if (c->days.count > *days)
			*days = c->days.count;
	}
	return 0;
}

static void note_unreadable(
    struct reckoning *r, struct reckoning_rows *rows, const struct compliance_row *row, uint32_t person)
{
	struct span t = row->timestamp;

	if (rows->unreadable++ > 0)
		return;
	if (t.len > EXAMPLE_BYTES)
		t.len = EXAMPLE_BYTES;
	rows->example = arena_printf(&r->words, "\"%s\", of %s", display_clean(&r->words, span_dup(&r->words, t)),
	    display_clean(&r->words, tally_did(r->tally, person)));
}

static void count_row(struct reckoning_rows *rows, const char *what)
{
	if (++rows->rows % ROWS_A_PROGRESS == 0 && log_shows_progress())
		log_progress("%s: %.1f million rows", what, (double)rows->rows / 1e6);
}

static void note_newest(struct reckoning *r, bool readable, int64_t t)
{
	if (readable && t <= r->now && t > r->report.newest)
		r->report.newest = t;
}

static int take_request(const struct compliance_row *row, void *arg, struct err *e)
{
	struct reckoning *r = arg;
	bool readable;
	uint32_t person;
	int64_t t = 0;
	int day;

	(void)e;
	count_row(&r->report.requests, "feed requests");
	readable = stamp_parse(row->timestamp.at, row->timestamp.len, &t);
	note_newest(r, readable, t);
	if (!tally_find(r->tally, row->did, &person))
		return 0;
	if (!readable) {
		note_unreadable(r, &r->report.requests, row, person);
		return 0;
	}
	if (t > r->now) {
		r->report.requests.later++;
		return 0;
	}
	if (t < r->people[person].first_request)
		r->people[person].first_request = t;
	day = study_days_find(&r->calendars[r->people[person].calendar].days, t);
	if (day >= 0)
		tally_count(r->tally, person, TALLY_RETRIEVALS, (size_t)day);
	return 0;
}

static int take_engagement(const struct compliance_row *row, void *arg, struct err *e)
{
	struct reckoning *r = arg;
	bool readable;
	uint32_t person, kind;
	int64_t t = 0;
	int day;

	count_row(&r->report.engagements, "engagements");
	readable = stamp_parse(row->timestamp.at, row->timestamp.len, &t);
	note_newest(r, readable, t);
	if ((readable && t < r->earliest) || !tally_find(r->tally, row->did, &person))
		return 0;
	if (!readable) {
		note_unreadable(r, &r->report.engagements, row, person);
		return 0;
	}
	if (t > r->now) {
		r->report.engagements.later++;
		return 0;
	}
	day = study_days_find(&r->calendars[r->people[person].calendar].days, t);
	if (day < 0)
		return 0;
	if (tally_kind(r->tally, row->type.len > 0 ? row->type : span_of("unknown"), &kind, e) != 0)
		return -1;
	tally_count(r->tally, person, kind, (size_t)day);
	return 0;
}

static int read_once(struct reckoning *r, const char *path, size_t days, bool *good, struct err *e)
{
	const char *only = r->count == 1 ? tally_did(r->tally, 0) : NULL;
	struct compliance *c = NULL;
	int rc = -1;

	tally_begin(r->tally, days);
	arena_clear(&r->words);
	r->report = (struct reckoning_report){.newest = RECKONING_NO_ROW};
	for (size_t i = 0; i < r->count; i++)
		r->people[i].first_request = never;
	if (compliance_open(path, &c, e) != 0)
		return -1;
	if (compliance_each_request(c, only, take_request, r, e) == 0)
		rc = compliance_each_engagement(c, only, take_engagement, r, e);
	*good = compliance_held_still(c);
	/* What is damaged may be so because it was written meanwhile. */
	if (rc != 0 && !*good)
		rc = 0;
	compliance_close(c);
	return rc;
}

struct named {
	struct span name;
	uint32_t kind;
};

static int by_name(const void *x, const void *y)
{
	const struct named *a = x, *b = y;
	size_t n = a->name.len < b->name.len ? a->name.len : b->name.len;
	int order = n > 0 ? memcmp(a->name.at, b->name.at, n) : 0;

	return order != 0 ? order : (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

static void rank_kinds(struct reckoning *r)
{
	size_t n = tally_kind_count(r->tally);
	struct named *all = mem_realloc(NULL, n + 1, sizeof *all);

	r->rank = mem_realloc(r->rank, n + 1, sizeof *r->rank);
	for (size_t i = 0; i < n; i++)
		all[i] = (struct named){tally_kind_name(r->tally, (uint32_t)i), (uint32_t)i};
	qsort(all, n, sizeof *all, by_name);
	for (size_t i = 0; i < n; i++)
		r->rank[all[i].kind] = (uint32_t)i;
	free(all);
}

int reckoning_load(
    struct reckoning *r, const char *path, int64_t first, int64_t last, struct reckoning_report *report, struct err *e)
{
	size_t days;
	bool good = false;
	int rc = 0;

	if (set_calendars(r, first, last, &days, e) != 0)
		return -1;
	for (int i = 0; i < TRIES && !good; i++)
		if ((rc = read_once(r, path, days, &good, e)) != 0)
			break;
	log_progress_end();
	if (rc != 0)
		return -1;
	if (!good)
		return err_set(e, ERR_TEMPORARY,
		    "%s: was written to each of the %d times it was read: run this again later", path, TRIES);
	rank_kinds(r);
	*report = r->report;
	return 0;
}

/* The person's columns of engagements, by name; *retrievals is the one of feed requests, NULL when there is none. */
struct columns {
	const struct tally_column **items;
	size_t count;
	const struct tally_column *retrievals;
};

static void sort_in(struct columns *c, const uint32_t *rank, const struct tally_column *column)
{
	size_t i = c->count++;

	for (; i > 0 && rank[c->items[i - 1]->kind] > rank[column->kind]; i--)
		c->items[i] = c->items[i - 1];
	c->items[i] = column;
}

static struct columns columns_of(struct reckoning *r, size_t index)
{
	struct columns c = {0};
	size_t n = 0;

	for (const struct tally_column *t = tally_columns(r->tally, (uint32_t)index); t; t = t->next)
		n++;
	c.items = arena_array(&r->scratch, n + 1, sizeof(struct tally_column *));
	for (const struct tally_column *t = tally_columns(r->tally, (uint32_t)index); t; t = t->next) {
		if (t->kind == TALLY_RETRIEVALS)
			c.retrievals = t;
		else
			sort_in(&c, r->rank, t);
	}
	return c;
}

static void put_counts(struct reckoning *r, const struct columns *c, size_t at, struct reckoned_day *d)
{
	struct reckoned_type *types = arena_array(&r->scratch, c->count + 1, sizeof *types);

	d->retrievals = c->retrievals ? c->retrievals->counts[at] : 0;
	for (size_t i = 0; i < c->count; i++) {
		uint32_t n = c->items[i]->counts[at];
		if (n == 0)
			continue;
		types[d->type_count++] = (struct reckoned_type){tally_kind_name(r->tally, c->items[i]->kind), n};
		d->engagements += n;
	}
	d->types = types;
}

/* The n-th day of a window, from 1 on; `before` is the day before, NULL for n = 1. */
static void judge(const struct study *s, uint32_t n, const struct reckoned_day *before, struct reckoned_day *d)
{
	uint32_t to_come = n < s->window_days ? s->window_days - n : 0;

	d->is_active = d->retrievals >= s->min_retrievals && d->engagements >= s->min_engagement;
	d->cumulative_active = (before ? before->cumulative_active : 0) + d->is_active;
	d->cumulative_skip = d->is_active ? 0 : (before ? before->cumulative_skip : 0) + 1;
	d->on_track = d->cumulative_active + to_come + !d->is_active >= s->min_active_days;
}

bool reckoning_first_day(const struct reckoning *r, size_t index, int64_t *day)
{
	const struct person *p = &r->people[index];
	const struct study_days *d = &r->calendars[p->calendar].days;
	int at = p->first_request == never ? 0 : study_days_find(d, p->first_request);

	*day = d->first + (at == STUDY_DAY_AFTER ? (int64_t)d->count : at > 0 ? at : 0);
	return p->first_request != never;
}

bool reckoning_get(struct reckoning *r, size_t index, int64_t day, struct reckoned *out)
{
	const struct person *p = &r->people[index];
	const struct calendar *c = &r->calendars[p->calendar];
	const struct study *s = c->study;
	struct reckoned_day *days;
	struct columns columns;
	int64_t first;

	if (day == RECKONING_TODAY)
		day = c->days.first + (int64_t)c->days.count - 1;
	if (!reckoning_first_day(r, index, &first) || first > day)
		return false;
	if (first < day - (int64_t)s->window_days + 1)
		first = day - (int64_t)s->window_days + 1;
	arena_reset(&r->scratch);
	columns = columns_of(r, index);
	*out = (struct reckoned){.participant_id = p->id,
	    .did = tally_did(r->tally, (uint32_t)index),
	    .study = s,
	    .required_active_days = s->min_active_days,
	    .window_days = (uint32_t)(day - first + 1)};
	out->days = days = arena_array(&r->scratch, out->window_days, sizeof *days);
	for (uint32_t i = 0; i < out->window_days; i++) {
		days[i] = (struct reckoned_day){.day = first + i};
		put_counts(r, &columns, (size_t)(first + i - c->days.first), &days[i]);
		judge(s, i + 1, i > 0 ? &days[i - 1] : NULL, &days[i]);
	}
	out->active_days = days[out->window_days - 1].cumulative_active;
	out->on_track = days[out->window_days - 1].on_track;
	return true;
}
