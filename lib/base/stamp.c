#include "base/stamp.h"

#include "base/clock.h"
#include "base/span.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MAX_BYTES = 64 };

/* The two digits at s as a number; 100 and more when they are none. */
static unsigned two(const char *s)
{
	unsigned tens = (unsigned)(unsigned char)s[0] - '0', ones = (unsigned)(unsigned char)s[1] - '0';

	return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/* The ten bytes of a date at s. */
static bool take_date(const char *s, int64_t *day)
{
	unsigned century = two(s), year = two(s + 2), month = two(s + 5), d = two(s + 8);
	int64_t y = (int64_t)century * 100 + year;

	if (century > 99 || year > 99 || s[4] != '-' || s[7] != '-' || month < 1 || month > 12 || d < 1 ||
	    d > (unsigned)clock_month_days(y, (int)month))
		return false;
	*day = clock_days(y, (int)month, (int)d);
	return true;
}

static struct span take_fraction(struct span s, bool *good)
{
	size_t n = 1;

	*good = true;
	if (s.len == 0 || (*s.at != '.' && *s.at != ','))
		return s;
	while (n < s.len && ascii_is_digit(s.at[n]))
		n++;
	*good = n > 1;
	return span_skip(s, n);
}

/* "hh:mm[:ss[.fraction]]" at the start of *s, which moves behind it. */
static bool take_time(struct span *s, int64_t *seconds)
{
	unsigned h, m, sec = 0;
	bool good = true;

	if (s->len < 5 || s->at[2] != ':')
		return false;
	h = two(s->at);
	m = two(s->at + 3);
	*s = span_skip(*s, 5);
	if (s->len >= 3 && *s->at == ':') {
		sec = two(s->at + 1);
		*s = take_fraction(span_skip(*s, 3), &good);
	}
	*seconds = (int64_t)h * 3600 + m * 60 + sec;
	return good && m <= 59 && sec <= 60 && (h <= 23 || (h == 24 && m == 0 && sec == 0));
}

/* All that is left: a zone, or nothing. */
static bool take_zone(struct span s, int64_t *offset_s)
{
	unsigned h, m = 0;

	*offset_s = 0;
	if (s.len > 1 && *s.at == ' ')
		s = span_skip(s, 1);
	if (s.len == 0 || (s.len == 1 && (*s.at == 'Z' || *s.at == 'z')))
		return true;
	if ((*s.at != '+' && *s.at != '-') || (s.len != 3 && s.len != 5 && s.len != 6))
		return false;
	h = two(s.at + 1);
	if (s.len == 6 && s.at[3] != ':')
		return false;
	if (s.len > 3)
		m = two(s.at + s.len - 2);
	*offset_s = (int64_t)(h * 3600 + m * 60) * (*s.at == '-' ? -1 : 1);
	return h <= 23 && m <= 59;
}

bool stamp_parse(const char *s, size_t n, int64_t *t)
{
	struct span rest = span_trim((struct span){s, n});
	int64_t day, seconds = 0, offset_s = 0;

	if (rest.len < 10 || rest.len > MAX_BYTES || !take_date(rest.at, &day))
		return false;
	rest = span_skip(rest, 10);
	if (rest.len > 0) {
		if (*rest.at != 'T' && *rest.at != ' ' && *rest.at != 't')
			return false;
		rest = span_skip(rest, 1);
		if (!take_time(&rest, &seconds) || !take_zone(rest, &offset_s))
			return false;
	}
	*t = day * 86400 + seconds - offset_s;
	return true;
}

bool stamp_parse_day(const char *s, int64_t *day)
{
	return strlen(s) == 10 && take_date(s, day);
}

char *stamp_format_day(int64_t day, char out[static STAMP_DAY_BYTES])
{
	time_t t = (time_t)(day * 86400);
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(out, STAMP_DAY_BYTES, "%Y-%m-%d", &tm) == 0)
		snprintf(out, STAMP_DAY_BYTES, "out of range");
	return out;
}
