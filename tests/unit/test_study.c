/* Time stamps of other programs, the studies' settings, and where their days begin. */
#include "base/clock.h"
#include "base/file.h"
#include "base/stamp.h"
#include "base/study.h"
#include "base/study_days.h"
#include "base/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void stamps_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t t;
	} rows[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2026-11-20T09:48:00Z", 1795168080},
	    {"2026-11-20T09:48:00", 1795168080}, /* no zone: UTC, whatever the process's is */
	    {"2026-11-20 09:48", 1795168080},
	    {"2026-11-20t09:48z", 1795168080},
	    {" 2026-11-20T09:48:00Z\n", 1795168080},
	    {"2026-11-20T09:48:00+01:00", 1795164480},
	    {"2026-11-20T09:48:00+0100", 1795164480},
	    {"2026-11-20T09:48:00+01", 1795164480},
	    {"2026-11-20 09:48:00 +0100", 1795164480},
	    {"2026-11-20T09:48:00-05:30", 1795187880},
	    {"2026-11-20T09:48:00.999999999Z", 1795168080},
	    {"2026-11-20T09:48:00,5+01:00", 1795164480},
	    {"2026-11-20", 1795132800},
	    {"2024-02-29T00:00Z", 1709164800},
	    {"2026-11-20T24:00:00Z", 1795219200},
	    {"2016-12-31T23:59:60Z", 1483228800},
	    {"0000-01-01T00:00:00Z", INT64_C(-62167219200)},
	    {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t t = 0;
		if (!stamp_parse(rows[i].text, strlen(rows[i].text), &t) || t != rows[i].t)
			fail_msg("%s gave %lld, not %lld", rows[i].text, (long long)t, (long long)rows[i].t);
	}
	(void)state;
}

static void what_is_no_stamp_is_refused(void **state)
{
	static const char *const rows[] = {"", " ", "x", "yesterday", "2026", "2026-11", "2026-11-2", "2026-11-31",
	    "2026-02-29", "1900-02-29", "2026-00-10", "2026-13-01", "2026-11-00", "20261120", "20.11.2026",
	    "2026/11/20", "2026-11-20T", "2026-11-20T9:48", "2026-11-20T09", "2026-11-20T09:4", "2026-11-20T09:60",
	    "2026-11-20T24:01", "2026-11-20T25:00", "2026-11-20T09:48:", "2026-11-20T09:48:61", "2026-11-20T09:48:00.",
	    "2026-11-20T09:48:00.Z", "2026-11-20T09:48:00.1.2Z", "2026-11-20T09:48:00ZZ", "2026-11-20T09:48:00 UTC",
	    "2026-11-20T09:48:00+", "2026-11-20T09:48:00+1", "2026-11-20T09:48:00+01:", "2026-11-20T09:48:00+01:0",
	    "2026-11-20T09:48:00+24:00", "2026-11-20T09:48:00+01:60", "2026-11-20T09:48:00+01x00",
	    "2026-11-20x09:48:00", "2026-11-20 09:48:00  +0100", "-026-11-20T09:48:00Z", "+026-11-20T09:48:00Z",
	    "2026-1 -20T09:48:00Z", "1795168080", "1795168080.5",
	    "2026-11-20T09:48:00.0000000000000000000000000000000000000000000000000000000Z"};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t t;
		if (stamp_parse(rows[i], strlen(rows[i]), &t))
			fail_msg("\"%s\" was read", rows[i]);
	}
	(void)state;
}

/* No byte behind the n that are given is looked at: the sanitizer sees to it. */
static void a_cut_stamp_is_read_within_its_bounds(void **state)
{
	const char whole[] = "2026-11-20T09:48:00.123+01:00";
	int64_t t;

	for (size_t n = 0; n < sizeof whole; n++) {
		char *copy = test_malloc(n + 1);
		memcpy(copy + 1, whole, n);
		stamp_parse(copy + 1, n, &t);
		test_free(copy);
	}
	assert_false(stamp_parse(NULL, 0, &t));
	(void)state;
}

static void days_are_read_and_written(void **state)
{
	char text[STAMP_DAY_BYTES];
	int64_t day;

	assert_true(stamp_parse_day("2026-11-20", &day));
	assert_int_equal(day, 20777);
	assert_string_equal(stamp_format_day(day, text), "2026-11-20");
	assert_false(stamp_parse_day("2026-11-20 ", &day));
	assert_false(stamp_parse_day("2026-11-31", &day));
	assert_false(stamp_parse_day("", &day));
	(void)state;
}

static int load(const char *text, struct arena *a, struct studies *out, struct err *e)
{
	char path[] = "/tmp/mailroom-study-XXXXXX";
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, path, text, strlen(text), e), 0);
	close(fd);
	rc = studies_load(path, a, out, e);
	unlink(path);
	return rc;
}

