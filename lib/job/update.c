#include "job/update.h"

#include "base/clock.h"
#include "base/span.h"
#include "job/display.h"
#include "mail/body.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	MOST_KINDS = 6, /* of engagement, told by name; the others are summed up */
	KIND_COLUMNS = 32,
	ROW_DAYS = 7, /* of the calendar */
	SENDER_COLUMNS = 80,
	SECONDS_A_DAY = 86400,
};

enum kind_value { KIND_NAME, KIND_COUNT, KIND_IS_FIRST, KIND_VALUES };

static const struct template_name kind_names[] = {
    [KIND_NAME] = {"name", TEMPLATE_STRING, NULL},
    [KIND_COUNT] = {"count", TEMPLATE_NUMBER, NULL},
    [KIND_IS_FIRST] = {"is_first", TEMPLATE_FLAG, NULL},
    [KIND_VALUES] = {NULL, TEMPLATE_STRING, NULL},
};

enum day_value {
	DAY_DATE,
	DAY_WEEKDAY,
	DAY_DAY,
	DAY_MONTH,
	DAY_YEAR,
	DAY_ENDS_ROW,
	DAY_ACTIVE,
	DAY_IS_TODAY,
	DAY_RETRIEVALS,
	DAY_ENGAGEMENTS,
	DAY_KINDS,
	DAY_VALUES
};

static const struct template_name day_names[] = {
    [DAY_DATE] = {"date", TEMPLATE_STRING, NULL},
    [DAY_WEEKDAY] = {"weekday", TEMPLATE_NUMBER, NULL},
    [DAY_DAY] = {"day", TEMPLATE_NUMBER, NULL},
    [DAY_MONTH] = {"month", TEMPLATE_NUMBER, NULL},
    [DAY_YEAR] = {"year", TEMPLATE_NUMBER, NULL},
    [DAY_ENDS_ROW] = {"ends_row", TEMPLATE_FLAG, NULL},
    [DAY_ACTIVE] = {"active", TEMPLATE_FLAG, NULL},
    [DAY_IS_TODAY] = {"is_today", TEMPLATE_FLAG, NULL},
    [DAY_RETRIEVALS] = {"retrievals", TEMPLATE_NUMBER, NULL},
    [DAY_ENGAGEMENTS] = {"engagements", TEMPLATE_NUMBER, NULL},
    [DAY_KINDS] = {"kinds", TEMPLATE_LIST, kind_names},
    [DAY_VALUES] = {NULL, TEMPLATE_STRING, NULL},
};

/* A date is four values in this order. */
enum date_value { DATE_WEEKDAY, DATE_DAY, DATE_MONTH, DATE_YEAR, DATE_VALUES };

enum value {
	ACTION_NEEDED,
	STUDY,
	TODAY_DATE,
	ENDS_DATE = TODAY_DATE + DATE_VALUES, /* the study day ends at the cut-off of that day */
	ACTIVE_DAYS = ENDS_DATE + DATE_VALUES,
	REQUIRED_DAYS,
	WINDOW_DAYS,
	WINDOW_DAY,
	WINDOW_IS_FULL,
	ON_TRACK,
	REACHED,
	MUST_TODAY,
	NEEDED_DAYS,
	WITHIN_DAYS,
	RECOVER_DAYS,
	RECOVER_DATE,
	TODAY_ACTIVE = RECOVER_DATE + DATE_VALUES,
	MISSING_RETRIEVALS,
	MISSING_ENGAGEMENT,
	MIN_RETRIEVALS,
	MIN_ENGAGEMENT,
	RETRIEVALS,
	ENGAGEMENTS,
	KINDS,
	DAYS,
	COMING,
	CUT_OFF,
	ZONE,
	NEWEST_TIME,
	NEWEST_DATE,
	READ_TIME = NEWEST_DATE + DATE_VALUES,
	READ_DATE,
	FEED_URL = READ_DATE + DATE_VALUES,
	SENDER,
	UNSUBSCRIBE_URL,
	UNSUBSCRIBE_ADDRESS,
	VALUES
};

