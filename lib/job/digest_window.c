#include "job/digest_window.h"

#include "base/clock.h"
#include "base/zone.h"

#include <stddef.h>
#include <string.h>

/* What a person typed is wrong usage, whatever clock_parse calls it. */
static int parse_time(const char *option, const char *text, int64_t *t, struct err *e)
{
	if (clock_parse(text, t, e) == 0)
		return 0;
	e->code = ERR_USAGE;
	return err_prefix(e, "--%s", option);
}

static int find_day(const char *date, int64_t now, struct digest_window *w, struct err *e)
{
	if (strcmp(date, "today") == 0)
		w->start = zone_day_start(now);
	else if (strcmp(date, "yesterday") == 0)
		w->start = zone_day_shift(zone_day_start(now), -1);
	else if (strlen(date) != strlen("2026-11-19"))
		return err_set(e, ERR_USAGE, "--date: \"%s\" is no day: write 2026-11-19, today or yesterday", date);
	else if (parse_time("date", date, &w->start, e) != 0)
		return -1;
	w->end = zone_day_shift(w->start, 1);
	return 0;
}

static int find_last(const char *last, int64_t now, struct digest_window *w, struct err *e)
{
	int64_t seconds;

	if (clock_parse_duration(last, &seconds, e) != 0)
		return err_prefix(e, "--last");
	w->end = now;
	w->start = now - seconds;
	return 0;
}

static int find_since(const struct digest_asked *asked, int64_t now, struct digest_window *w, struct err *e)
{
	if (!asked->since)
		return err_set(e, ERR_USAGE, "--until wants --since");
	w->end = now;
	if (parse_time("since", asked->since, &w->start, e) != 0)
		return -1;
	return asked->until ? parse_time("until", asked->until, &w->end, e) : 0;
}

static int check(struct digest_window *w, int64_t now, struct err *e)
{
	char start[ZONE_TEXT_BYTES], end[ZONE_TEXT_BYTES];

	zone_format(w->start, ZONE_DATE_TIME, start);
	zone_format(w->end, ZONE_DATE_TIME, end);
	if (w->start >= now)
		return err_set(e, ERR_USAGE, "the period from %s has not begun", start);
	if (w->start >= w->end)
		return err_set(
		    e, ERR_USAGE, "the period from %s to %s is empty: its end must come after its start", start, end);
	w->is_partial = w->end > now;
	return 0;
}

int digest_window_find(const struct digest_asked *asked, int64_t now, struct digest_window *w, struct err *e)
{
	int ways = (asked->date != NULL) + (asked->last != NULL) + (asked->since || asked->until), rc;

	*w = (struct digest_window){0};
	if (ways > 1)
		return err_set(e, ERR_USAGE, "one of --date, --last and --since says the period, not two");
	if (asked->last)
		rc = find_last(asked->last, now, w, e);
	else if (asked->since || asked->until)
		rc = find_since(asked, now, w, e);
	else
		rc = find_day(asked->date ? asked->date : "yesterday", now, w, e);
	return rc == 0 ? check(w, now, e) : -1;
}

bool digest_window_is_within_day(const struct digest_window *w)
{
	return zone_day_start(w->start) == zone_day_start(w->end - 1);
}

static bool is_whole_days(const struct digest_window *w)
{
	return zone_day_start(w->start) == w->start && zone_day_start(w->end) == w->end;
}

/* "Thursday 19 November 2026": without the comma and the padding of the day. */
static const char *day_text(struct arena *a, int64_t t)
{
	char text[ZONE_TEXT_BYTES], *out = arena_strdup(a, zone_format(t, ZONE_LONG_DATE, text));
	size_t n = 0;

	for (const char *s = out; *s; s++)
		if (*s != ',' && !(*s == ' ' && n > 0 && out[n - 1] == ' '))
			out[n++] = *s;
	out[n] = '\0';
	return out;
}

const char *digest_window_text(struct arena *a, const struct digest_window *w)
{
	const char *so_far = w->is_partial ? " so far" : "";
	char start[ZONE_TEXT_BYTES], end[ZONE_TEXT_BYTES];

	if (is_whole_days(w) && digest_window_is_within_day(w))
		return arena_printf(a, "%s%s", day_text(a, w->start), so_far);
	if (is_whole_days(w))
		return arena_printf(a, "%s to %s%s", day_text(a, w->start), day_text(a, w->end - 1), so_far);
	return arena_printf(a, "%s to %s%s", zone_format(w->start, ZONE_DATE_TIME, start),
	    zone_format(w->end, ZONE_DATE_TIME, end), so_far);
}

const char *digest_window_options(struct arena *a, const struct digest_window *w)
{
	char start[ZONE_TEXT_BYTES], end[ZONE_TEXT_BYTES];

	if (is_whole_days(w) && digest_window_is_within_day(w))
		return arena_printf(a, "--date %s", zone_format(w->start, ZONE_DATE, start));
	clock_format_utc(w->start, start);
	clock_format_utc(w->end, end);
	return arena_printf(a, "--since %s --until %s", start, end);
}
