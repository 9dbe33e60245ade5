/* Points in time as text, durations, and the local days of zones that change their clocks at odd hours. */
#include "base/clock.h"
#include "base/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void use(const char *zone)
{
	struct err e = {0};

	if (zone_use(zone, &e) != 0)
		fail_msg("%s", e.text);
}

static void times_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t t;
	} rows[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2026-11-20T09:48:00Z", 1795168080},
	    {"2026-11-20T09:48:00+01:00", 1795164480},
	    {"2026-11-20T09:48:00-0530", 1795187880},
	    {"2026-11-20t09:48z", 1795168080},
	    {"2026-11-20 09:48:00.123456Z", 1795168080},
	    {"2026-11-20T09:48", 1795164480}, /* Amsterdam, winter */
	    {"2026-07-01 12:00:00", 1782900000},
	    {"2026-11-20", 1795129200},
	    {"2024-02-29", 1709161200},
	    {"2000-02-29T00:00:00Z", 951782400},
	    {"0001-01-01T00:00:00Z", -62135596800},
	    {"9999-12-31T23:59:59Z", 253402300799},
	    {"2016-12-31T23:59:60Z", 1483228800}, /* a leap second is the next one */
	    {"@1795168080", 1795168080},
	    {"@-1", -1},
	    {"@253402300799", INT64_C(253402300799)},
	};

	use("Europe/Amsterdam");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = {0};
		int64_t t = 0;
		if (clock_parse(rows[i].text, &t, &e) != 0 || t != rows[i].t)
			fail_msg(
			    "%s gave %lld, not %lld (%s)", rows[i].text, (long long)t, (long long)rows[i].t, e.text);
	}
	(void)state;
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const rows[] = {"", "@", "@x", "@1x", "@ 1", "@99999999999999999999", "@253402300800",
	    "@-62167219201", "tomorrow", "2026", "2026-11", "2026-11-31", "2026-02-29", "1900-02-29", "2026-13-01",
	    "2026-00-01", "2026-01-00", "2026-1-01", "+202-01-01", " 2026-01-1", "2026- 1-01", "2026-+1-01",
	    "20261-01-01", "2026-11-20T", "2026-11-20T9:48", "2026-11-20T24:00", "2026-11-20T09:60",
	    "2026-11-20T09:48:61", "2026-11-20T09:48:", "2026-11-20T09:48:00.", "2026-11-20T09:48:00+1",
	    "2026-11-20T09:48:00+24:00", "2026-11-20T09:48:00+01:60", "2026-11-20T09:48:00Zulu", "2026-11-20Z ",
	    "2026-11-20T09:48:00 CET", "2026-11-20T -9:48", "2026-11-20T09:48:00+-1:00"};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = {0};
		int64_t t;
		if (clock_parse(rows[i], &t, &e) == 0)
			fail_msg("\"%s\" was taken for %lld", rows[i], (long long)t);
		assert_int_equal(e.code, ERR_INPUT);
	}
	(void)state;
}

static void durations_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t s; /* 0: refused */
	} rows[] = {{"90s", 90}, {"45m", 2700}, {"24h", 86400}, {"14d", 1209600}, {"2w", 1209600}, {"0h", 0}, {"", 0},
	    {"h", 0}, {"24", 0}, {"-1h", 0}, {"+1h", 0}, {" 1h", 0}, {"1 h", 0}, {"1hh", 0}, {"1y", 0}, {"1000001s", 0},
	    {"99999999999999999999h", 0}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = {0};
		int64_t s = 0;
		int rc = clock_parse_duration(rows[i].text, &s, &e);
		if ((rc == 0) != (rows[i].s > 0) || s != rows[i].s)
			fail_msg("\"%s\" gave %d, %lld", rows[i].text, rc, (long long)s);
		assert_int_equal(e.code, rc == 0 ? ERR_NONE : ERR_USAGE);
	}
	(void)state;
}

