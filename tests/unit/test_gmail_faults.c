/* The Gmail client under fire: whatever fails, at whichever request, the same mail arrives, once; what cannot pass ends with
 * words that say what to do. Nobody waits: time is the test's. */
#include "fake_gmail.h"
#include "net/gmail_fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { MAILS = 200 };

static struct fake fake;
static json_t *wanted;
static const char *ids[MAILS + 1];

static int start(void **state)
{
	static const char *const arguments[] = {"--generate", "200", "--size", "900", NULL};

	(void)state;
	fake_start(&fake, arguments);
	wanted = fake_wanted(&fake);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	json_decref(wanted);
	fake_stop(&fake);
	return 0;
}

static int calm(void **state)
{
	(void)state;
	fake_calm(&fake);
	return 0;
}

/* Lists and fetches all with batches of `batch`, and is good only when all of it arrived. */
static void sync_all(struct client *c)
{
	struct fetched got = {0};
	size_t n = 0;

	if (client_list(c, NULL, ids, &n) != 0 || client_fetch(c, ids, n, wanted, &got) != 0)
		fail_msg("%s", c->e.text);
	assert_int_equal(n, MAILS);
	if (got.got != MAILS)
		fail_msg("%zu got, %zu gone, %zu failed: %s", got.got, got.gone, got.failed, got.why.text);
}

static const char *const faults[] = {
    "'status': 429",
    "'status': 429, 'retry_after': 7",
    "'status': 429, 'message': 'User-rate limit exceeded. Retry after 2026-11-18T10:00:00.5Z'",
    "'status': 403, 'reason': 'rateLimitExceeded'",
    "'status': 403, 'reason': 'userRateLimitExceeded'",
    "'status': 500",
    "'status': 503, 'retry_after': 2",
    "'status': 401",
    "'kind': 'reset'",
    "'kind': 'reset_after'",
    "'kind': 'cut'",
    "'kind': 'garbage'",
    "'kind': 'expire'",
    "'kind': 'no_length'",
};

static bool sync_with_fault(const char *fault, int nth, int times, int batch)
{
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = batch});
	bool struck;

	fake_do(&fake, "{'op': 'clear_faults'}");
	fake_do(&fake, "{'op': 'reset_counters'}");
	/* Tokens run out only when they come from /token; the requests to it are not the ones that fail here. */
	if (strstr(fault, "expire") || strstr(fault, "401"))
		c->token = NULL;
	fake_do(&fake, "{'op': 'fault', 'method': '[bm]*', 'nth': %d, 'times': %d, %s}", nth, times, fault);
	sync_all(c);
	struck = fake_counter(&fake, "faults", NULL) > 0;
	/* libcurl itself asks again when a kept connection turns out to be closed. */
	if (struck && !strstr(fault, "no_length") && !strstr(fault, "reset"))
		assert_true(gmail_stats(c->g)->tries_again > 0);
	if (strstr(fault, "'retry_after': 7") && struck)
		assert_true(c->time.slept >= 7);
	client_free(c);
	return struck;
}

static void each_fault_at_each_request(void **state)
{
	(void)state;
	fake_do(&fake, "{'op': 'set', 'list_page': 90}");
	for (size_t i = 0; i < COUNT(faults); i++) {
		int nth = 1;
		print_message("%s\n", faults[i]);
		while (sync_with_fault(faults[i], nth, 1, 20))
			nth++;
		/* Three lists and ten batches. */
		assert_true(nth > 13);
		/* Three in a row, but for a token that is refused when it is fresh. */
		if (!strstr(faults[i], "401") && !strstr(faults[i], "expire"))
			assert_true(sync_with_fault(faults[i], 2, 3, 20));
	}
}