const struct template_name update_names[] = {
    [ACTION_NEEDED] = {"action_needed", TEMPLATE_FLAG, NULL},
    [STUDY] = {"study", TEMPLATE_STRING, NULL},
    [TODAY_DATE + DATE_WEEKDAY] = {"today_weekday", TEMPLATE_NUMBER, NULL},
    [TODAY_DATE + DATE_DAY] = {"today_day", TEMPLATE_NUMBER, NULL},
    [TODAY_DATE + DATE_MONTH] = {"today_month", TEMPLATE_NUMBER, NULL},
    [TODAY_DATE + DATE_YEAR] = {"today_year", TEMPLATE_NUMBER, NULL},
    [ENDS_DATE + DATE_WEEKDAY] = {"ends_weekday", TEMPLATE_NUMBER, NULL},
    [ENDS_DATE + DATE_DAY] = {"ends_day", TEMPLATE_NUMBER, NULL},
    [ENDS_DATE + DATE_MONTH] = {"ends_month", TEMPLATE_NUMBER, NULL},
    [ENDS_DATE + DATE_YEAR] = {"ends_year", TEMPLATE_NUMBER, NULL},
    [ACTIVE_DAYS] = {"active_days", TEMPLATE_NUMBER, NULL},
    [REQUIRED_DAYS] = {"required_days", TEMPLATE_NUMBER, NULL},
    [WINDOW_DAYS] = {"window_days", TEMPLATE_NUMBER, NULL},
    [WINDOW_DAY] = {"window_day", TEMPLATE_NUMBER, NULL},
    [WINDOW_IS_FULL] = {"window_is_full", TEMPLATE_FLAG, NULL},
    [ON_TRACK] = {"on_track", TEMPLATE_FLAG, NULL},
    [REACHED] = {"reached", TEMPLATE_FLAG, NULL},
    [MUST_TODAY] = {"must_today", TEMPLATE_FLAG, NULL},
    [NEEDED_DAYS] = {"needed_days", TEMPLATE_NUMBER, NULL},
    [WITHIN_DAYS] = {"within_days", TEMPLATE_NUMBER, NULL},
    [RECOVER_DAYS] = {"recover_days", TEMPLATE_NUMBER, NULL},
    [RECOVER_DATE + DATE_WEEKDAY] = {"recover_weekday", TEMPLATE_NUMBER, NULL},
    [RECOVER_DATE + DATE_DAY] = {"recover_day", TEMPLATE_NUMBER, NULL},
    [RECOVER_DATE + DATE_MONTH] = {"recover_month", TEMPLATE_NUMBER, NULL},
    [RECOVER_DATE + DATE_YEAR] = {"recover_year", TEMPLATE_NUMBER, NULL},
    [TODAY_ACTIVE] = {"today_active", TEMPLATE_FLAG, NULL},
    [MISSING_RETRIEVALS] = {"missing_retrievals", TEMPLATE_NUMBER, NULL},
    [MISSING_ENGAGEMENT] = {"missing_engagement", TEMPLATE_NUMBER, NULL},
    [MIN_RETRIEVALS] = {"min_retrievals", TEMPLATE_NUMBER, NULL},
    [MIN_ENGAGEMENT] = {"min_engagement", TEMPLATE_NUMBER, NULL},
    [RETRIEVALS] = {"retrievals", TEMPLATE_NUMBER, NULL},
    [ENGAGEMENTS] = {"engagements", TEMPLATE_NUMBER, NULL},
    [KINDS] = {"kinds", TEMPLATE_LIST, kind_names},
    [DAYS] = {"days", TEMPLATE_LIST, day_names},
    [COMING] = {"coming", TEMPLATE_LIST, day_names},
    [CUT_OFF] = {"cut_off", TEMPLATE_STRING, NULL},
    [ZONE] = {"zone", TEMPLATE_STRING, NULL},
    [NEWEST_TIME] = {"newest_time", TEMPLATE_STRING, NULL},
    [NEWEST_DATE + DATE_WEEKDAY] = {"newest_weekday", TEMPLATE_NUMBER, NULL},
    [NEWEST_DATE + DATE_DAY] = {"newest_day", TEMPLATE_NUMBER, NULL},
    [NEWEST_DATE + DATE_MONTH] = {"newest_month", TEMPLATE_NUMBER, NULL},
    [NEWEST_DATE + DATE_YEAR] = {"newest_year", TEMPLATE_NUMBER, NULL},
    [READ_TIME] = {"read_time", TEMPLATE_STRING, NULL},
    [READ_DATE + DATE_WEEKDAY] = {"read_weekday", TEMPLATE_NUMBER, NULL},
    [READ_DATE + DATE_DAY] = {"read_day", TEMPLATE_NUMBER, NULL},
    [READ_DATE + DATE_MONTH] = {"read_month", TEMPLATE_NUMBER, NULL},
    [READ_DATE + DATE_YEAR] = {"read_year", TEMPLATE_NUMBER, NULL},
    [FEED_URL] = {"feed_url", TEMPLATE_STRING, NULL},
    [SENDER] = {"sender", TEMPLATE_STRING, NULL},
    [UNSUBSCRIBE_URL] = {"unsubscribe_url", TEMPLATE_STRING, NULL},
    [UNSUBSCRIBE_ADDRESS] = {"unsubscribe_address", TEMPLATE_STRING, NULL},
    [VALUES] = {NULL, TEMPLATE_STRING, NULL},
};

