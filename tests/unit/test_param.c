#include "mail/param.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { DEPTH = 64, PARTS = 1000 };

struct row {
	const char *in, *value, *name, *text; /* text NULL: there is no such parameter */
};

static const struct row rows[] = {
    {"text/plain", "text/plain", "charset", NULL},
    {"text/plain; charset=utf-8", "text/plain", "charset", "utf-8"},
    {"text/plain; CHARSET = \"utf-8\" ; x=y", "text/plain", "charset", "utf-8"},
    {"text/plain;charset=utf-8;", "text/plain", "charset", "utf-8"},
    {" text/plain (a (nested) comment) ; (c) charset=us-ascii (plain)", "text/plain", "charset", "us-ascii"},
    {"a/b; name=\"a;b=c\"; x=1", "a/b", "x", "1"},
    {"a/b; name=\"q\\\"uo\\\\te\"", "a/b", "name", "q\"uo\\te"},
    {"a/b; name=my file.txt; x=1", "a/b", "name", "my file.txt"},
    {"a/b; name=\"never closed", "a/b", "name", "never closed"},
    {"a/b; name=", "a/b", "name", ""},
    {"a/b; =x; name=y", "a/b", "name", "y"},
    {"a/b; name; x=y", "a/b", "x", "y"},
    {"a/b; boundary=\"\\\"\"", "a/b", "boundary", "\""},
    {"a/b; boundary=\"\"", "a/b", "boundary", ""},
    {"a/b; name*0=one; name*1=two", "a/b", "name", "onetwo"},
    {"a/b; name*1=two; name*0=one", "a/b", "name", "onetwo"},
    {"a/b; name*=utf-8'de'gr%C3%BC%C3%9Fe", "a/b", "name",
        "gr\xc3\xbc\xc3\x9f"
        "e"},
    {"a/b; name*0*=iso-8859-1''gr%FC; name*1=\"%DF\"; name*2*=%DFe", "a/b", "name",
        "gr\xc3\xbc%\x44\x46\xc3\x9f"
        "e"},
    {"a/b; name*=nothing%20quoted", "a/b", "name", "nothing quoted"},
    {"a/b; name=plain; name*=utf-8''better", "a/b", "name", "better"},
    {"a/b; name*x=y", "a/b", "name", NULL},
    {"a/b; name=\"=?utf-8?q?gr=C3=BC=C3=9Fe?=\"", "a/b", "name",
        "gr\xc3\xbc\xc3\x9f"
        "e"},
    {"a/b; name=\"gr\xfc\xdf\"", "a/b", "name", "gr\xc3\xbc\xc3\x9f"},
    {"a/b; name=\"folded\r\n name\"", "a/b", "name", "folded name"},
    {"", "", "name", NULL},
    {";;;", "", "name", NULL},
    {"((((", "", "name", NULL},
};

static void reads_parameters(void **state)
{
	struct charset_cache *c = charset_cache_new();
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct param_list l;
		bool cut = false;
		param_parse(&a, span_of(rows[i].in), DEPTH, &l);
		assert_string_equal(span_dup(&a, l.value), rows[i].value);
		const char *text = param_text(c, &a, &l, rows[i].name, PARTS, &cut);
		if (rows[i].text)
			assert_string_equal(text, rows[i].text);
		else
			assert_null(text);
		assert_false(cut);
	}
	charset_cache_free(c);
	arena_clear(&a);
}

/* 100,000 continuations in reverse order: the first thousand that stand there are taken. */
static void caps_continuations(void **state)
{
	struct charset_cache *c = charset_cache_new();
	struct arena a = {0};
	struct param_list l;
	bool cut = false;
	char *s = arena_alloc(&a, 100000 * 20);
	size_t n = (size_t)sprintf(s, "a/b");

	(void)state;
	for (int i = 100000; i-- > 0;)
		n += (size_t)sprintf(s + n, "; name*%d=x", i);
	param_parse(&a, (struct span){s, n}, DEPTH, &l);
	const char *text = param_text(c, &a, &l, "name", PARTS, &cut);
	assert_int_equal(strlen(text), PARTS);
	assert_true(cut);
	charset_cache_free(c);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_parameters), cmocka_unit_test(caps_continuations)};

	return cmocka_run_group_tests_name("param", tests, NULL, NULL);
}
