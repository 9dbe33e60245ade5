#include "mail/date.h"

#include "base/clock.h"

enum { MAX_TOKENS = 12 };

struct fields {
	int day, month, year, hour, minute, second, zone_s;
	bool has_day, has_month, has_year, has_time, has_zone;
};

/* The month (1 to 12) that the token names by at least three letters, 0 when none. */
static int month_of(struct span t)
{
	static const char names[12][4] = {
	    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};

	for (int i = 0; i < 12; i++)
		if (span_starts(t, names[i]))
			return i + 1;
	return 0;
}

static bool is_weekday(struct span t)
{
	static const char names[7][4] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

	for (int i = 0; i < 7; i++)
		if (span_starts(t, names[i]))
			return true;
	return false;
}

/* Up to `max` digits at *pos; -1 when there is none. */
static int number(struct span t, size_t *pos, size_t max)
{
	int v = 0;
	size_t start = *pos;

	while (*pos < t.len && *pos - start < max && ascii_is_digit(t.at[*pos]))
		v = v * 10 + (t.at[(*pos)++] - '0');
	return *pos == start ? -1 : v;
}

/* "hh:mm", "hh:mm:ss" (a fraction is dropped), or the same with dots. */
static bool read_time(struct span t, struct fields *f)
{
	size_t pos = 0;
	int h = number(t, &pos, 2), m, s = 0;

	if (h < 0 || pos >= t.len || (t.at[pos] != ':' && t.at[pos] != '.'))
		return false;
	char sep = t.at[pos++];
	m = number(t, &pos, 2);
	if (m < 0)
		return false;
	if (pos < t.len && t.at[pos] == sep) {
		pos++;
		s = number(t, &pos, 2);
	}
	if (s < 0 || h > 24 || m > 59 || s > 61)
		return false;
	f->hour = h;
	f->minute = m;
	f->second = s;
	f->has_time = true;
	return true;
}

static bool read_offset(struct span t, struct fields *f)
{
	size_t pos = 1;
	int v, sign;

	if (t.len < 2 || (t.at[0] != '+' && t.at[0] != '-'))
		return false;
	sign = t.at[0] == '-' ? -1 : 1;
	v = number(t, &pos, 4);
	if (v < 0)
		return false;
	if (pos < t.len && t.at[pos] == ':') {
		pos++;
		int m = number(t, &pos, 2);
		v = v * 100 + (m < 0 ? 0 : m);
	} else if (pos <= 3) {
		v *= 100;
	}
	f->zone_s = sign * ((v / 100) * 3600 + (v % 100) * 60);
	f->has_zone = true;
	return true;
}

/* Zone names of RFC 5322 section 4.3 and the ones still met; others mean UTC (-0000). */
static bool read_zone_name(struct span t, struct fields *f)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {{"ut", 0}, {"utc", 0}, {"gmt", 0}, {"z", 0}, {"est", -5}, {"edt", -4}, {"cst", -6}, {"cdt", -5},
	    {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}, {"ast", -4}, {"adt", -3}};

	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		if (span_is(t, zones[i].name)) {
			f->zone_s = zones[i].hours * 3600;
			f->has_zone = true;
			return true;
		}
	return false;
}

static void read_number(struct span t, struct fields *f)
{
	size_t pos = 0;
	int v = number(t, &pos, 5);

	if (v < 0 || pos != t.len || pos > 4)
		return;
	if (!f->has_day && (pos <= 2 || t.at[0] == '0') && v >= 1 && v <= 31) {
		f->day = v;
		f->has_day = true;
	} else if (!f->has_year) {
		/* RFC 5322 section 4.3: 00-49 are 20xx; 50-99 and three digits count from 1900. */
		f->year = pos <= 2 ? v + (v < 50 ? 2000 : 1900) : pos == 3 ? v + 1900 : v;
		f->has_year = true;
	}
}

/* ISO 8601: "2020-01-31T12:00:00Z". */
static bool read_iso(struct span t, struct fields *f)
{
	size_t pos = 0;
	int y = number(t, &pos, 4), m, d;

	if (pos != 4 || pos >= t.len || t.at[pos] != '-')
		return false;
	pos++;
	m = number(t, &pos, 2);
	if (m < 1 || pos >= t.len || t.at[pos] != '-')
		return false;
	pos++;
	d = number(t, &pos, 2);
	if (d < 1)
		return false;
	*f = (struct fields){.day = d, .month = m, .year = y, .has_day = true, .has_month = true, .has_year = true};
	if (pos < t.len && (t.at[pos] == 'T' || t.at[pos] == 't')) {
		struct span rest = span_skip(t, pos + 1);
		size_t i = 0;
		while (i < rest.len && (ascii_is_digit(rest.at[i]) || rest.at[i] == ':' || rest.at[i] == '.'))
			i++;
		read_time((struct span){rest.at, i}, f);
		rest = span_skip(rest, i);
		if (!read_offset(rest, f))
			read_zone_name(rest, f);
	}
	return true;
}

static void read_token(struct span t, struct fields *f)
{
	int month = f->has_month ? 0 : month_of(t);

	if (month && !(is_weekday(t) && f->has_month)) {
		f->month = month;
		f->has_month = true;
	} else if (!f->has_time && read_time(t, f)) {
		return;
	} else if (f->has_time && !f->has_zone && (read_offset(t, f) || read_zone_name(t, f))) {
		return;
	} else {
		read_number(t, f);
	}
}

static bool is_token_end(char c, bool in_date)
{
	return ascii_is_space(c) || c == ',' || c == '(' || (in_date && (c == '-' || c == '/'));
}

/* Skips a comment with its nested ones; returns where it ends. */
static size_t skip_comment(struct span s, size_t pos)
{
	size_t depth = 0;

	for (; pos < s.len; pos++) {
		if (s.at[pos] == '(')
			depth++;
		else if (s.at[pos] == ')' && --depth == 0)
			return pos + 1;
	}
	return s.len;
}

bool date_parse(struct span s, int64_t *at)
{
	struct fields f = {0};
	size_t pos = 0;

	for (size_t count = 0; pos < s.len && count < MAX_TOKENS;) {
		char c = s.at[pos];
		if (c == '(') {
			pos = skip_comment(s, pos);
			continue;
		}
		/* A sign starts a zone once the time was read; before it, a dash parts day, month and year. */
		if (ascii_is_space(c) || c == ',' || (!f.has_time && (c == '-' || c == '/'))) {
			pos++;
			continue;
		}
		if (count == 0 && read_iso((struct span){s.at + pos, s.len - pos}, &f) && f.has_time)
			break;
		size_t start = pos;
		do
			pos++;
		while (pos < s.len && !is_token_end(s.at[pos], !f.has_time) &&
		       !(f.has_time && (s.at[pos] == '+' || s.at[pos] == '-')));
		struct span t = {s.at + start, pos - start};
		count++;
		if (count > 1 || !is_weekday(t))
			read_token(t, &f);
	}
	if (!f.has_day || !f.has_month || !f.has_year || f.month > 12 || f.day > clock_month_days(f.year, f.month))
		return false;
	*at = clock_days(f.year, f.month, f.day) * 86400 + f.hour * 3600 + f.minute * 60 + f.second - f.zone_s;
	return true;
}
