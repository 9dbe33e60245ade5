/* The client of Qualtrics against a fake one, with a clock that nobody waits for: pace, tries, exports that take their time. */
#include "fake_gmail.h"
#include "net/qualtrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdlib.h>

struct client_of {
	struct fake fake;
	struct qualtrics *q;
	struct fake_time time;
	int stop_at; /* sleep number that a signal ends; 0: none */
	struct arena a;
	struct buf archive;
	struct err e;
};

static double now_s(void *arg)
{
	return ((struct client_of *)arg)->time.now;
}

static int64_t wall(void *arg)
{
	return (int64_t)now_s(arg);
}

static double chance(void *arg)
{
	return ((struct client_of *)arg)->time.random;
}

static int sleep_s(void *arg, double seconds)
{
	struct client_of *c = arg;

	c->time.now += seconds;
	c->time.slept += seconds;
	return ++c->time.sleeps == c->stop_at;
}

static void open_client(struct client_of *c, struct qualtrics_options o)
{
	struct gmail_clock clock = {now_s, wall, chance, sleep_s, c};

	qualtrics_close(c->q);
	c->q = NULL;
	o.url = c->fake.url;
	o.token = "token-of-the-test";
	c->time = (struct fake_time){.now = 1000, .random = 0.5};
	c->stop_at = 0;
	c->e = (struct err){0};
	buf_clear(&c->archive);
	fake_do(&c->fake, "{'op': 'clear'}");
	assert_int_equal(qualtrics_open(c->fake.http, &o, &clock, &c->q, &c->e), 0);
}

static int start(void **state)
{
	static const char *const none[] = {NULL};
	struct client_of *c = calloc(1, sizeof *c);

	fake_start_program(&c->fake, FAKE_QUALTRICS, none);
	for (int i = 1; i <= 5; i++)
		fake_do(&c->fake, "{'op': 'survey', 'id': 'SV_%d', 'name': 'Wave %d', 'answers': [{}]}", i, i);
	*state = c;
	return 0;
}

static int stop(void **state)
{
	struct client_of *c = *state;

	qualtrics_close(c->q);
	fake_stop(&c->fake);
	arena_clear(&c->a);
	buf_clear(&c->archive);
	free(c);
	return 0;
}

static int list_all(struct client_of *c, size_t *n)
{
	struct qualtrics_survey *list;

	return qualtrics_surveys(c->q, &c->a, &list, n, &c->e);
}

static int export_one(struct client_of *c, int64_t since)
{
	return qualtrics_export(c->q, "SV_1", since, &c->archive, &c->e);
}

static void surveys_come_page_by_page(void **state)
{
	struct client_of *c = *state;
	struct qualtrics_survey *list;
	size_t n;

	for (int size = 1; size <= 6; size++) {
		fake_do(&c->fake, "{'op': 'settings', 'page_size': %d}", size);
		open_client(c, (struct qualtrics_options){0});
		assert_int_equal(qualtrics_surveys(c->q, &c->a, &list, &n, &c->e), 0);
		assert_int_equal(n, 5);
		assert_string_equal(list[0].id, "SV_1");
		assert_string_equal(list[4].name, "Wave 5");
		assert_int_equal(qualtrics_stats(c->q)->requests, (5 + size - 1) / size);
	}
}

/* With the pace of 10 a minute no 60 seconds hold more than 15 requests, however much is to be done. */
static void the_pace_is_kept(void **state)
{
	struct client_of *c = *state;
	double at[40];
	size_t n;

	open_client(c, (struct qualtrics_options){0});
	for (int i = 0; i < 40; i++) {
		assert_int_equal(list_all(c, &n), 0);
		at[i] = c->time.now;
	}
	for (int i = 15; i < 40; i++)
		assert_true(at[i] - at[i - 15] >= 60 - 1e-3);
	assert_true(c->time.slept > 34 * 6 && c->time.slept < 36 * 6);
}

static void an_export_is_waited_for(void **state)
{
	struct client_of *c = *state;

	fake_do(&c->fake, "{'op': 'settings', 'polls': 6}");
	open_client(c, (struct qualtrics_options){.requests_per_min = 60});
	assert_int_equal(export_one(c, INT64_MIN), 0);
	assert_memory_equal(c->archive.data, "PK\3\4", 4);
	/* A sixth of a second, doubled up to 16 of them, then 30. */
	assert_true(c->time.slept > (1 + 2 + 4 + 8 + 16 + 30) / 6.0 - 0.01);
	assert_true(c->time.slept < (1 + 2 + 4 + 8 + 16 + 30) / 6.0 + 0.01);
	assert_int_equal(qualtrics_stats(c->q)->requests, 9);
	fake_do(&c->fake, "{'op': 'settings', 'polls': 2}");
}

static void an_export_that_is_never_made_ends(void **state)
{
	struct client_of *c = *state;

	fake_do(&c->fake, "{'op': 'settings', 'export': 'never'}");
	open_client(c, (struct qualtrics_options){.requests_per_min = 60, .max_export_s = 100});
	assert_int_equal(export_one(c, 0), -1);
	assert_int_equal(c->e.code, ERR_TEMPORARY);
	assert_non_null(strstr(c->e.text, "survey SV_1: export: the export is not made after 100 s"));
	assert_true(c->time.slept <= 100);
	fake_do(&c->fake, "{'op': 'settings', 'export': 'failed'}");
	open_client(c, (struct qualtrics_options){0});
	assert_int_equal(export_one(c, 0), -1);
	assert_non_null(strstr(c->e.text, "has failed"));
	fake_do(&c->fake, "{'op': 'settings', 'export': 'good'}");
}