static void packed_answers_that_break_are_asked_for_again(void **state)
{
	(void)state;
	for (int batch = 0; batch <= 20; batch += 20) {
		fake_do(&fake, "{'op': 'set', 'gzip': true}");
		assert_false(sync_with_fault("'status': 500", 9999, 1, batch));
		for (int nth = 1; nth <= 7; nth += 3)
			assert_true(sync_with_fault("'kind': 'cut'", nth, 1, batch));
	}
}

static void each_fault_without_batches(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++)
		for (int nth = 1; nth <= 9; nth += 4)
			assert_true(sync_with_fault(faults[i], nth, 1, 0));
}

static const char *const inner_faults[] = {
    "'status': 429",
    "'status': 429, 'retry_after': 3",
    "'status': 403, 'reason': 'userRateLimitExceeded'",
    "'status': 500",
    "'status': 503",
    "'status': 401",
    "'kind': 'drop'",
    "'kind': 'garbage'",
};

static void each_fault_within_a_batch(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(inner_faults); i++)
		for (int nth = 1; nth <= MAILS; nth += 13) {
			struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50});
			int64_t calls;
			fake_calm(&fake);
			fake_do(
			    &fake, "{'op': 'fault', 'inner': true, 'nth': %d, 'times': 3, %s}", nth, inner_faults[i]);
			c->token = NULL;
			sync_all(c);
			assert_int_equal(fake_counter(&fake, "faults", NULL),
			    nth + 2 <= MAILS ? 3 : MAILS + 1 - nth + (MAILS + 3 - nth > 3));
			/* What failed was asked for again alone. */
			calls = fake_counter(&fake, "calls", "messages.get");
			assert_int_equal(calls, MAILS + 3);
			assert_int_equal(gmail_stats(c->g)->units, 20 * calls + 5);
			client_free(c);
		}
}

static void a_rate_limit_halves_batches_and_they_recover(void **state)
{
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 10});

	(void)state;
	/* All of the first four batches, which are under way at once: 10, 5, 2, 1 at a time. */
	fake_do(&fake, "{'op': 'fault', 'inner': true, 'nth': 1, 'times': 40, 'status': 429}");
	sync_all(c);
	assert_int_equal(gmail_stats(c->g)->slowed, 4);
	assert_true(fake_counter(&fake, "requests", "messages.get") > 0);
	assert_true(fake_counter(&fake, "requests", "messages.get") + fake_counter(&fake, "requests", "batch") > 24);
	fake_reset(&fake);
	sync_all(c);
	assert_int_equal(fake_counter(&fake, "requests", "messages.get"), 0);
	assert_int_equal(fake_counter(&fake, "requests", "batch"), 20);
	client_free(c);
}

static const struct {
	const char *reason;
	enum err_code code;
	const char *words;
} permanent[] = {
    {"dailyLimitExceeded", ERR_TEMPORARY, "tomorrow"},
    {"domainPolicy", ERR_REFUSED, "administrator"},
    {"accessNotConfigured", ERR_CONFIG, "enable"},
    {"insufficientPermissions", ERR_REFUSED, "gmail.readonly"},
};

static void what_cannot_pass_ends_at_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(permanent); i++)
		for (int inner = 0; inner < 2; inner++) {
			struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50});
			struct fetched got;
			size_t n;

			fake_calm(&fake);
			assert_int_equal(client_list(c, NULL, ids, &n), 0);
			fake_do(&fake,
			    "{'op': 'fault', 'inner': %s, 'nth': 1, 'times': 1000, 'status': 403, 'reason': '%s'}",
			    inner ? "true" : "false", permanent[i].reason);
			assert_int_equal(client_fetch(c, ids, n, wanted, &got), -1);
			assert_int_equal(c->e.code, permanent[i].code);
			if (!strstr(c->e.text, permanent[i].words) || !strstr(c->e.text, "messages.get"))
				fail_msg("%s", c->e.text);
			assert_int_equal(c->time.sleeps, 0);
			assert_int_equal(gmail_stats(c->g)->tries_again, 0);
			client_free(c);
		}
}

