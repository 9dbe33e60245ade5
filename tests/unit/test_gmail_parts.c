/* The parts of the Gmail client that need no server: quota, back-off, verdicts, batches, JSON. */
#include "net/gmail_batch.h"
#include "net/gmail_json.h"
#include "net/gmail_quota.h"
#include "net/gmail_retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void bucket_keeps_to_its_rate(void **state)
{
	struct gmail_bucket b;
	double now = 100;

	(void)state;
	gmail_bucket_init(&b, 3600, now);
	assert_true(gmail_bucket_take(&b, 1000, now) == 0);
	assert_true(gmail_bucket_take(&b, 800, now) == 0);
	/* Empty: 60 units come back in a second. */
	assert_float_equal(gmail_bucket_take(&b, 120, now), 2, 1e-6);
	assert_float_equal(gmail_bucket_take(&b, 120, now + 1), 1, 1e-6);
	assert_true(gmail_bucket_take(&b, 120, now + 2) == 0);
	/* No more than half a minute's worth is saved up. */
	assert_true(gmail_bucket_take(&b, 1800, now + 9999) == 0);
	assert_true(gmail_bucket_take(&b, 1, now + 9999) > 0);
	/* Time that goes back gives nothing. */
	assert_true(gmail_bucket_take(&b, 1, now) > 0);
}

static void bucket_lets_a_large_cost_through_when_full(void **state)
{
	struct gmail_bucket b;

	(void)state;
	gmail_bucket_init(&b, 60, 0);
	assert_true(gmail_bucket_take(&b, 100, 0) == 0);
	/* It is paid off: 70 units below zero, one unit a second, and a full bucket needed again. */
	assert_float_equal(gmail_bucket_take(&b, 100, 0), 100, 1e-6);
	assert_true(gmail_bucket_take(&b, 100, 99) > 0);
	assert_true(gmail_bucket_take(&b, 100, 100) == 0);
}

/* Whatever is asked for, no window of a minute holds more than 90 % of what Google allows at the default budget. */
static void bucket_never_exceeds_the_minute(void **state)
{
	enum { STEPS = 4000 };
	static double at[STEPS], cost[STEPS];
	struct gmail_bucket b;
	double now = 0;
	size_t n = 0;

	(void)state;
	gmail_bucket_init(&b, 3600, 0);
	for (size_t i = 0; i < STEPS; i++) {
		double units = i % 7 == 0 ? 1000 : i % 3 == 0 ? 20 : 5, wait;
		while ((wait = gmail_bucket_take(&b, units, now)) > 0)
			now += wait;
		at[n] = now;
		cost[n++] = units;
		if (i % 500 == 0)
			now += 300;
	}
	for (size_t i = 0; i < n; i++) {
		double sum = 0;
		for (size_t j = i; j < n && at[j] < at[i] + 60; j++)
			sum += cost[j];
		assert_true(sum <= 5400 + 1);
	}
}

static void units_are_googles(void **state)
{
	(void)state;
	assert_int_equal(gmail_units(GMAIL_MESSAGES_GET, false), 20);
	assert_int_equal(gmail_units(GMAIL_MESSAGES_GET, true), 5);
	assert_int_equal(gmail_units(GMAIL_MESSAGES_SEND, false), 100);
	for (int m = 0; m < GMAIL_METHODS; m++)
		assert_true(gmail_method_name((enum gmail_method)m) && gmail_units((enum gmail_method)m, false) > 0);
}

static void backoff_doubles_with_jitter(void **state)
{
	static const double most[] = {1, 2, 4, 8, 16, 32, 64, 64, 64};

	(void)state;
	for (int i = 0; i < (int)COUNT(most); i++) {
		assert_float_equal(gmail_backoff(i + 1, -1, 0.999999), most[i], 0.001);
		assert_float_equal(gmail_backoff(i + 1, -1, 0.5), most[i] / 2, 0.001);
		assert_true(gmail_backoff(i + 1, -1, 0) == 0);
	}
	assert_float_equal(gmail_backoff(1000000, -1, 0.5), 32, 0.001);
	assert_float_equal(gmail_backoff(1, 7, 0.25), 7.25, 0.001);
	assert_float_equal(gmail_backoff(1, 0, 0.25), 0.25, 0.001);
}

