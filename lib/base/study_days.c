#include "base/study_days.h"

#include "base/zone.h"

enum { DAY_S = 86400 };

int study_day_at(const struct study *s, int64_t t, const char *zone_after, int64_t *day, struct err *e)
{
	if (zone_use(s->zone, e) != 0)
		return -1;
	*day = zone_clock_day(t, s->cut_off_minute);
	return zone_use(zone_after, e);
}

int study_days_between(const struct study *s, int64_t first, int64_t last, const char *zone_after, struct arena *a,
    struct study_days *out, struct err *e)
{
	*out = (struct study_days){.first = first, .count = last < first ? 0 : (size_t)(last - first + 1)};
	out->starts = arena_array(a, out->count + 1, sizeof *out->starts);
	if (zone_use(s->zone, e) != 0)
		return -1;
	for (size_t i = 0; i <= out->count; i++)
		out->starts[i] = zone_clock_reaches(first + (int64_t)i, s->cut_off_minute);
	return zone_use(zone_after, e);
}

int study_days_find(const struct study_days *d, int64_t t)
{
	size_t i;

	if (t < d->starts[0])
		return STUDY_DAY_BEFORE;
	if (t >= d->starts[d->count])
		return STUDY_DAY_AFTER;
	/* A day is 24 hours long or nearly so: the guess is right, or a step off. */
	i = (size_t)((t - d->starts[0]) / DAY_S);
	if (i >= d->count)
		i = d->count - 1;
	while (t < d->starts[i])
		i--;
	while (t >= d->starts[i + 1])
		i++;
	return (int)i;
}