static void one_messages_failure_is_its_own(void **state)
{
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50});
	struct fetched got;
	size_t n;

	(void)state;
	assert_int_equal(client_list(c, NULL, ids, &n), 0);
	fake_do(
	    &fake, "{'op': 'fault', 'inner': true, 'nth': 3, 'times': 2, 'status': 400, 'reason': 'invalidArgument'}");
	fake_do(&fake, "{'op': 'fault', 'inner': true, 'nth': 30, 'times': 3, 'kind': 'gone'}");
	assert_int_equal(client_fetch(c, ids, n, wanted, &got), 0);
	assert_int_equal(got.failed, 2);
	assert_int_equal(got.gone, 3);
	assert_int_equal(got.why.code, ERR_INPUT);
	assert_non_null(strstr(got.why.text, "invalidArgument"));
	/* One that is not there at all. */
	ids[n++] = "no/such id";
	fake_reset(&fake);
	assert_int_equal(client_fetch(c, ids, n, wanted, &got), 0);
	assert_int_equal(got.got, MAILS);
	assert_int_equal(got.gone, 1);
	client_free(c);
}

static void troubles_without_end_end(void **state)
{
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50});
	struct fetched got;
	size_t n;

	(void)state;
	assert_int_equal(client_list(c, NULL, ids, &n), 0);
	/* Within the batch: each message has its tries and fails. */
	fake_do(&fake,
	    "{'op': 'fault', 'method': 'messages.get', 'inner': true, 'nth': 1, 'times': 100000, 'status': 500}");
	fake_do(&fake, "{'op': 'fault', 'method': 'messages.get', 'nth': 1, 'times': 100000, 'status': 500}");
	assert_int_equal(client_fetch(c, ids, n, wanted, &got), 0);
	assert_int_equal(got.failed, MAILS);
	assert_int_equal(got.why.code, ERR_TEMPORARY);
	assert_non_null(strstr(got.why.text, "tried 6 times"));
	assert_int_equal(fake_counter(&fake, "calls", "messages.get"), 6 * MAILS);
	/* A rate limit holds for all: the work ends. */
	fake_reset(&fake);
	fake_do(&fake, "{'op': 'fault', 'inner': true, 'nth': 1, 'times': 100000, 'status': 429}");
	fake_do(&fake, "{'op': 'fault', 'method': 'messages.get', 'nth': 1, 'times': 100000, 'status': 429}");
	assert_int_equal(client_fetch(c, ids, n, wanted, &got), -1);
	assert_int_equal(c->e.code, ERR_TEMPORARY);
	/* So does the line. */
	fake_reset(&fake);
	fake_do(&fake, "{'op': 'fault', 'nth': 1, 'times': 100000, 'kind': 'reset'}");
	assert_int_equal(client_fetch(c, ids, n, wanted, &got), -1);
	assert_int_equal(c->e.code, ERR_TEMPORARY);
	assert_true(c->time.slept > 1);
	client_free(c);
}

static void a_slow_answer_is_asked_for_again(void **state)
{
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50});

	(void)state;
	fake_do(&fake, "{'op': 'fault', 'method': 'messages.list', 'nth': 1, 'kind': 'slow', 'seconds': 1.2}");
	sync_all(c);
	assert_int_equal(fake_counter(&fake, "requests", "messages.list"), 2);
	client_free(c);
}