/* 2026-03-07T18:00:00Z */
enum { NOW = 1772906400 };

static const struct {
	int status;
	double retry_after_s;
	const char *body;
	enum gmail_verdict verdict;
	double wait_s;
	const char *words; /* stand in the text */
} answers[] = {
    {200, -1, "", GMAIL_OK, -1, NULL},
    {204, -1, "", GMAIL_OK, -1, NULL},
    {404, -1, "{\"error\":{\"message\":\"Requested entity was not found.\"}}", GMAIL_NOT_FOUND, -1, "404"},
    {401, -1, "{}", GMAIL_TOKEN, -1, "401"},
    {408, -1, "", GMAIL_AGAIN, -1, "408"},
    {500, -1, "<html>oops", GMAIL_AGAIN, -1, "500"},
    {503, 3, "", GMAIL_AGAIN, 3, "503"},
    {504, -1, "", GMAIL_AGAIN, -1, "504"},
    {429, -1, "", GMAIL_SLOWER, -1, "429"},
    {429, 12, "[]", GMAIL_SLOWER, 12, "429"},
    {429, -1, "{\"error\":{\"message\":\"User-rate limit exceeded.  Retry after 2026-03-07T18:03:15.961Z\"}}",
        GMAIL_SLOWER, 196, "Retry after"},
    {429, -1, "{\"error\":{\"message\":\"Retry after 2026-03-07T17:00:00Z.\"}}", GMAIL_SLOWER, 0, "429"},
    {429, -1, "{\"error\":{\"message\":\"Retry after tea\"}}", GMAIL_SLOWER, -1, "429"},
    {429, -1, "{\"error\":{\"message\":\"Retry after 2026-99-07T18:03:15Z\"}}", GMAIL_SLOWER, -1, "429"},
    {429, -1, "{\"error\":{\"errors\":[{\"reason\":\"dailyLimitExceeded\"}]}}", GMAIL_STOP, -1, "tomorrow"},
    {403, -1, "{\"error\":{\"errors\":[{\"reason\":\"rateLimitExceeded\"}]}}", GMAIL_SLOWER, -1, "rateLimitExceeded"},
    {403, -1, "{\"error\":{\"errors\":[{\"reason\":\"userRateLimitExceeded\"}]}}", GMAIL_SLOWER, -1,
        "userRateLimitExceeded"},
    {403, -1, "{\"error\":{\"details\":[{\"reason\":\"RATE_LIMIT_EXCEEDED\"}]}}", GMAIL_SLOWER, -1, "RATE_LIMIT"},
    {403, -1, "{\"error\":{\"errors\":[{\"reason\":\"dailyLimitExceeded\"}]}}", GMAIL_STOP, -1, "tomorrow"},
    {403, -1, "{\"error\":{\"errors\":[{\"reason\":\"domainPolicy\"}]}}", GMAIL_STOP, -1, "administrator"},
    {403, -1, "{\"error\":{\"errors\":[{\"reason\":\"accessNotConfigured\"}]}}", GMAIL_STOP, -1, "enable"},
    {403, -1, "{\"error\":{\"details\":[{\"@type\":\"x\"},{\"reason\":\"SERVICE_DISABLED\"}]}}", GMAIL_STOP, -1,
        "enable"},
    {403, -1, "{\"error\":{\"errors\":[{\"reason\":\"insufficientPermissions\"}]}}", GMAIL_STOP, -1, "gmail.readonly"},
    {403, -1,
        "{\"error\":{\"errors\":[{\"reason\":\"forbidden\"}],\"details\":[{\"reason\":\"ACCESS_TOKEN_SCOPE_"
        "INSUFFICIENT\"}]}}",
        GMAIL_STOP, -1, "scope"},
    {403, -1, "{\"error\":{\"errors\":[{\"reason\":\"somethingNew\"}],\"message\":\"No\"}}", GMAIL_ITEM_FAILED, -1,
        "somethingNew: No"},
    {403, -1, "no JSON", GMAIL_ITEM_FAILED, -1, "403"},
    {400, -1, "{\"error\":{\"errors\":[{\"reason\":\"failedPrecondition\"}]}}", GMAIL_STOP, -1, "no Gmail mailbox"},
    {400, -1, "{\"error\":\"invalid_grant\"}", GMAIL_ITEM_FAILED, -1, "invalid_grant"},
    {302, -1, "", GMAIL_ITEM_FAILED, -1, "302"},
    {500, -1, "{\"error\":{\"errors\":[{\"reason\":\"domainPolicy\"}]}}", GMAIL_AGAIN, -1, "500"},
};