static void days_are_counted_over_four_centuries(void **state)
{
	int64_t t = clock_days(1900, 1, 1) * 86400;
	char text[CLOCK_TEXT_BYTES];

	for (int y = 1900; y < 2300; y++)
		for (int m = 1; m <= 12; m++)
			for (int d = 1; d <= 28; d += 9) {
				struct err e = {0};
				clock_format_utc(clock_days(y, m, d) * 86400, text);
				assert_int_equal(clock_parse(text, &t, &e), 0);
				assert_int_equal(t, clock_days(y, m, d) * 86400);
			}
	clock_format_utc(1795168080, text);
	assert_string_equal(text, "2026-11-20T09:48:00Z");
	clock_format_utc(INT64_MAX, text);
	assert_string_equal(text, "out of range");
	(void)state;
}

static void local_days_have_the_hours_they_have(void **state)
{
	static const struct {
		const char *zone;
		int64_t start, seconds;
	} rows[] = {
	    {"Europe/Amsterdam", 1795129200, 86400},
	    {"Europe/Amsterdam", 1774738800, 82800}, /* 2026-03-29: 23 hours */
	    {"Europe/Amsterdam", 1792879200, 90000}, /* 2026-10-25: 25 hours */
	    {"Asia/Beirut", 1774735200, 82800},      /* 2026-03-29 begins at 01:00 */
	    {"America/Santiago", 1788667200, 82800}, /* 2026-09-06 begins at 01:00 */
	    {"America/Havana", 1762056000, 90000},   /* 2025-11-02 has 00:00 twice */
	    {"Africa/Cairo", 1793221200, 90000},     /* 2026-10-29 has 23:00 twice */
	    {"Pacific/Apia", 1325152800, 86400},     /* 2011-12-29; the 30th is missing */
	    {"Asia/Kathmandu", 1767204900, 86400},
	    {"Australia/Lord_Howe", 1775307600, 88200},
	    {"UTC", 1795132800, 86400},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t start = rows[i].start, end = start + rows[i].seconds;
		use(rows[i].zone);
		assert_int_equal(zone_day_start(start), start);
		assert_int_equal(zone_day_start(start + rows[i].seconds / 2), start);
		assert_int_equal(zone_day_start(end - 1), start);
		assert_int_equal(zone_day_start(end), end);
		assert_int_equal(zone_day_shift(start, 0), start);
		assert_int_equal(zone_day_shift(start, 1), end);
	}
	(void)state;
}

static void days_go_forth_and_back(void **state)
{
	int64_t t;

	use("Europe/Amsterdam");
	t = zone_day_start(1795129200);
	for (int days = 0; days < 800; days++) {
		int64_t back = zone_day_shift(t, -1);
		assert_int_equal(zone_day_shift(back, 1), t);
		t = back;
	}
	assert_int_equal(zone_day_shift(t, 800), 1795129200);
	(void)state;
}

static void local_text_is_english(void **state)
{
	char out[ZONE_TEXT_BYTES];

	use("Europe/Amsterdam");
	assert_string_equal(zone_format(1795168080, ZONE_DATE, out), "2026-11-20");
	assert_string_equal(zone_format(1795168080, ZONE_TIME, out), "10:48");
	assert_string_equal(zone_format(1795168080, ZONE_DATE_TIME, out), "2026-11-20 10:48");
	assert_string_equal(zone_format(1795168080, ZONE_LONG_DATE, out), "Friday, 20 November 2026");
	assert_string_equal(zone_format(1795168080, ZONE_RFC5322, out), "Fri, 20 Nov 2026 10:48:00 +0100");
	assert_string_equal(zone_format(INT64_MAX, ZONE_DATE, out), "");
	(void)state;
}

static void only_zones_are_zones(void **state)
{
	static const char *const rows[] = {"", "Mars/Olympus", "Europe", "zone.tab", "../../../etc/passwd",
	    "/etc/localtime", "Europe/../Europe/Amsterdam", "europe/Amsterdam\n"};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = {0};
		if (zone_use(rows[i], &e) == 0)
			fail_msg("\"%s\" was taken for a zone", rows[i]);
		assert_int_equal(e.code, ERR_CONFIG);
	}
	use("localtime");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times_are_read),
	    cmocka_unit_test(what_is_no_time_is_refused),
	    cmocka_unit_test(durations_are_read),
	    cmocka_unit_test(days_are_counted_over_four_centuries),
	    cmocka_unit_test(local_days_have_the_hours_they_have),
	    cmocka_unit_test(days_go_forth_and_back),
	    cmocka_unit_test(local_text_is_english),
	    cmocka_unit_test(only_zones_are_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
