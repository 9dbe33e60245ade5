/* Authentication-Results: what counts, and what only looks like it. */
#include "mail/authres.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *what, const char *got, const char *wanted)
{
	if (!got != !wanted || (got && strcmp(got, wanted) != 0))
		fail_msg("%s: [%s], not [%s]", what, got ? got : "NULL", wanted ? wanted : "NULL");
}

static void results_are_read(void **state)
{
	static const struct {
		const char *value, *id, *spf, *dkim, *dmarc;
	} rows[] = {
	    {"", NULL, NULL, NULL, NULL},
	    {";", NULL, NULL, NULL, NULL},
	    {"(only a comment)", NULL, NULL, NULL, NULL},
	    {"spf=pass smtp.mailfrom=a@example.org; dkim=pass", NULL, NULL, NULL, NULL},
	    {"mx.example.org; none", "mx.example.org", NULL, NULL, NULL},
	    {"mx.example.org 1; none", "mx.example.org", NULL, NULL, NULL},
	    {"mx.example.org", "mx.example.org", NULL, NULL, NULL},
	    {"mx.example.org; spf=pass; dkim=fail; dmarc=none", "mx.example.org", "pass", "fail", "none"},
	    {" (c) mx.example.org (d)\r\n\t; SPF = Pass (a; dkim=pass) smtp.mailfrom=x@y;\r\n dmarc/1 = FAIL",
	        "mx.example.org", "pass", NULL, "fail"},
	    {"\"mx example\"; spf=pass", NULL, NULL, NULL, NULL},
	    {"\"mx.example\"; spf=pass", "mx.example", "pass", NULL, NULL},
	    {"a; dkim=fail header.d=x; dkim=pass header.d=y; dkim=none", "a", NULL, "pass", NULL},
	    {"a; dkim=neutral; dkim=fail", "a", NULL, "neutral", NULL},
	    {"a; dkim=pass reason=\"x; dmarc=pass\" header.b=\"y\\\"; spf=pass\"; dmarc=fail", "a", NULL, "pass",
	        "fail"},
	    {"a; dkim=fail (dkim=pass \\) ; dkim=pass (nested; dkim=pass)); spf=softfail", "a", "softfail", "fail",
	        NULL},
	    {"a; spf=fail (never closed; spf=pass", "a", "fail", NULL, NULL},
	    {"a; spf=fail \"never closed; spf=pass", "a", "fail", NULL, NULL},
	    {"a; spf; spf=; spf==pass; xspf=pass; spf.x=pass; spf=p\xc3\xa4ss", "a", NULL, NULL, NULL},
	    {"a; dkim-adsp=pass; arc=pass; bimi=skipped;; ;dmarc=pass (p=REJECT) header.from=x", "a", NULL, NULL,
	        "pass"},
	    {"a\xff; spf=pass", NULL, NULL, NULL, NULL},
	    {"a; spf=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a", NULL, NULL, NULL},
	    {"mx.google.com;\r\n       dkim=pass header.i=@example.org header.s=s1 header.b=\"Ab/+\";\r\n"
	     "       spf=pass (google.com: domain of b@example.org designates 192.0.2.1 as permitted sender)"
	     " smtp.mailfrom=\"b@example.org\";\r\n       dmarc=pass (p=NONE sp=NONE dis=NONE)"
	     " header.from=example.org",
	        "mx.google.com", "pass", "pass", "pass"},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct auth_results r;
		bool have = authres_parse(&a, rows[i].value, strlen(rows[i].value), &r);
		assert_int_equal(have, rows[i].id != NULL);
		check(rows[i].value, r.authserv_id, rows[i].id);
		check(rows[i].value, r.spf, rows[i].spf);
		check(rows[i].value, r.dkim, rows[i].dkim);
		check(rows[i].value, r.dmarc, rows[i].dmarc);
	}
	arena_clear(&a);
}

static void nulls_and_depth_are_survived(void **state)
{
	static const char nul[] = "a; spf=pa\0ss; dkim=pass";
	struct arena a = {0};
	struct auth_results r;
	struct buf deep = {0};

	(void)state;
	assert_true(authres_parse(&a, nul, sizeof nul - 1, &r));
	assert_null(r.spf);
	assert_string_equal(r.dkim, "pass");
	buf_puts(&deep, "a; spf=fail ");
	for (size_t i = 0; i < 500000; i++)
		buf_putc(&deep, '(');
	buf_puts(&deep, "; spf=pass");
	assert_true(authres_parse(&a, deep.data, deep.len, &r));
	assert_string_equal(r.spf, "fail");
	buf_clear(&deep);
	arena_clear(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(results_are_read),
	    cmocka_unit_test(nulls_and_depth_are_survived),
	};

	return cmocka_run_group_tests_name("authres", tests, NULL, NULL);
}