/* Weekday (Monday is 1), day, month, year. */
static struct tm put_date(union template_value *v, int64_t date)
{
	time_t t = (time_t)(date * SECONDS_A_DAY);
	struct tm tm = {0};

	gmtime_r(&t, &tm);
	v[DATE_WEEKDAY].number = tm.tm_wday ? tm.tm_wday : 7;
	v[DATE_DAY].number = tm.tm_mday;
	v[DATE_MONTH].number = tm.tm_mon + 1;
	v[DATE_YEAR].number = tm.tm_year + 1900;
	return tm;
}

static int by_name(const void *x, const void *y)
{
	const struct reckoned_type *a = x, *b = y;
	size_t n = a->name.len < b->name.len ? a->name.len : b->name.len;
	int order = n > 0 ? memcmp(a->name.at, b->name.at, n) : 0;

	return order != 0 ? order : (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

static int by_count(const void *x, const void *y)
{
	const struct reckoned_type *a = x, *b = y;

	return a->count != b->count ? (a->count < b->count) - (a->count > b->count) : by_name(x, y);
}

/* n kinds, which are put in order, as rows of kind_names: the most frequent first, what is beyond MOST_KINDS in a last
 * row without name. */
static void put_kinds(struct arena *a, struct reckoned_type *kinds, size_t n, union template_value *v)
{
	union template_value *rows = arena_zalloc(a, (MOST_KINDS + 1) * KIND_VALUES * sizeof *rows), *last;
	size_t shown = n <= MOST_KINDS ? n : MOST_KINDS;

	qsort(kinds, n, sizeof *kinds, by_count);
	for (size_t i = 0; i < shown; i++) {
		union template_value *row = rows + i * KIND_VALUES;
		const char *name = display_clean(a, arena_strndup(a, kinds[i].name.at, kinds[i].name.len));
		row[KIND_NAME].string = *name ? display_cut(a, name, KIND_COLUMNS) : "?";
		row[KIND_COUNT].number = kinds[i].count;
		row[KIND_IS_FIRST].flag = i == 0;
	}
	last = rows + shown * KIND_VALUES;
	for (size_t i = shown; i < n; i++)
		last[KIND_COUNT].number += kinds[i].count;
	v->list.rows = rows;
	v->list.count = shown + (n > shown);
}

static struct reckoned_type *copy_kinds(struct arena *a, const struct reckoned_day *d)
{
	struct reckoned_type *kinds = arena_array(a, d->type_count + 1, sizeof *kinds);

	if (d->type_count > 0)
		memcpy(kinds, d->types, d->type_count * sizeof *kinds);
	return kinds;
}

/* The counts of the whole window. */
static void put_totals(struct arena *a, const struct reckoned *w, union template_value *v)
{
	struct reckoned_type *all;
	size_t n = 0, merged = 0;

	for (uint32_t i = 0; i < w->window_days; i++) {
		v[RETRIEVALS].number += w->days[i].retrievals;
		v[ENGAGEMENTS].number += w->days[i].engagements;
		n += w->days[i].type_count;
	}
	all = arena_array(a, n + 1, sizeof *all);
	n = 0;
	for (uint32_t i = 0; i < w->window_days; i++)
		for (size_t k = 0; k < w->days[i].type_count; k++)
			all[n++] = w->days[i].types[k];
	qsort(all, n, sizeof *all, by_name);
	for (size_t i = 0; i < n; i++) {
		if (merged > 0 && by_name(&all[merged - 1], &all[i]) == 0)
			all[merged - 1].count += all[i].count;
		else
			all[merged++] = all[i];
	}
	put_kinds(a, all, merged, &v[KINDS]);
}

/* The n-th day of the calendar, from 1 on. */
static void put_day(struct arena *a, union template_value *row, int64_t date, size_t n)
{
	struct tm tm = put_date(&row[DAY_WEEKDAY], date);

	row[DAY_DATE].string = arena_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	row[DAY_ENDS_ROW].flag = n % ROW_DAYS == 0;
}

static void put_days(struct arena *a, const struct reckoned *w, union template_value *v)
{
	size_t coming = w->study->window_days > w->window_days ? w->study->window_days - w->window_days : 0;
	size_t count = w->window_days + coming;
	union template_value *rows = arena_zalloc(a, count * DAY_VALUES * sizeof *rows);

	for (size_t i = 0; i < count; i++)
		put_day(a, rows + i * DAY_VALUES, w->days[0].day + (int64_t)i, i + 1);
	for (uint32_t i = 0; i < w->window_days; i++) {
		union template_value *row = rows + i * DAY_VALUES;
		const struct reckoned_day *d = &w->days[i];
		row[DAY_ACTIVE].flag = d->is_active;
		row[DAY_IS_TODAY].flag = i + 1 == w->window_days;
		row[DAY_RETRIEVALS].number = d->retrievals;
		row[DAY_ENGAGEMENTS].number = d->engagements;
		put_kinds(a, copy_kinds(a, d), d->type_count, &row[DAY_KINDS]);
	}
	/* The last row needs no end. */
	rows[(count - 1) * DAY_VALUES + DAY_ENDS_ROW].flag = false;
	v[DAYS].list.rows = rows;
	v[DAYS].list.count = w->window_days;
	v[COMING].list.rows = rows + w->window_days * DAY_VALUES;
	v[COMING].list.count = coming;
}

static void put_outlook(const struct reckoned *w, union template_value *v)
{
	struct update_outlook o = update_outlook(w);
	const struct study *s = w->study;
	const struct reckoned_day *today = &w->days[w->window_days - 1];

	v[ACTIVE_DAYS].number = w->active_days;
	v[REQUIRED_DAYS].number = w->required_active_days;
	v[WINDOW_DAYS].number = s->window_days;
	v[WINDOW_DAY].number = w->window_days;
	v[WINDOW_IS_FULL].flag = w->window_days >= s->window_days;
	v[ON_TRACK].flag = w->on_track;
	v[REACHED].flag = o.needed_days == 0;
	v[NEEDED_DAYS].number = o.needed_days;
	v[WITHIN_DAYS].number = o.within_days;
	v[MUST_TODAY].flag = w->on_track && !today->is_active && o.needed_days == 1 && o.within_days == 1;
	v[RECOVER_DAYS].number = o.recover_days;
	put_date(&v[RECOVER_DATE], o.recover_date);
	v[TODAY_ACTIVE].flag = today->is_active;
	v[MISSING_RETRIEVALS].number =
	    s->min_retrievals > today->retrievals ? s->min_retrievals - today->retrievals : 0;
	v[MISSING_ENGAGEMENT].number =
	    s->min_engagement > today->engagements ? s->min_engagement - today->engagements : 0;
	v[MIN_RETRIEVALS].number = s->min_retrievals;
	v[MIN_ENGAGEMENT].number = s->min_engagement;
}

/* A link that a reader can follow; what else stands in the roster is no use to them. */
static const char *web_link(const char *url)
{
	struct span s = url ? span_of(url) : (struct span){0};

	return span_starts(s, "https://") || span_starts(s, "http://") ? url : NULL;
}

static union template_value *values_of(struct arena *a, const struct update_facts *f)
{
	union template_value *v = arena_zalloc(a, VALUES * sizeof *v);
	const struct reckoned *w = f->window;

	v[ACTION_NEEDED].flag = update_needs_action(w);
	v[STUDY].string = w->study->label;
	put_date(&v[TODAY_DATE], w->days[w->window_days - 1].day);
	put_date(&v[ENDS_DATE], w->days[w->window_days - 1].day + 1);
	put_outlook(w, v);
	put_totals(a, w, v);
	put_days(a, w, v);
	v[CUT_OFF].string = f->cut_off;
	v[ZONE].string = w->study->zone;
	v[NEWEST_TIME].string = f->newest.time;
	put_date(&v[NEWEST_DATE], f->newest.date);
	v[READ_TIME].string = f->read.time;
	put_date(&v[READ_DATE], f->read.date);
	v[FEED_URL].string = web_link(f->feed_url);
	v[SENDER].string = f->sender ? display_cut(a, display_clean(a, f->sender), SENDER_COLUMNS) : NULL;
	v[UNSUBSCRIBE_URL].string = f->unsubscribe_url;
	v[UNSUBSCRIBE_ADDRESS].string = f->unsubscribe_address;
	return v;
}

/* A rendered template in the arena. */
static int render(
    struct arena *a, const struct template *t, const union template_value *v, struct span *out, struct err *e)
{
	struct buf b = {0};
	int rc = template_render(t, v, &b, e);

	*out = (struct span){arena_strndup(a, buf_str(&b), b.len), b.len};
	buf_clear(&b);
	return rc;
}

int update_subject(struct arena *a, const struct update_templates *t, const struct update_facts *f,
    const char **subject, struct err *e)
{
	struct span rendered;

	if (render(a, t->subject, values_of(a, f), &rendered, e) != 0)
		return -1;
	*subject = display_clean(a, rendered.at);
	return **subject ? 0 : err_set(e, ERR_INPUT, "update.%s.subject: gives an empty subject", t->language);
}

/* One template makes both forms. */
static int make_both(struct arena *a, const struct update_templates *t, const union template_value *v,
    const struct body_page *page, struct update_bodies *out, struct err *e)
{
	enum body_kind kind = t->html ? BODY_HTML : t->markdown ? BODY_MARKDOWN : BODY_TEXT;
	const struct template *source = t->html ? t->html : t->markdown ? t->markdown : t->text;
	struct span rendered;
	struct body body;

	if (render(a, source, v, &rendered, e) != 0 ||
	    body_make(a, kind, rendered.at, rendered.len, page, &body, e) != 0)
		return -1;
	*out = (struct update_bodies){body.text, body.html};
	return 0;
}

static bool is_blank(struct span s)
{
	return span_trim(s).len == 0;
}

int update_bodies(struct arena *a, const struct update_templates *t, const struct update_facts *f, const char *subject,
    struct update_bodies *out, struct err *e)
{
	const struct body_page page = {.lang = t->language, .title = subject};
	const union template_value *v = values_of(a, f);
	struct span rendered;

	if (!t->html || !t->text) {
		if (make_both(a, t, v, &page, out, e) != 0)
			return -1;
	} else {
		if (render(a, t->html, v, &rendered, e) != 0)
			return -1;
		if (is_blank(rendered))
			return err_set(e, ERR_INPUT, "update.%s.html: gives an empty page", t->language);
		out->html = body_page(a, &page, body_html(a, rendered.at, rendered.len, NULL));
	}
	if (t->text && render(a, t->text, v, &rendered, e) != 0)
		return -1;
	if (t->text)
		out->text = body_text(a, rendered.at, rendered.len);
	if (is_blank(span_of(out->text)))
		return err_set(e, ERR_INPUT, "update.%s.%s: gives an empty text", t->language,
		    t->text       ? "txt"
		    : t->markdown ? "md"
		                  : "html");
	return 0;
}
