/* Access tokens as the Gmail client asks for them, from a fake Google, with a clock that nobody waits for. */
#include "fake_gmail.h"
#include "net/token_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#define TEAM "team@harbor.example"

static double fake_now(void *arg)
{
	return ((struct fake_time *)arg)->now;
}

static int64_t fake_wall(void *arg)
{
	(void)arg;
	return 1795161600;
}

static double fake_random(void *arg)
{
	return ((struct fake_time *)arg)->random;
}

static int fake_sleep(void *arg, double seconds)
{
	struct fake_time *t = arg;

	t->now += seconds;
	t->slept += seconds;
	t->sleeps++;
	return 0;
}

struct fixture {
	struct fake fake;
	struct fake_time time;
	struct gmail_clock clock;
	char *token_url;
	struct token_source *source;
	struct gmail_token_source face;
};

static int set_up(void **state)
{
	static const char *const arguments[] = {NULL};
	struct fixture *f = calloc(1, sizeof *f);

	if (!f)
		return -1;
	fake_start(&f->fake, arguments);
	f->time.random = 0.5;
	f->clock = (struct gmail_clock){fake_now, fake_wall, fake_random, fake_sleep, &f->time};
	if (asprintf(&f->token_url, "%s/token", f->fake.url) < 0)
		return -1;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	token_source_free(f->source);
	fake_stop(&f->fake);
	free(f->token_url);
	free(f);
	return 0;
}

static void start(struct fixture *f, const char *refresh, bool tries_again)
{
	struct token_source_options o = {
	    .http = f->fake.http,
	    .party = {.mailbox = TEAM,
	        .scope = OAUTH_SCOPE_READ,
	        .client_id = "c",
	        .token_url = f->token_url,
	        .now = 1795161600},
	    .refresh = refresh,
	    .clock = tries_again ? &f->clock : NULL,
	    .retry_max = 3,
	};

	f->source = token_source_new(&o);
	f->face = token_source_face(f->source);
}

static int get(struct fixture *f, struct buf *token, struct err *e)
{
	buf_reset(token);
	return f->face.get(f->face.arg, token, e);
}

static void a_token_is_kept_until_it_is_invalidated(void **state)
{
	struct fixture *f = *state;
	struct buf first = {0}, second = {0};
	struct err e = {0};

	start(f, "refresh-1", false);
	assert_int_equal(get(f, &first, &e), 0);
	assert_int_equal(get(f, &second, &e), 0);
	assert_string_equal(buf_str(&first), buf_str(&second));
	f->face.invalidate(f->face.arg, "another one");
	assert_int_equal(get(f, &second, &e), 0);
	assert_string_equal(buf_str(&first), buf_str(&second));
	f->face.invalidate(f->face.arg, buf_str(&first));
	assert_int_equal(get(f, &second, &e), 0);
	assert_string_not_equal(buf_str(&first), buf_str(&second));
	assert_int_equal(fake_counter(&f->fake, "requests", "token"), 2);
	buf_wipe(&first);
	buf_wipe(&second);
}

static void a_token_that_lives_for_a_minute_is_minted_each_time(void **state)
{
	struct fixture *f = *state;
	struct buf token = {0};
	struct err e = {0};

	fake_do(&f->fake, "{'op': 'set', 'token_life_s': 60}");
	start(f, "refresh-1", false);
	assert_int_equal(get(f, &token, &e), 0);
	assert_int_equal(get(f, &token, &e), 0);
	assert_int_equal(fake_counter(&f->fake, "requests", "token"), 2);
	buf_wipe(&token);
}

static void what_fails_for_a_while_is_tried_again(void **state)
{
	static const char *const faults[] = {"'kind': 'status', 'status': 503", "'kind': 'status', 'status': 429",
	    "'kind': 'reset'", "'kind': 'reset_after'", "'kind': 'cut'"};
	struct fixture *f = *state;
	struct buf token = {0};
	struct err e = {0};

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		fake_do(&f->fake, "{'op': 'fault', 'method': 'token', 'times': 2, %s}", faults[i]);
		f->time = (struct fake_time){.random = 0.5};
		start(f, "refresh-1", true);
		if (get(f, &token, &e) != 0)
			fail_msg("%s: %s", faults[i], e.text);
		/* libcurl itself asks once more when a connection that it used before is reset. */
		assert_in_range(f->time.sleeps, strstr(faults[i], "reset") ? 1 : 2, 2);
		if (f->time.sleeps == 2)
			assert_true(f->time.slept > 1.4 && f->time.slept < 1.6); /* half of 1 s and of 2 s */
		fake_do(&f->fake, "{'op': 'clear_faults'}");
		token_source_free(f->source);
		f->source = NULL;
	}
	buf_wipe(&token);
}

static void it_gives_up(void **state)
{
	struct fixture *f = *state;
	struct buf token = {0};
	struct err e = {0};

	fake_do(&f->fake, "{'op': 'fault', 'method': 'token', 'times': 100, 'kind': 'status', 'status': 500}");
	start(f, "refresh-1", true);
	assert_int_equal(get(f, &token, &e), -1);
	assert_int_equal(e.code, ERR_TEMPORARY);
	assert_int_equal(f->time.sleeps, 3);
	assert_int_equal(fake_counter(&f->fake, "requests", "token"), 4);
	assert_int_equal(token.len, 0);
	buf_wipe(&token);
}

static void what_is_refused_for_good_is_asked_once(void **state)
{
	struct fixture *f = *state;
	struct buf token = {0};
	struct err e = {0};

	start(f, "taken-back", true);
	assert_int_equal(get(f, &token, &e), -1);
	assert_int_equal(e.code, ERR_REFUSED);
	assert_int_equal(f->time.sleeps, 0);
	assert_int_equal(fake_counter(&f->fake, "requests", "token"), 1);
	assert_null(strstr(e.text, "taken-back"));
	buf_wipe(&token);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_token_is_kept_until_it_is_invalidated),
	    CASE(a_token_that_lives_for_a_minute_is_minted_each_time),
	    CASE(what_fails_for_a_while_is_tried_again),
	    CASE(it_gives_up),
	    CASE(what_is_refused_for_good_is_asked_once),
	};

	return cmocka_run_group_tests_name("token_source", tests, NULL, NULL);
}
