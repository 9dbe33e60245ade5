#include "mail/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void reads_dates(void **state)
{
	static const struct {
		const char *in;
		int64_t at;
	} rows[] = {
	    {"Thu, 01 Jan 1970 00:00:00 +0000", 0},
	    {"Fri, 21 Nov 1997 09:55:06 -0600", 880127706},
	    {"21 Nov 97 09:55:06 GMT", 880106106},
	    {"Fri, 21 Nov 1997 09:55 -0600", 880127700},
	    {"Fri, 21 Nov 1997 09:55:06 EST", 880124106},
	    {"Fri, 21 Nov 1997 09:55:06 (EST) -0600 (CST)", 880127706},
	    {"Fri,\r\n 21 Nov 1997\r\n 09:55:06 -0600", 880127706},
	    {"Fri, 21-Nov-1997 09:55:06 -0600", 880127706},
	    {"Fri Nov 21 09:55:06 1997", 880106106},
	    {"Fri Nov 21 09:55:06 1997 -0600", 880127706},
	    {"21 November 1997 09:55:06", 880106106},
	    {"Fri, 21 Nov 1997 09:55:06 XYZ", 880106106},
	    {"Fri, 21 Nov 1997 09:55:06-0600", 880127706},
	    {"Fri, 21 Nov 1997 09:55:06 +05:30", 880086306},
	    {"Fri, 021 Nov 1997", 880070400},
	    {"Fri, 21 Nov 1997", 880070400},
	    {"1997-11-21T09:55:06Z", 880106106},
	    {"1997-11-21T09:55:06.123-06:00", 880127706},
	    {"Sat, 29 Feb 2020 12:00:00 +0000", 1582977600},
	    {"Tue, 31 Dec 1968 23:59:59 +0000", -31536001},
	};
	int64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(date_parse(span_of(rows[i].in), &at));
		assert_int_equal(at, rows[i].at);
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const rows[] = {"", " ", "yesterday", "30 Feb 2020 12:00:00 +0000", "32 Jan 2020",
	    "Jan 2020", "29 Feb 2021 12:00:00 +0000", "(((((", "12:00:00", "2020", "21 Foo 1997 09:55:06",
	    "99999999999 Jan 2020", ", , , ,"};
	int64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_false(date_parse(span_of(rows[i]), &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_dates), cmocka_unit_test(refuses_what_is_none)};

	return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