static void answers_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct gmail_answer a = {answers[i].status, answers[i].retry_after_s, NOW, span_of(answers[i].body)};
		struct err e = {0};
		double wait = 99;
		print_message("%d %s\n", answers[i].status, answers[i].body);
		assert_int_equal(gmail_judge(&a, &wait, &e), answers[i].verdict);
		assert_float_equal(wait, answers[i].wait_s, 0.001);
		assert_int_equal(e.code == ERR_NONE, answers[i].words == NULL);
		if (answers[i].words && !strstr(e.text, answers[i].words))
			fail_msg("%s", e.text);
	}
}

/* Parts as they were given: "index status retry-after body;" each. */
static void note_part(void *arg, const struct batch_part *p)
{
	buf_printf(arg, "%zu %d %g ", p->index, p->status, p->retry_after_s);
	buf_append(arg, p->body.at, p->body.len);
	buf_puts(arg, p->too_large ? "too large;" : ";");
}

#define HEAD(id) "Content-Type: application/http\r\nContent-ID: <response-" id ">\r\n\r\n"
#define TYPE "multipart/mixed; boundary=b-_1"

static const struct {
	const char *type, *text, *parts;
	bool finished;
} batches[] = {
    {TYPE,
        "--b-_1\r\n" HEAD("1") "HTTP/1.1 200 OK\r\nA: b\r\n\r\n{\"x\": 1}\r\n--b-_1\r\n" HEAD(
            "0") "HTTP/1.1 429 Too Many\r\nRetry-After: 5\r\n\r\n{}\r\n--b-_1--",
        "1 200 -1 {\"x\": 1};0 429 5 {};", true},
    /* quoted boundary, preamble, bare LF, white space behind the delimiter, text behind the end */
    {"Multipart/Mixed; x=y; Boundary=\"b-_1\"; z",
        "hello\n--b-_1 \t\nContent-Id: response-2\n\nHTTP/2 404 Gone\n\nno\n--b-_1--\nbye\n--b-_1\n", "2 404 -1 no;",
        true},
    /* cut off: within a part, within a delimiter */
    {TYPE, "--b-_1\r\n" HEAD("1") "HTTP/1.1 200 OK\r\n\r\n{}\r\n--b-_1\r\n" HEAD("2") "HTTP/1.1 200 OK\r\n\r\n{",
        "1 200 -1 {};", false},
    {TYPE, "--b-_1\r\n" HEAD("1") "HTTP/1.1 200 OK\r\n\r\n{}\r\n--b-_1", "", false},
    {TYPE, "--b-_1\r\n" HEAD("1") "HTTP/1.1 200 OK\r\n\r\n{}\r\n--b-_1\r", "", false},
    {TYPE, "", "", false},
    {TYPE, "\r\n\r\n--b-_1--\r\n", "", true},
    /* the boundary's text within a body is none: not at a line's start, or longer */
    {TYPE, "--b-_1\r\n" HEAD("1") "HTTP/1.1 200 OK\r\n\r\n{--b-_1\r\n--b-_12\r\n--b-_1x--}\r\n--b-_1--",
        "1 200 -1 {--b-_1\r\n--b-_12\r\n--b-_1x--};", true},
    /* parts that answer nothing: no id, not ours, not a number, no status, nothing at all */
    {TYPE,
        "--b-_1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--b-_1\r\n" HEAD(
            "3") "HTTP/1.1 200 "
                 "OK\r\n\r\n{}\r\n--b-_1\r\n" HEAD("1x") "HTTP/1.1 200 OK\r\n\r\n{}\r\n--b-_1\r\n" HEAD(
                     "99999999999999999999") "HTTP/1.1 200 OK\r\n\r\n{}\r\n--b-_1\r\n" HEAD("1") "200 "
                                                                                                 "OK\r\n\r\n{}\r\n--b-_"
                                                                                                 "1\r\n" HEAD(
                                                                                                     "1") "HTTP/1.1 "
                                                                                                          "20\r\n\r\n{}"
                                                                                                          "\r\n--b-_"
                                                                                                          "1\r\n" HEAD(
                                                                                                              "1") "HTT"
                                                                                                                   "P/"
                                                                                                                   "1."
                                                                                                                   "1 "
                                                                                                                   "099"
                                                                                                                   " No"
                                                                                                                   "\r"
                                                                                                                   "\n"
                                                                                                                   "\r"
                                                                                                                   "\n{"
                                                                                                                   "}\r"
                                                                                                                   "\n-"
                                                                                                                   "-b-"
                                                                                                                   "_1"
                                                                                                                   "\r"
                                                                                                                   "\n" HEAD(
                                                                                                                       "1") "\r\n--b-_1\r\n--b-_1--",
        "", true},
    {TYPE,
        "--b-_1\r\nContent-ID: <-1>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--b-_1\r\nContent-ID: "
        "<response->\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--b-_1--",
        "", true},
    /* no body */
    {TYPE, "--b-_1\r\n" HEAD("0") "HTTP/1.1 503 Bad\r\nRetry-After: soon\r\n\r\n\r\n--b-_1--", "0 503 -1 ;", true},
    /* above the cap of 200 bytes: told once, and what follows is read */
    {TYPE,
        "--b-_1\r\n" HEAD(
            "1") "HTTP/1.1 200 "
                 "OK\r\n\r\n012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
                 "7890123456789012345678901234567890123456789012345678901234567890123456789"
                 "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
                 "789--b-_1\r\n\r\n--b-_1\r\n" HEAD("2") "HTTP/1.1 200 OK\r\n\r\n{}\r\n--b-_1--",
        "1 0 -1 too large;2 200 -1 {};", true},
};