static const struct {
	const char *fault; /* struck by the first request */
	double slept;      /* before it is asked again, with a chance of 0.5 */
	enum err_code code;
	int requests;
} faults[] = {
    {"'status': 429, 'retry_after': 30", 30.5, ERR_NONE, 2},
    {"'status': 503, 'retry_after': 7", 7.5, ERR_NONE, 2},
    {"'status': 500", 0.5, ERR_NONE, 2},
    {"'status': 504, 'times': 3", 0.5 + 1 + 2, ERR_NONE, 4},
    {"'kind': 'garbage', 'times': 2", 0.5 + 1, ERR_NONE, 3},
    {"'status': 503, 'times': 99", 0.5 + 1 + 2 + 4 + 8, ERR_TEMPORARY, 6},
    {"'status': 429, 'retry_after': 301", 0, ERR_TEMPORARY, 1},
    {"'status': 599, 'times': 1", 0.5, ERR_NONE, 2},
    {"'status': 400", 0, ERR_INPUT, 1},
    {"'status': 401", 0, ERR_REFUSED, 1},
    {"'status': 403", 0, ERR_REFUSED, 1},
    {"'status': 404", 0, ERR_NO_INPUT, 1},
    {"'status': 418", 0, ERR_UNAVAILABLE, 1},
    {"'kind': 'redirect', 'to': 'http://127.0.0.1:1/'", 0, ERR_CONFIG, 1},
};

static void troubles_are_tried_again_or_told(void **state)
{
	struct client_of *c = *state;

	fake_do(&c->fake, "{'op': 'settings', 'page_size': 100}");
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		size_t n;
		int rc;
		/* So fast a pace that it does not show. */
		open_client(c, (struct qualtrics_options){.requests_per_min = 100000});
		fake_do(&c->fake, "{'op': 'fault', %s}", faults[i].fault);
		rc = list_all(c, &n);
		if ((rc == 0) != (faults[i].code == ERR_NONE) || c->e.code != faults[i].code ||
		    c->time.slept < faults[i].slept - 0.01 || c->time.slept > faults[i].slept + 0.01 ||
		    qualtrics_stats(c->q)->requests != faults[i].requests)
			fail_msg("%s: %d %s, slept %.2f s, %d requests", faults[i].fault, rc, c->e.text, c->time.slept,
			    (int)qualtrics_stats(c->q)->requests);
	}
}

static void words_that_repeat_the_token_are_not_repeated(void **state)
{
	struct client_of *c = *state;
	size_t n;

	open_client(c, (struct qualtrics_options){0});
	fake_do(&c->fake, "{'op': 'fault', 'status': 401, 'words': 'No token-of-the-test here'}");
	assert_int_equal(list_all(c, &n), -1);
	assert_null(strstr(c->e.text, "token-of-the-test"));
	assert_non_null(strstr(c->e.text, "401 ERR_401"));
}

static void a_signal_ends_the_wait(void **state)
{
	struct client_of *c = *state;

	for (int at = 1; at <= 3; at++) {
		open_client(c, (struct qualtrics_options){.requests_per_min = 2});
		c->stop_at = at;
		assert_int_equal(export_one(c, 0), -1);
		assert_int_equal(c->e.code, ERR_TEMPORARY);
		assert_non_null(strstr(c->e.text, "stopped"));
	}
}

static void addresses_and_tokens_that_are_none_are_refused(void **state)
{
	static const char *const urls[] = {"", "fra1.qualtrics.com", "https://", "https://a/b", "https://u@a",
	    "https://a?b", "https://a#b", "https://a b", "ftp://a", "https://a\\b", "https://a\n"};
	static const char *const tokens[] = {"", "a b", "a\r\nX-Other: b", "a\x80"};
	struct client_of *c = *state;
	struct gmail_clock clock = {now_s, wall, chance, sleep_s, c};
	struct qualtrics *q;
	struct err e;

	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
		assert_int_equal(qualtrics_open(c->fake.http, &(struct qualtrics_options){.url = urls[i], .token = "t"},
		                     &clock, &q, &e),
		    -1);
	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
		assert_int_equal(
		    qualtrics_open(c->fake.http, &(struct qualtrics_options){.url = "https://a", .token = tokens[i]},
		        &clock, &q, &e),
		    -1);
	assert_int_equal(
	    qualtrics_open(c->fake.http,
	        &(struct qualtrics_options){.url = "https://fra1.qualtrics.com/API/v3/", .token = "t"}, &clock, &q, &e),
	    0);
	qualtrics_close(q);
	assert_true(qualtrics_is_id("SV_0a"));
	assert_false(
	    qualtrics_is_id("") || qualtrics_is_id("../x") || qualtrics_is_id("a b") || qualtrics_is_id("a?b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(surveys_come_page_by_page),
	    cmocka_unit_test(the_pace_is_kept),
	    cmocka_unit_test(an_export_is_waited_for),
	    cmocka_unit_test(an_export_that_is_never_made_ends),
	    cmocka_unit_test(troubles_are_tried_again_or_told),
	    cmocka_unit_test(words_that_repeat_the_token_are_not_repeated),
	    cmocka_unit_test(a_signal_ends_the_wait),
	    cmocka_unit_test(addresses_and_tokens_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
