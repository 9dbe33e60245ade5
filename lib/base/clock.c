#include "base/clock.h"

#include "base/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Howard Hinnant's days_from_civil: eras of 400 years that start on 1 March. */
int64_t clock_days(int64_t y, int m, int d)
{
	int64_t era, yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

void clock_format_utc(int64_t t, char out[static CLOCK_TEXT_BYTES])
{
	struct tm tm;
	time_t tt = (time_t)t;

	if (!gmtime_r(&tt, &tm) || strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		strcpy(out, "out of range");
}

static int month_days(int y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 29 : days[m - 1];
}

/* Reads "Z", "+hh:mm" or "+hhmm"; false when it is none. */
static bool parse_offset(const char *s, int *offset_s)
{
	int h, m, n = 0;

	*offset_s = 0;
	if (strcmp(s, "Z") == 0 || strcmp(s, "z") == 0)
		return true;
	if (*s != '+' && *s != '-')
		return false;
	if ((sscanf(s + 1, "%2d:%2d%n", &h, &m, &n) != 2 || s[1 + n] || n != 5) &&
	    (sscanf(s + 1, "%2d%2d%n", &h, &m, &n) != 2 || s[1 + n] || n != 4))
		return false;
	if (h > 23 || m > 59 || h < 0 || m < 0)
		return false;
	*offset_s = (h * 60 + m) * 60 * (*s == '-' ? -1 : 1);
	return true;
}

/* Reads "[T ]hh:mm[:ss[.fraction]]" and moves *s behind it; leaves all at 0 when there is none. */
static bool parse_time(const char **s, int *h, int *min, int *sec)
{
	int n = 0;

	*h = *min = *sec = 0;
	if (**s != 'T' && **s != ' ' && **s != 't')
		return true;
	if (sscanf(*s + 1, "%2d:%2d%n", h, min, &n) != 2 || n != 5)
		return false;
	*s += 1 + n;
	if (**s == ':') {
		n = 0;
		if (sscanf(*s, ":%2d%n", sec, &n) != 1 || n != 3)
			return false;
		*s += n;
		if (**s == '.')
			*s += 1 + strspn(*s + 1, "0123456789");
	}
	return *h >= 0 && *h <= 23 && *min >= 0 && *min <= 59 && *sec >= 0 && *sec <= 60;
}

int clock_parse(const char *text, int64_t *t, struct err *e)
{
	int y, mo, d, h, mi, sec, offset, n = 0;
	const char *s = text;
	char *end;

	if (*s == '@' && s[1]) {
		*t = strtoll(s + 1, &end, 10);
		if (*end == '\0')
			return 0;
		goto bad;
	}
	if (sscanf(s, "%4d-%2d-%2d%n", &y, &mo, &d, &n) != 3 || n != 10 || s[4] != '-' || mo < 1 || mo > 12 ||
	    d < 1 || d > month_days(y, mo))
		goto bad;
	s += n;
	if (!parse_time(&s, &h, &mi, &sec))
		goto bad;
	if (*s == '\0') {
		*t = zone_local(y, mo, d, h, mi, sec);
		return 0;
	}
	if (!parse_offset(s, &offset))
		goto bad;
	*t = clock_days(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec - offset;
	return 0;
bad:
	return err_set(e, ERR_INPUT, "\"%s\" is no time: write 2026-11-20, 2026-11-20T09:48 or 2026-11-20T09:48:00Z", text);
}

int clock_parse_duration(const char *text, int64_t *seconds, struct err *e)
{
	static const struct {
		char unit;
		int64_t s;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
	char *end;
	long long n = strtoll(text, &end, 10);

	if (end != text && n > 0 && n <= 1000000 && *end && !end[1])
		for (size_t i = 0; i < sizeof units / sizeof *units; i++)
			if (units[i].unit == *end) {
				*seconds = n * units[i].s;
				return 0;
			}
	return err_set(e, ERR_USAGE, "\"%s\" is no length of time: write 45m, 24h, 14d or 2w", text);
}

int64_t clock_now(void)
{
	return (int64_t)time(NULL);
}

double clock_monotonic_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}
