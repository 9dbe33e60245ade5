#include "participant_numbers_out.h"

#include "base/log.h"
#include "base/stamp.h"

#include <inttypes.h>
#include <stdio.h>

static void put_int(struct json *j, const char *name, int64_t n)
{
	json_key(j, name);
	json_int(j, n);
}

static void put_bool(struct json *j, const char *name, bool b)
{
	json_key(j, name);
	json_bool(j, b);
}

static void put_str(struct json *j, const char *name, const char *s)
{
	json_key(j, name);
	json_str(j, s);
}

static void put_day(struct json *j, const struct reckoned_day *d)
{
	char day[STAMP_DAY_BYTES];

	json_open(j, '{');
	put_str(j, "day", stamp_format_day(d->day, day));
	put_int(j, "retrievals", d->retrievals);
	put_int(j, "engagements", d->engagements);
	json_key(j, "engagement_breakdown");
	json_open(j, '{');
	for (size_t i = 0; i < d->type_count; i++)
		put_int(j, d->types[i].name.at, d->types[i].count);
	json_close(j, '}');
	put_bool(j, "active", d->is_active);
	put_int(j, "cumulative_active", d->cumulative_active);
	put_int(j, "cumulative_skip", d->cumulative_skip);
	put_bool(j, "on_track", d->on_track);
	json_close(j, '}');
}

void participant_numbers_out_json(struct buf *out, const struct reckoned *w)
{
	struct json j = {.out = out};

	buf_reset(out);
	json_open(&j, '{');
	put_str(&j, "did", w->did);
	put_str(&j, "study", w->study->label);
	put_int(&j, "active_days", w->active_days);
	put_int(&j, "required_active_days", w->required_active_days);
	put_int(&j, "window_days", w->window_days);
	put_bool(&j, "on_track", w->on_track);
	json_key(&j, "days");
	json_open(&j, '[');
	for (uint32_t i = 0; i < w->window_days; i++)
		put_day(&j, &w->days[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	buf_putc(out, '\n');
}

void participant_numbers_out_heading(struct table *t, bool with_study)
{
	t->columns = with_study ? 6 : 5;
	table_add(t, "did");
	if (with_study)
		table_add(t, "study");
	table_add(t, "active days");
	table_add(t, "required");
	table_add(t, "on track");
	table_add(t, "last day");
}

static void add_count(struct table *t, uint32_t n)
{
	char text[16];

	snprintf(text, sizeof text, "%" PRIu32, n);
	table_add(t, text);
}

void participant_numbers_out_row(struct table *t, const struct reckoned *w, bool with_study)
{
	char day[STAMP_DAY_BYTES];

	table_add(t, w->did);
	if (with_study)
		table_add(t, w->study->label);
	add_count(t, w->active_days);
	add_count(t, w->required_active_days);
	table_add(t, w->on_track ? "yes" : "no");
	table_add(t, stamp_format_day(w->days[w->window_days - 1].day, day));
}

const char *participant_numbers_out_without_request(struct buf *out, size_t n)
{
	buf_reset(out);
	buf_printf(out, "%zu %s no feed request yet", n, n == 1 ? "participant has" : "participants have");
	return buf_str(out);
}

const char *participant_numbers_out_without_study(struct buf *out, size_t n)
{
	buf_reset(out);
	buf_printf(out, "%zu %s to no study: no study_types name their study_type", n,
	    n == 1 ? "participant belongs" : "participants belong");
	return buf_str(out);
}

static int report_rows(const char *path, const char *table, const struct reckoning_rows *r)
{
	log_info("%s: %s: %" PRIu64 " rows read", path, table, r->rows);
	if (r->later > 0)
		log_info("%s: %s: %" PRIu64 " %s later than now and %s not count yet", path, table, r->later,
		    r->later == 1 ? "row of participants is" : "rows of participants are",
		    r->later == 1 ? "does" : "do");
	if (r->unreadable > 0)
		log_warning("%s: %s: %" PRIu64
		            " %s of participants %s a timestamp that cannot be read and %s not count; the "
		            "first: %s",
		    path, table, r->unreadable, r->unreadable == 1 ? "row" : "rows",
		    r->unreadable == 1 ? "has" : "have", r->unreadable == 1 ? "does" : "do", r->example);
	return r->unreadable > 0;
}

int participant_numbers_out_report(const char *path, const struct reckoning_report *report)
{
	int requests = report_rows(path, "feed_requests", &report->requests);

	return report_rows(path, "engagements", &report->engagements) | requests;
}

void participant_numbers_out_snapshot_json(
    struct buf *out, const struct snapshot_ask *ask, const struct snapshot_result *r)
{
	struct json j = {.out = out};
	char day[STAMP_DAY_BYTES];

	json_open(&j, '{');
	put_int(&j, "format", 1);
	put_bool(&j, "dry_run", ask->dry_run);
	put_str(&j, "study", ask->study->label);
	put_str(&j, "from", stamp_format_day(ask->first, day));
	put_str(&j, "to", stamp_format_day(ask->last, day));
	put_int(&j, "participants", (int64_t)r->participants);
	put_int(&j, "without_request", (int64_t)r->without_request);
	put_int(&j, "daily_snapshots_changed", (int64_t)r->days_changed);
	put_int(&j, "daily_snapshots_unchanged", (int64_t)r->days_unchanged);
	put_int(&j, "compliance_monitoring_changed", (int64_t)r->standings_changed);
	put_int(&j, "compliance_monitoring_unchanged", (int64_t)r->standings_unchanged);
	put_int(&j, "unreadable", (int64_t)(r->report.requests.unreadable + r->report.engagements.unreadable));
	json_close(&j, '}');
	buf_putc(out, '\n');
}

void participant_numbers_out_snapshot(struct buf *out, const struct snapshot_ask *ask, const struct snapshot_result *r)
{
	char first[STAMP_DAY_BYTES], last[STAMP_DAY_BYTES];

	buf_printf(out, "%s, %s to %s: %zu participants, %zu days and %zu standings %s, %zu and %zu unchanged\n",
	    ask->study->label, stamp_format_day(ask->first, first), stamp_format_day(ask->last, last), r->participants,
	    r->days_changed, r->standings_changed, ask->dry_run ? "would change" : "new or changed", r->days_unchanged,
	    r->standings_unchanged);
}
