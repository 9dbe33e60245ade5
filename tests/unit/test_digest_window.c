/* The period of a digest: what is asked for, days of 23 and 25 hours, and the period in words. */
#include "base/clock.h"
#include "base/zone.h"
#include "job/digest_window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *utc(int64_t t)
{
	static char text[2][CLOCK_TEXT_BYTES];
	static int turn;

	turn = !turn;
	clock_format_utc(t, text[turn]);
	return text[turn];
}

static int64_t at(const char *text)
{
	struct err e = {0};
	int64_t t;

	assert_int_equal(clock_parse(text, &t, &e), 0);
	return t;
}

struct found {
	const char *now;
	struct digest_asked asked;
	const char *start, *end, *text, *options;
};

static const struct found cases[] = {
    {"2026-11-20T09:00", {0}, "2026-11-18T23:00:00Z", "2026-11-19T23:00:00Z", "Thursday 19 November 2026",
        "--date 2026-11-19"},
    {"2026-11-20T00:00", {0}, "2026-11-18T23:00:00Z", "2026-11-19T23:00:00Z", "Thursday 19 November 2026",
        "--date 2026-11-19"},
    {"2026-11-19T23:59:59", {0}, "2026-11-17T23:00:00Z", "2026-11-18T23:00:00Z", "Wednesday 18 November 2026",
        "--date 2026-11-18"},
    {"2026-11-20T09:00", {.date = "yesterday"}, "2026-11-18T23:00:00Z", "2026-11-19T23:00:00Z",
        "Thursday 19 November 2026", "--date 2026-11-19"},
    {"2026-11-20T09:00", {.date = "today"}, "2026-11-19T23:00:00Z", "2026-11-20T23:00:00Z",
        "Friday 20 November 2026 so far", "--date 2026-11-20"},
    /* the clocks go forward: 23 hours; back: 25 hours */
    {"2026-11-20T09:00", {.date = "2026-03-29"}, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "Sunday 29 March 2026",
        "--date 2026-03-29"},
    {"2026-11-20T09:00", {.date = "2026-10-25"}, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z",
        "Sunday 25 October 2026", "--date 2026-10-25"},
    {"2026-10-26T09:00", {0}, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "Sunday 25 October 2026",
        "--date 2026-10-25"},
    {"2026-11-20T09:00", {.date = "2026-11-01"}, "2026-10-31T23:00:00Z", "2026-11-01T23:00:00Z",
        "Sunday 1 November 2026", "--date 2026-11-01"},
    {"2026-11-20T09:00", {.last = "24h"}, "2026-11-19T08:00:00Z", "2026-11-20T08:00:00Z",
        "2026-11-19 09:00 to 2026-11-20 09:00", "--since 2026-11-19T08:00:00Z --until 2026-11-20T08:00:00Z"},
    {"2026-11-20T09:00", {.since = "2026-11-16", .until = "2026-11-20"}, "2026-11-15T23:00:00Z", "2026-11-19T23:00:00Z",
        "Monday 16 November 2026 to Thursday 19 November 2026",
        "--since 2026-11-15T23:00:00Z --until 2026-11-19T23:00:00Z"},
    {"2026-11-20T09:00", {.since = "2026-11-20T06:00:00Z"}, "2026-11-20T06:00:00Z", "2026-11-20T08:00:00Z",
        "2026-11-20 07:00 to 2026-11-20 09:00", "--since 2026-11-20T06:00:00Z --until 2026-11-20T08:00:00Z"},
    {"2026-11-20T09:00", {.since = "2026-11-20", .until = "2026-11-20T12:00"}, "2026-11-19T23:00:00Z",
        "2026-11-20T11:00:00Z", "2026-11-20 00:00 to 2026-11-20 12:00 so far",
        "--since 2026-11-19T23:00:00Z --until 2026-11-20T11:00:00Z"},
};

static void test_found(void **state)
{
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct digest_window w;
		struct err e = {0};
		assert_int_equal(digest_window_find(&cases[i].asked, at(cases[i].now), &w, &e), 0);
		assert_string_equal(utc(w.start), cases[i].start);
		assert_string_equal(utc(w.end), cases[i].end);
		assert_string_equal(digest_window_text(&a, &w), cases[i].text);
		assert_string_equal(digest_window_options(&a, &w), cases[i].options);
	}
	arena_clear(&a);
}

static void test_refused(void **state)
{
	static const struct {
		struct digest_asked asked;
		const char *why;
	} bad[] = {
	    {{.date = "2026-11-21"}, "has not begun"},
	    {{.date = "2026-13-01"}, "--date"},
	    {{.date = "2026-11-19T10:00"}, "is no day"},
	    {{.date = "tomorrow"}, "is no day"},
	    {{.since = "2026-11-19", .until = "2026-11-19"}, "is empty"},
	    {{.since = "2026-11-19", .until = "2026-11-18"}, "is empty"},
	    {{.since = "2026-11-20T09:00"}, "has not begun"},
	    {{.since = "2026-12-01", .until = "2026-12-02"}, "has not begun"},
	    {{.since = "noon"}, "--since"},
	    {{.since = "2026-11-19", .until = "noon"}, "--until"},
	    {{.until = "2026-11-19"}, "--until wants --since"},
	    {{.last = "0h"}, "--last"},
	    {{.last = "24"}, "--last"},
	    {{.last = "24h", .date = "today"}, "not two"},
	    {{.since = "2026-11-19", .date = "today"}, "not two"},
	};
	int64_t now = at("2026-11-20T09:00");

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct digest_window w;
		struct err e = {0};
		assert_int_equal(digest_window_find(&bad[i].asked, now, &w, &e), -1);
		assert_int_equal(e.code, ERR_USAGE);
		assert_non_null(strstr(e.text, bad[i].why));
	}
}

static void test_within_day(void **state)
{
	struct digest_window day = {at("2026-10-25"), at("2026-10-26"), false},
	                     hours = {at("2026-11-19T10:00"), at("2026-11-20T00:00"), false},
	                     across = {at("2026-11-19T10:00"), at("2026-11-20T00:00:01"), false};

	(void)state;
	assert_true(digest_window_is_within_day(&day));
	assert_true(digest_window_is_within_day(&hours));
	assert_false(digest_window_is_within_day(&across));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_found),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_within_day),
	};
	struct err e = {0};

	if (zone_use("Europe/Amsterdam", &e) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
