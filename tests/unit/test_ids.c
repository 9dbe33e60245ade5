#include "mail/ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void reads_lists(void **state)
{
	static const struct {
		const char *in, *ids[3];
	} rows[] = {
	    {"", {NULL}},
	    {"<a@b>", {"a@b"}},
	    {"<a@b> <c@d>", {"a@b", "c@d"}},
	    {"<a@b><c@d>", {"a@b", "c@d"}},
	    {"<a@b>,\r\n\t<c@d>", {"a@b", "c@d"}},
	    {"<a@\r\n b>", {"a@b"}},
	    {"<a@ b>", {"a@ b"}},
	    {"Ann's message of Monday <a@b>", {"a@b"}},
	    {"a@b c@d", {"a@b", "c@d"}},
	    {"message of Monday", {NULL}},
	    {"<a@b", {"a@b"}},
	    {"<>", {NULL}},
	    {"< >", {NULL}},
	    {"<a\xff@b>", {"a?@b"}},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct string_list l = {0};
		size_t n = 0;
		assert_true(ids_parse(&a, span_of(rows[i].in), 1000, &l));
		for (; rows[i].ids[n]; n++)
			assert_string_equal(l.items[n], rows[i].ids[n]);
		assert_int_equal(l.count, n);
	}
	arena_clear(&a);
}

static void caps_lists(void **state)
{
	struct string_list l = {0};
	struct arena a = {0};

	(void)state;
	assert_false(ids_parse(&a, span_of("<a@b> <c@d> <e@f>"), 2, &l));
	assert_int_equal(l.count, 2);
	assert_string_equal(l.items[1], "c@d");
	arena_clear(&a);
}

static void reads_one(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {{"<a@b>", "a@b"}, {"a@b", "a@b"}, {"x <a@b> y", "a@b"}, {"<a@b", "a@b"}, {"", NULL}, {"<>", NULL},
	    {"<a@b@c>", "a@b@c"}, {"no at sign", "no at sign"}};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *id = ids_one(&a, span_of(rows[i].in));
		if (rows[i].out)
			assert_string_equal(id, rows[i].out);
		else
			assert_null(id);
	}
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_lists), cmocka_unit_test(caps_lists), cmocka_unit_test(reads_one)};

	return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}
