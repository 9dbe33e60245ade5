#include "base/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MINUTES_OF_A_DAY = 1440, DAY_S = 86400, STEP_S = 900, FAR_S = 15 * 3600 };

/* The C library takes a folder or any other file for UTC without a word: look for the mark of a zone file (RFC 8536). */
static bool is_zone_file(const char *path)
{
	char magic[4] = {0};
	FILE *f = fopen(path, "re");
	bool good = f && fread(magic, 1, sizeof magic, f) == sizeof magic && memcmp(magic, "TZif", 4) == 0;

	if (f)
		fclose(f);
	return good;
}

int zone_check(const char *name, struct err *e)
{
	char path[512];
	int n = snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);

	if (strcmp(name, "localtime") == 0 || strcmp(name, "UTC") == 0)
		return 0;
	if (n < 0 || (size_t)n >= sizeof path || strstr(name, "..") || *name == '/' || *name == '\0' ||
	    !is_zone_file(path))
		return err_set(e, ERR_CONFIG, "no time zone \"%s\" in /usr/share/zoneinfo (package tzdata)", name);
	return 0;
}

int zone_use(const char *name, struct err *e)
{
	char value[512];

	if (zone_check(name, e) != 0)
		return err_prefix(e, "MAILROOM_TZ");
	if (strcmp(name, "localtime") == 0)
		snprintf(value, sizeof value, ":/etc/localtime");
	else if (strcmp(name, "UTC") == 0)
		snprintf(value, sizeof value, "UTC0");
	else
		snprintf(value, sizeof value, ":%s", name);
	if (setenv("TZ", value, 1) != 0)
		return err_errno(e, "set the time zone");
	tzset();
	return 0;
}

int64_t zone_local(int year, int month, int day, int hour, int minute, int second)
{
	struct tm tm = {.tm_year = year - 1900,
	    .tm_mon = month - 1,
	    .tm_mday = day,
	    .tm_hour = hour,
	    .tm_min = minute,
	    .tm_sec = second,
	    .tm_isdst = -1};

	return (int64_t)mktime(&tm);
}

/* The local date of t as a number that grows with it. */
static int64_t date_of(int64_t t)
{
	struct tm tm;
	time_t tt = (time_t)t;

	if (!localtime_r(&tt, &tm))
		return 0;
	return ((int64_t)tm.tm_year * 12 + tm.tm_mon) * 31 + tm.tm_mday - 1;
}

/* The first second of the date. Where clocks change at midnight, 00:00 is skipped (Beirut: the day begins at 01:00) or comes
 * twice (Havana: the first one counts), and a day may be missing (Apia): walk to the edge by minutes. */
static int64_t start_of(int year, int month, int day)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = 12};
	int64_t t = zone_local(year, month, day, 0, 0, 0), date;

	timegm(&tm); /* brings a day behind the month's end into the next one */
	date = ((int64_t)tm.tm_year * 12 + tm.tm_mon) * 31 + tm.tm_mday - 1;
	for (int i = 0; i < MINUTES_OF_A_DAY && date_of(t) < date; i++)
		t += 60;
	for (int i = 0; i < MINUTES_OF_A_DAY && date_of(t - 1) >= date; i++)
		t -= 60;
	return t;
}

int64_t zone_day_start(int64_t t)
{
	struct tm tm;
	time_t tt = (time_t)t;

	localtime_r(&tt, &tm);
	return start_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

int64_t zone_day_shift(int64_t day_start, int days)
{
	struct tm tm;
	/* Noon is in the same day whatever the clocks did at night. */
	time_t noon = (time_t)day_start + 12 * 3600;

	localtime_r(&noon, &tm);
	return start_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday + days);
}

/* What the local clock shows at t, as if it were UTC. */
static int64_t shown_at(int64_t t)
{
	struct tm tm;
	time_t tt = (time_t)t;

	return localtime_r(&tt, &tm) ? (int64_t)timegm(&tm) : t;
}

int64_t zone_clock_reaches(int64_t day, int minute)
{
	int64_t target = day * DAY_S + (int64_t)minute * 60, t = target - FAR_S, shown;

	/* Clocks change at whole quarters of an hour UTC, so that within each one the clock runs on evenly. */
	t -= ((t % STEP_S) + STEP_S) % STEP_S;
	for (; t < target + FAR_S; t += STEP_S) {
		shown = shown_at(t);
		if (shown >= target)
			return t;
		if (shown + STEP_S > target)
			return t + (target - shown);
	}
	return t;
}

int64_t zone_clock_day(int64_t t, int minute)
{
	int64_t shown = shown_at(t), day = shown / DAY_S - (shown % DAY_S < 0) + 1;

	while (zone_clock_reaches(day, minute) > t)
		day--;
	return day;
}

/* Programs never call setlocale, so that strftime speaks English. */
static size_t format_tm(const struct tm *tm, enum zone_style style, char *out)
{
	switch (style) {
	case ZONE_DATE: return strftime(out, ZONE_TEXT_BYTES, "%Y-%m-%d", tm);
	case ZONE_TIME: return strftime(out, ZONE_TEXT_BYTES, "%H:%M", tm);
	case ZONE_DATE_TIME: return strftime(out, ZONE_TEXT_BYTES, "%Y-%m-%d %H:%M", tm);
	case ZONE_LONG_DATE: return strftime(out, ZONE_TEXT_BYTES, "%A, %e %B %Y", tm);
	case ZONE_RFC5322: return strftime(out, ZONE_TEXT_BYTES, "%a, %d %b %Y %H:%M:%S %z", tm);
	}
	return 0;
}

char *zone_format(int64_t t, enum zone_style style, char out[static ZONE_TEXT_BYTES])
{
	struct tm tm;
	time_t tt = (time_t)t;

	if (!localtime_r(&tt, &tm) || format_tm(&tm, style, out) == 0)
		out[0] = '\0';
	return out;
}

int zone_minutes(int64_t t)
{
	time_t tt = (time_t)t;
	struct tm tm;

	return localtime_r(&tt, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}