static void read_batch(size_t i, size_t step)
{
	struct batch_reader r;
	struct buf parts = {0};
	struct err e = {0};
	size_t n = strlen(batches[i].text);

	assert_int_equal(batch_reader_init(&r, batches[i].type, 3, 200, note_part, &parts, &e), 0);
	for (size_t at = 0; at < n; at += step)
		batch_reader_feed(&r, batches[i].text + at, n - at < step ? n - at : step);
	/* In one piece nothing is too large while it is not held. */
	if (strstr(batches[i].parts, "too large") == NULL || step < 64)
		assert_string_equal(buf_str(&parts), batches[i].parts);
	assert_int_equal(batch_reader_finished(&r), batches[i].finished);
	batch_reader_clear(&r);
	buf_clear(&parts);
}

static void batches_are_read_in_any_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(batches); i++)
		for (size_t step = 1; step <= strlen(batches[i].text) + 1; step += step < 20 ? 1 : 37)
			read_batch(i, step);
}

static void a_flood_in_a_batch_is_not_kept(void **state)
{
	static char flood[4096];
	struct batch_reader r;
	struct buf parts = {0};
	struct err e = {0};

	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		memset(flood, "a- \n"[kind], sizeof flood);
		assert_int_equal(batch_reader_init(&r, TYPE, 3, 10000, note_part, &parts, &e), 0);
		/* Before the first part, then as a part, then behind a delimiter. */
		for (int stage = 0; stage < 3; stage++) {
			for (int i = 0; i < 500; i++)
				batch_reader_feed(&r, flood, sizeof flood);
			assert_true(r.held.cap < 100000);
			batch_reader_feed(&r, "\n--b-_1", 7);
			if (stage == 0)
				batch_reader_feed(&r, "\n", 1);
		}
		batch_reader_clear(&r);
		buf_clear(&parts);
	}
}