static void without_a_file_there_is_one_study(void **state)
{
	struct arena a = {0};
	struct studies l;
	struct err e = {0};

	assert_int_equal(studies_load(NULL, &a, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.items[0].label, "default");
	assert_int_equal(l.items[0].min_retrievals, 1);
	assert_int_equal(l.items[0].min_engagement, 3);
	assert_int_equal(l.items[0].min_active_days, 10);
	assert_int_equal(l.items[0].window_days, 14);
	assert_int_equal(l.items[0].max_skip_days, STUDY_NO_LIMIT);
	assert_int_equal(l.items[0].max_skip_span, STUDY_NO_LIMIT);
	assert_int_equal(l.items[0].cut_off_minute, 300);
	assert_string_equal(l.items[0].zone, "Europe/Amsterdam");
	assert_ptr_equal(studies_of_type(&l, NULL), &l.items[0]);
	assert_ptr_equal(studies_of_type(&l, "any"), &l.items[0]);
	arena_clear(&a);
	(void)state;
}

static void sections_say_what_is_theirs(void **state)
{
	static const char text[] = "\xef\xbb\xbf# for all\r\nmin_engagement = 5\r\nTIME_ZONE='America/New_York'\r\n\r\n"
	                           "[ pilot ]\nmin_retrievals=2\nstudy_types= pilot , Pilot-2,pilot\nsurvey_ids=SV_1\n"
	                           "; a comment\n[main study]\nmin_engagement=\"4\"\nmin_active_days=3\nwindow_days=7\n"
	                           "max_skip_days=2\nmax_skip_span=1\nday_cut_off=04:30\ntime_zone=UTC";
	struct arena a = {0};
	struct studies l;
	struct err e = {0};

	if (load(text, &a, &l, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(l.count, 2);
	assert_string_equal(studies_labels(&l, &a), "pilot, main study");
	const struct study *pilot = studies_find(&l, "pilot"), *main_study = studies_find(&l, "main study");
	assert_null(studies_find(&l, "Pilot"));
	assert_int_equal(pilot->min_retrievals, 2);
	assert_int_equal(pilot->min_engagement, 5);
	assert_string_equal(pilot->zone, "America/New_York");
	assert_int_equal(pilot->cut_off_minute, 300);
	assert_int_equal(pilot->study_types.count, 2);
	assert_string_equal(pilot->study_types.items[1], "Pilot-2");
	assert_int_equal(pilot->survey_ids.count, 1);
	assert_ptr_equal(studies_of_survey(&l, "SV_1"), pilot);
	assert_null(studies_of_survey(&l, "sv_1"));
	assert_int_equal(main_study->min_retrievals, 1);
	assert_int_equal(main_study->min_engagement, 4);
	assert_int_equal(main_study->min_active_days, 3);
	assert_int_equal(main_study->window_days, 7);
	assert_int_equal(main_study->max_skip_days, 2);
	assert_int_equal(main_study->max_skip_span, 1);
	assert_int_equal(main_study->cut_off_minute, 270);
	assert_string_equal(main_study->zone, "UTC");
	assert_ptr_equal(studies_of_type(&l, "PILOT-2"), pilot);
	assert_ptr_equal(studies_of_type(&l, "else"), main_study);
	assert_ptr_equal(studies_of_type(&l, NULL), main_study);
	arena_clear(&a);
	(void)state;
}

static void a_type_that_no_study_names_belongs_to_none(void **state)
{
	struct arena a = {0};
	struct studies l;
	struct err e = {0};

	assert_int_equal(load("[a]\nstudy_types=x\n", &a, &l, &e), 0);
	assert_null(studies_of_type(&l, "y"));
	assert_null(studies_of_type(&l, NULL));
	arena_clear(&a);
	(void)state;
}

static void what_is_wrong_is_told_by_its_line(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
	    {"min_engagements=3\n", ":1: min_engagements: no such key"},
	    {"\n[a]\nmin_engagement\n", ":3: \"min_engagement\" is neither [label] nor KEY=VALUE"},
	    {"[a]\nmin_engagement=three\n", ":2: min_engagement: \"three\" is no whole number from 0"},
	    {"[a]\nmin_engagement=\n", ":2: min_engagement: \"\" is no"},
	    {"[a]\nmin_engagement=-1\n", ":2: min_engagement: \"-1\" is no"},
	    {"[a]\nmin_engagement=3.5\n", ":2: min_engagement: \"3.5\" is no"},
	    {"[a]\nmin_engagement=99999999999999999999\n", ":2: min_engagement: "},
	    {"[a]\nwindow_days=0\n", ":2: window_days: \"0\" is no whole number from 1 to 366"},
	    {"[a]\nwindow_days=367\n", ":2: window_days: "},
	    {"[a]\nmax_skip_days=none\n", ":2: max_skip_days: "},
	    {"[a]\nday_cut_off=24\n", ":2: day_cut_off: \"24\" is no time of day"},
	    {"[a]\nday_cut_off=5:0\n", ":2: day_cut_off: "},
	    {"[a]\nday_cut_off=05:60\n", ":2: day_cut_off: "},
	    {"[a]\nday_cut_off=005\n", ":2: day_cut_off: "},
	    {"[a]\nday_cut_off=05:00:00\n", ":2: day_cut_off: "},
	    {"[a]\nday_cut_off=\n", ":2: day_cut_off: "},
	    {"[a]\ntime_zone=Europe/Nowhere\n", ":2: time_zone: no time zone \"Europe/Nowhere\""},
	    {"[a]\ntime_zone=\n", ":2: time_zone: no time zone"},
	    {"[a]\ntime_zone=../../etc/passwd\n", ":2: time_zone: no time zone"},
	    {"[a]\nstudy_types=x,,y\n", ":2: study_types: "},
	    {"[a]\nstudy_types=\n", ":2: study_types: "},
	    {"[a]\nmin_engagement=3\nmin_engagement=3\n", ":3: min_engagement: given twice"},
	    {"min_engagement=3\nMin_Engagement=3\n[a]\n", ":2: min_engagement: given twice"},
	    {"[a]\n[b]\nstudy_types=x\n[a]\n", ":4: [a]: there is a study of this label above"},
	    {"[]\n", ":1: \"\" is no label"},
	    {"[a\n", ":1: \"[a\" is no heading"},
	    {"[a]b\n", ":1: \"[a]b\" is no heading"},
	    {"[a]b]\n", ":1: \"a]b\" is no label"},
	    {"study_types=x\n[a]\n", ":2: survey_ids and study_types say whose a study is"},
	    {"[a]\n\n[b]\n", ":3: [a] and [b] have no study_types"},
	    {"[a]\nstudy_types=x,y\n[b]\nstudy_types=z,X\n", ":3: [a] and [b] both have the study type \"X\""},
	    {"[a]\nsurvey_ids=SV_1\n[b]\nstudy_types=z\nsurvey_ids=SV_2, SV_1\n",
	        ":3: [a] and [b] both have the survey \"SV_1\""},
	    {"[a]\nmin_active_days=8\nwindow_days=7\n", ":1: [a]: 8 active days do not fit into a window of 7"},
	    {"min_active_days=15\n", ":1: [default]: 15 active days do not fit"},
	    {"[\xff]\n", ": is no text in UTF-8"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena a = {0};
		struct studies l;
		struct err e = {0};
		if (load(rows[i].text, &a, &l, &e) == 0)
			fail_msg("row %zu was taken", i);
		if (!strstr(e.text, rows[i].wanted) || e.code != ERR_CONFIG)
			fail_msg("row %zu: %s", i, e.text);
		arena_clear(&a);
	}
	(void)state;
}

/* The first second of a study day, as UTC; the process's zone is another one and stays so. */
static void days_begin_at_the_cut_off(void **state)
{
	static const struct {
		const char *zone, *day;
		int minute;
		const char *start;
	} rows[] = {
	    {"Europe/Amsterdam", "2026-11-20", 300, "2026-11-20T04:00:00Z"},
	    {"Europe/Amsterdam", "2026-03-28", 300, "2026-03-28T04:00:00Z"},
	    {"Europe/Amsterdam", "2026-03-29", 300, "2026-03-29T03:00:00Z"}, /* the day before has 23 hours */
	    {"Europe/Amsterdam", "2026-10-24", 300, "2026-10-24T03:00:00Z"},
	    {"Europe/Amsterdam", "2026-10-25", 300, "2026-10-25T04:00:00Z"}, /* and this one before has 25 */
	    {"Europe/Amsterdam", "2026-03-29", 120, "2026-03-29T01:00:00Z"}, /* 02:00 is 03:00 that night */
	    {"Europe/Amsterdam", "2026-03-29", 150, "2026-03-29T01:00:00Z"}, /* 02:30 is skipped */
	    {"Europe/Amsterdam", "2026-03-29", 180, "2026-03-29T01:00:00Z"},
	    {"Europe/Amsterdam", "2026-10-25", 120, "2026-10-25T00:00:00Z"}, /* 02:00 comes twice: the first one */
	    {"Europe/Amsterdam", "2026-10-25", 150, "2026-10-25T00:30:00Z"},
	    {"Europe/Amsterdam", "2026-10-25", 180, "2026-10-25T02:00:00Z"},
	    {"America/New_York", "2026-03-08", 150, "2026-03-08T07:00:00Z"},
	    {"America/Havana", "2026-03-08", 0, "2026-03-08T05:00:00Z"}, /* clocks change at midnight */
	    {"America/Havana", "2026-11-01", 0, "2026-11-01T04:00:00Z"},
	    {"Australia/Lord_Howe", "2026-10-04", 135, "2026-10-03T15:30:00Z"}, /* by half an hour */
	    {"Asia/Kathmandu", "2026-11-20", 1410, "2026-11-20T17:45:00Z"},
	    {"Pacific/Kiritimati", "2026-11-20", 0, "2026-11-19T10:00:00Z"},
	    {"Pacific/Pago_Pago", "2026-11-20", 1439, "2026-11-21T10:59:00Z"},
	    {"Pacific/Apia", "2011-12-30", 300, "2011-12-30T10:00:00Z"}, /* the day that was left out */
	    {"Pacific/Apia", "2011-12-31", 300, "2011-12-30T15:00:00Z"},
	    {"UTC", "2026-11-20", 301, "2026-11-20T05:01:00Z"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct study s = {.zone = rows[i].zone, .cut_off_minute = rows[i].minute};
		struct arena a = {0};
		struct study_days d;
		struct err e = {0};
		int64_t day = 0, at;
		char text[CLOCK_TEXT_BYTES], zone_text[ZONE_TEXT_BYTES];
		stamp_parse_day(rows[i].day, &day);
		assert_int_equal(study_days_between(&s, day, day, "Asia/Tokyo", &a, &d, &e), 0);
		clock_format_utc(d.starts[0], text);
		if (strcmp(text, rows[i].start) != 0)
			fail_msg(
			    "%s %s + %d: %s, not %s", rows[i].zone, rows[i].day, rows[i].minute, text, rows[i].start);
		assert_int_equal(study_day_at(&s, d.starts[0], "Asia/Tokyo", &at, &e), 0);
		assert_int_equal(at, day);
		assert_int_equal(study_day_at(&s, d.starts[0] - 1, "Asia/Tokyo", &at, &e), 0);
		assert_int_equal(at, day - 1);
		assert_string_equal(zone_format(0, ZONE_DATE_TIME, zone_text), "1970-01-01 09:00");
		arena_clear(&a);
	}
	(void)state;
}

/* Each quarter of an hour of the day, all through a year, in zones of all kinds: the table and the single question agree, and days never go back. */
static void each_instant_is_in_one_day(void **state)
{
	static const struct {
		const char *zone;
		int minute;
	} rows[] = {{"Europe/Amsterdam", 300}, {"Europe/Amsterdam", 150}, {"America/Havana", 0},
	    {"Australia/Lord_Howe", 105}, {"UTC", 1439}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct study s = {.zone = rows[i].zone, .cut_off_minute = rows[i].minute};
		struct arena a = {0};
		struct study_days d;
		struct err e = {0};
		int64_t first = 20454, last = first + 366, at, before = first;
		assert_int_equal(study_days_between(&s, first, last, "UTC", &a, &d, &e), 0);
		assert_int_equal(study_days_find(&d, d.starts[0] - 1), STUDY_DAY_BEFORE);
		assert_int_equal(study_days_find(&d, d.starts[d.count]), STUDY_DAY_AFTER);
		assert_int_equal(study_days_find(&d, INT64_MIN), STUDY_DAY_BEFORE);
		assert_int_equal(study_days_find(&d, INT64_MAX), STUDY_DAY_AFTER);
		for (int64_t t = d.starts[0]; t < d.starts[d.count]; t += 2700) {
			assert_int_equal(study_day_at(&s, t, "UTC", &at, &e), 0);
			assert_int_equal(study_days_find(&d, t), at - first);
			assert_true(at == before || at == before + 1);
			before = at;
		}
		assert_int_equal(before, last);
		arena_clear(&a);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stamps_are_read),
	    cmocka_unit_test(what_is_no_stamp_is_refused),
	    cmocka_unit_test(a_cut_stamp_is_read_within_its_bounds),
	    cmocka_unit_test(days_are_read_and_written),
	    cmocka_unit_test(without_a_file_there_is_one_study),
	    cmocka_unit_test(sections_say_what_is_theirs),
	    cmocka_unit_test(a_type_that_no_study_names_belongs_to_none),
	    cmocka_unit_test(what_is_wrong_is_told_by_its_line),
	    cmocka_unit_test(days_begin_at_the_cut_off),
	    cmocka_unit_test(each_instant_is_in_one_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
