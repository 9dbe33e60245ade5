#include "base/clock.h"

#include "base/zone.h"

#include <errno.h>
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
		snprintf(out, CLOCK_TEXT_BYTES, "out of range");
}

int clock_month_days(int64_t y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 29 : days[m - 1];
}

/* Reads exactly n digits and moves *s behind them. sscanf would take signs and spaces for digits. */
static bool take_digits(const char **s, int n, int *value)
{
	*value = 0;
	for (; n > 0; n--, ++*s) {
		if (**s < '0' || **s > '9')
			return false;
		*value = *value * 10 + (**s - '0');
	}
	return true;
}

static bool take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	++*s;
	return true;
}

/* Reads "Z", "+hh:mm" or "+hhmm"; false when it is none. */
static bool parse_offset(const char *s, int *offset_s)
{
	int h, m, sign = *s == '-' ? -1 : 1;

	*offset_s = 0;
	if (strcmp(s, "Z") == 0 || strcmp(s, "z") == 0)
		return true;
	if (*s != '+' && *s != '-')
		return false;
	s++;
	if (!take_digits(&s, 2, &h))
		return false;
	take_char(&s, ':');
	if (!take_digits(&s, 2, &m) || *s || h > 23 || m > 59)
		return false;
	*offset_s = sign * (h * 60 + m) * 60;
	return true;
}

/* Reads "[T ]hh:mm[:ss[.fraction]]" and moves *s behind it; leaves all at 0 when there is none. */
static bool parse_time(const char **s, int *h, int *min, int *sec)
{
	size_t n;

	*h = *min = *sec = 0;
	if (!take_char(s, 'T') && !take_char(s, ' ') && !take_char(s, 't'))
		return true;
	if (!take_digits(s, 2, h) || !take_char(s, ':') || !take_digits(s, 2, min))
		return false;
	if (take_char(s, ':')) {
		if (!take_digits(s, 2, sec))
			return false;
		if (take_char(s, '.')) {
			n = strspn(*s, "0123456789");
			if (n == 0)
				return false;
			*s += n;
		}
	}
	return *h <= 23 && *min <= 59 && *sec <= 60;
}

static bool parse_date(const char **s, int *y, int *m, int *d)
{
	return take_digits(s, 4, y) && take_char(s, '-') && take_digits(s, 2, m) && take_char(s, '-') &&
	       take_digits(s, 2, d) && *m >= 1 && *m <= 12 && *d >= 1 && *d <= clock_month_days(*y, *m);
}

/* Digits, with a sign perhaps, of the years 0 to 9999, beyond which the C library's calendar ends one day; false for all else. */
static bool parse_seconds(const char *s, int64_t *t)
{
	const int64_t first = INT64_C(-62167219200), last = INT64_C(253402300799);
	char *end;

	if (strspn(s + (*s == '-'), "0123456789") == 0)
		return false;
	errno = 0;
	*t = strtoll(s, &end, 10);
	return errno == 0 && *end == '\0' && *t >= first && *t <= last;
}

int clock_parse(const char *text, int64_t *t, struct err *e)
{
	int y, mo, d, h, mi, sec, offset;
	const char *s = text;

	if (*s == '@' && parse_seconds(s + 1, t))
		return 0;
	if (!parse_date(&s, &y, &mo, &d) || !parse_time(&s, &h, &mi, &sec))
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
	return err_set(
	    e, ERR_INPUT, "\"%s\" is no time: write 2026-11-20, 2026-11-20T09:48 or 2026-11-20T09:48:00Z", text);
}

int clock_parse_duration(const char *text, int64_t *seconds, struct err *e)
{
	static const struct {
		char unit;
		int64_t s;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
	char *end;
	long long n = *text >= '0' && *text <= '9' ? strtoll(text, &end, 10) : 0;

	if (n > 0 && n <= 1000000 && *end && !end[1])
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