static void an_answer_that_is_no_batch_is_told(void **state)
{
	static const char *const types[] = {NULL, "", "application/json", "multipart/mixed",
	    "multipart/mixed; boundary=", "multipart/mixed; boundary=\"\"", "boundary=x"};
	struct batch_reader r;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		assert_int_equal(batch_reader_init(&r, types[i], 3, 200, note_part, NULL, &e), -1);
		batch_reader_clear(&r);
	}
}

static void a_batch_is_written(void **state)
{
	struct buf b = {0};

	(void)state;
	batch_add(&b, 0, "/gmail/v1/users/me/messages/a?format=raw");
	batch_add(&b, 17, "/x");
	batch_finish(&b);
	assert_string_equal(b.data,
	    "--mailroom_batch_of_calls\r\nContent-Type: application/http\r\nContent-ID: <0>\r\n\r\n"
	    "GET /gmail/v1/users/me/messages/a?format=raw HTTP/1.1\r\n\r\n\r\n"
	    "--mailroom_batch_of_calls\r\nContent-Type: application/http\r\nContent-ID: <17>\r\n\r\nGET /x "
	    "HTTP/1.1\r\n\r\n\r\n"
	    "--mailroom_batch_of_calls--\r\n");
	buf_clear(&b);
}

static const struct {
	const char *text;
	int rc;
	const char *raw; /* NULL: there is none */
	const char *id;
} messages[] = {
    {"{\"id\":\"1\",\"raw\":\"Zm9v\"}", 0, "foo", "1"},
    {"{\"raw\" :\n \"Zm9v\", \"id\": \"1\"}", 0, "foo", "1"},
    {"{\"raw\":\"\",\"id\":\"1\"}", 0, "", "1"},
    {"{\"raw\":\"Zm9vYg==\",\"id\":1}", 0, "foob", "1"},
    /* escapes go the slow way */
    {"{\"raw\":\"\\/\\/\\/\\/\",\"id\":\"1\"}", 0, "\xff\xff\xff", "1"},
    {"{\"raw\":\"\\u005am9v\",\"id\":\"1\"}", 0, "foo", "1"},
    /* a "raw" elsewhere is another thing */
    {"{\"x\":{\"raw\":\"Zm9v\"},\"id\":\"1\"}", 0, NULL, "1"},
    {"{\"x\":[\"raw\",\"Zm9v\"],\"id\":\"1\"}", 0, NULL, "1"},
    {"{\"x\":\"\\\"raw\\\":\\\"Zm9v\\\"\",\"raw\":\"YmFy\",\"id\":\"1\"}", 0, "bar", "1"},
    {"{\"id\":\"raw\",\"y\":\"Zm9v\"}", 0, NULL, "raw"},
    {"{\"raw\":null,\"id\":\"1\"}", 0, NULL, "1"},
    {"{\"raw\":{\"a\":\"Zm9v\"},\"id\":\"1\"}", 0, NULL, "1"},
    /* broken */
    {"", -1, NULL, NULL},
    {"{\"raw\":\"", -1, NULL, NULL},
    {"{\"raw\":\"Zm9v", -1, NULL, NULL},
    {"{\"raw\":\"Zm9v\"", -1, NULL, NULL},
    {"{\"raw\":\"Zm9v\\\"", -1, NULL, NULL},
    {"{\"raw\":\"Zm9v\\", -1, NULL, NULL},
    {"{\"raw\":\"Zm 9v\",\"id\":\"1\"}", -1, NULL, NULL},
    {"{\"raw\":\"Zm9vY\",\"id\":\"1\"}", -1, NULL, NULL},
    {"{\"raw\":\"Zm9v\"x,\"id\":\"1\"}", -1, NULL, NULL},
    {"{\"raw\":\"Zm9v\",\"id\":\"\\u0000\"}", -1, NULL, NULL},
    {"[{\"raw\":\"Zm9v\"}]", -1, NULL, NULL},
    {"{\"raw\":\"Zm9v\",\"raw\":\"YmFy\",\"id\":\"1\"}", -1, NULL, NULL},
    {"{\"raw\":\"Zm9v\",\"\\u0072aw\":\"YmFy\",\"id\":\"1\"}", -1, NULL, NULL},
    {"}}}{\"raw\":\"Zm9v\"}", -1, NULL, NULL},
    {"\"raw\":\"Zm9v\"", -1, NULL, NULL},
    {"{\"id\":\"\xff\"}", -1, NULL, NULL},
};