static void a_long_wait_is_left_to_later_runs(void **state)
{
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50});
	struct fetched got;
	size_t n;

	(void)state;
	assert_int_equal(client_list(c, NULL, ids, &n), 0);
	/* One batch only: no other is left behind to meet the next fault. */
	n = 50;
	for (int inner = 0; inner < 2; inner++) {
		fake_do(&fake, "{'op': 'clear_faults'}");
		fake_do(&fake, "{'op': 'fault', 'inner': %s, 'nth': 1, 'status': 429, 'retry_after': 3600}",
		    inner ? "true" : "false");
		assert_int_equal(client_fetch(c, ids, n, wanted, &got), -1);
		assert_int_equal(c->e.code, ERR_TEMPORARY);
		assert_non_null(strstr(c->e.text, "3600 s"));
	}
	fake_do(&fake, "{'op': 'fault', 'method': 'messages.list', 'nth': 1, 'status': 429, 'retry_after': 3600}");
	assert_int_equal(client_list(c, NULL, ids, &n), -1);
	assert_int_equal(c->time.sleeps, 0);
	client_free(c);
}

static void a_token_that_runs_out_is_renewed(void **state)
{
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 10});

	(void)state;
	c->token = NULL;
	fake_do(&fake, "{'op': 'fault', 'method': 'batch', 'nth': 5, 'kind': 'expire'}");
	sync_all(c);
	assert_int_equal(c->asked, 2);
	assert_int_equal(c->invalidated, 1);
	client_free(c);
}

static void a_token_that_is_never_good_ends_it(void **state)
{
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50});
	struct fetched got;
	size_t n;

	(void)state;
	assert_int_equal(client_list(c, NULL, ids, &n), 0);
	fake_do(&fake, "{'op': 'fault', 'method': '[bm]*', 'nth': 1, 'times': 100000, 'status': 401}");
	c->token = NULL;
	assert_int_equal(client_fetch(c, ids, n, wanted, &got), -1);
	assert_int_equal(c->e.code, ERR_REFUSED);
	assert_non_null(strstr(c->e.text, "fresh access token"));
	assert_null(strstr(c->e.text, "ya29"));
	assert_int_equal(client_list(c, NULL, ids, &n), -1);
	assert_int_equal(c->e.code, ERR_REFUSED);
	assert_true(c->asked <= 5);
	client_free(c);
	/* A source that gives the same one again and again is not asked for ever. */
	fake_calm(&fake);
	c = client_new(&fake, &(struct gmail_options){.batch = 50});
	c->token = "stale";
	assert_int_equal(client_list(c, NULL, ids, &n), -1);
	assert_int_equal(c->e.code, ERR_REFUSED);
	assert_true(fake_counter(&fake, "requests", "messages.list") <= 7);
	client_free(c);
}

static void a_server_without_batches_is_told(void **state)
{
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50});
	struct fetched got;
	size_t n;

	(void)state;
	assert_int_equal(client_list(c, NULL, ids, &n), 0);
	fake_do(&fake, "{'op': 'fault', 'method': 'batch', 'nth': 1, 'times': 100, 'status': 404}");
	assert_int_equal(client_fetch(c, ids, n, wanted, &got), -1);
	assert_int_equal(c->e.code, ERR_UNAVAILABLE);
	assert_non_null(strstr(c->e.text, "batches"));
	client_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(each_fault_at_each_request, calm),
	    cmocka_unit_test_setup(each_fault_without_batches, calm),
	    cmocka_unit_test_setup(packed_answers_that_break_are_asked_for_again, calm),
	    cmocka_unit_test_setup(each_fault_within_a_batch, calm),
	    cmocka_unit_test_setup(a_rate_limit_halves_batches_and_they_recover, calm),
	    cmocka_unit_test_setup(what_cannot_pass_ends_at_once, calm),
	    cmocka_unit_test_setup(one_messages_failure_is_its_own, calm),
	    cmocka_unit_test_setup(troubles_without_end_end, calm),
	    cmocka_unit_test_setup(a_slow_answer_is_asked_for_again, calm),
	    cmocka_unit_test_setup(a_long_wait_is_left_to_later_runs, calm),
	    cmocka_unit_test_setup(a_token_that_runs_out_is_renewed, calm),
	    cmocka_unit_test_setup(a_token_that_is_never_good_ends_it, calm),
	    cmocka_unit_test_setup(a_server_without_batches_is_told, calm),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