static void raw_is_taken_out_of_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		/* Memory of the exact size, so that a sanitizer sees a byte too many. */
		size_t n = strlen(messages[i].text);
		char *text = malloc(n ? n : 1);
		struct buf raw = {0};
		struct err e = {0};
		json_t *root = NULL;
		bool has_raw = false;

		memcpy(text, messages[i].text, n);
		print_message("%s\n", messages[i].text);
		assert_int_equal(
		    gmail_json_load_raw((struct span){text, n}, &root, &raw, &has_raw, &e), messages[i].rc);
		assert_int_equal(e.code, messages[i].rc ? ERR_TEMPORARY : ERR_NONE);
		assert_string_equal(buf_str(&raw), messages[i].raw ? messages[i].raw : "");
		if (messages[i].rc == 0) {
			assert_int_equal(has_raw, messages[i].raw != NULL);
			assert_string_equal(gmail_json_id(root, "id"), messages[i].id);
		}
		json_decref(root);
		buf_clear(&raw);
		free(text);
	}
}

static void deep_json_is_refused(void **state)
{
	struct buf b = {0};
	struct err e = {0};
	json_t *root;

	(void)state;
	buf_puts(&b, "{\"a\":");
	for (int i = 0; i < 1000000; i++)
		buf_putc(&b, '[');
	assert_int_equal(gmail_json_load((struct span){b.data, b.len}, &root, &e), -1);
	assert_non_null(strstr(e.text, "deep"));
	buf_clear(&b);
}

static void numbers_come_in_quotes_or_not(void **state)
{
	json_t *o = json_pack("{s:s, s:I, s:s, s:b}", "a", "1700000000000", "b", (json_int_t)12, "c", "x1", "d", 1);

	(void)state;
	assert_int_equal(gmail_json_int(o, "a", -1), 1700000000000);
	assert_int_equal(gmail_json_int(o, "b", -1), 12);
	assert_int_equal(gmail_json_int(o, "c", -1), -1);
	assert_int_equal(gmail_json_int(o, "d", -1), -1);
	assert_int_equal(gmail_json_int(o, "e", -1), -1);
	assert_string_equal(gmail_json_id(o, "b"), "12");
	assert_null(gmail_json_id(o, "d"));
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bucket_keeps_to_its_rate),
	    cmocka_unit_test(bucket_lets_a_large_cost_through_when_full),
	    cmocka_unit_test(bucket_never_exceeds_the_minute),
	    cmocka_unit_test(units_are_googles),
	    cmocka_unit_test(backoff_doubles_with_jitter),
	    cmocka_unit_test(answers_are_judged),
	    cmocka_unit_test(batches_are_read_in_any_pieces),
	    cmocka_unit_test(a_flood_in_a_batch_is_not_kept),
	    cmocka_unit_test(an_answer_that_is_no_batch_is_told),
	    cmocka_unit_test(a_batch_is_written),
	    cmocka_unit_test(raw_is_taken_out_of_json),
	    cmocka_unit_test(deep_json_is_refused),
	    cmocka_unit_test(numbers_come_in_quotes_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
