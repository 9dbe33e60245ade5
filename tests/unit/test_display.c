/* Text from outside as people see it: clean, cut, wrapped, escaped. */
#include "base/utf8.h"
#include "job/display.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_clean(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
	    {NULL, ""}, {"", ""}, {"  plain \t text\r\n", "plain text"}, {"a\nBcc: x@y.example", "a Bcc: x@y.example"},
	    {"bell\a and esc\033[31m", "bell and esc [31m"},
	    {"C1 \xc2\x9b"
	     "31m",
	        "C1 31m"},
	    {"invoice\xe2\x80\xae"
	     "fdp.exe",
	        "invoicefdp.exe"},                           /* U+202E */
	    {"\xe2\x81\xa6iso\xe2\x81\xa9 \xd8\x9c", "iso"}, /* U+2066, U+2069, U+061C */
	    {"a\xe2\x80\x8b"
	     "b\xef\xbb\xbf"
	     "c\xc2\xad"
	     "d",
	        "abcd"},                    /* U+200B, U+FEFF, U+00AD */
	    {"tag\xf3\xa0\x81\xa1", "tag"}, /* U+E0061 */
	    {"a\xc2\xa0\xe3\x80\x80"
	     "b\xe2\x80\xa8"
	     "c",
	        "a b c"}, /* U+00A0, U+3000, U+2028 */
	    {"bad \xff byte", "bad \xef\xbf\xbd byte"}, {"cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd"},
	    {"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", "e\xcc\x81\xcc\x81\xcc\x81"}, /* a pile of accents */
	    {"\xcc\x81 x", "x"},
	    {"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"}, /* Hebrew stays */
	    {"\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4\xef\xb8\x8f"},                 /* a heart as emoji stays */
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *got = display_clean(&a, cases[i].in);
		assert_string_equal(got, cases[i].want);
		assert_true(utf8_is_valid(got, strlen(got)));
	}
	arena_clear(&a);
}

static void test_cut(void **state)
{
	static const struct {
		const char *in;
		size_t columns;
		const char *want;
	} cases[] = {
	    {"short", 5, "short"},
	    {"the second draft", 12, "the second…"},
	    {"the second draft", 11, "the second…"},
	    {"the second draft", 10, "the secon…"},
	    {"term sheet, draft", 12, "term sheet…"},
	    {"unbreakable-word", 6, "unbre…"},
	    {"a unbreakable-word", 8, "a unbre…"},
	    {"日本語の件名", 7, "日本語…"},
	    {"日本語の件名", 6, "日本…"},
	    {"x", 0, ""},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *got = display_cut(&a, cases[i].in, cases[i].columns);
		assert_string_equal(got, cases[i].want);
		assert_true(utf8_columns(got, strlen(got)) <= cases[i].columns);
	}
	arena_clear(&a);
}

static void test_wrap(void **state)
{
	static const struct {
		const char *in, *first, *rest;
		size_t width;
		const char *want;
	} cases[] = {
	    {"", "", "", 10, "\n"},
	    {"one two three", "", "", 9, "one two\nthree\n"},
	    {"one two three", "- ", "  ", 9, "- one two\n  three\n"},
	    {"a verylongword b", "", "", 8, "a\nverylongword\nb\n"},
	    {"aaaaaaaaaaaaaaaaaaaa", "", "", 4, "aaaaaaaa\naaaaaaaa\naaaa\n"},
	};
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buf_reset(&b);
		display_wrap(&b, cases[i].in, cases[i].first, cases[i].rest, cases[i].width);
		assert_string_equal(buf_str(&b), cases[i].want);
	}
	buf_clear(&b);
}

static void test_pad(void **state)
{
	struct arena a = {0};
	struct buf b = {0};

	(void)state;
	display_pad(&b, &a, "日本", 6);
	display_pad(&b, &a, "|a longer name", 8);
	assert_string_equal(buf_str(&b), "日本  |a long…");
	buf_clear(&b);
	arena_clear(&a);
}

static void test_html(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
	    {"", ""},
	    {"plain", "plain"},
	    {"<script>alert(\"1\")</script>", "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"},
	    {"Söhne & Co's", "Söhne &amp; Co&#39;s"},
	    {"&amp;", "&amp;amp;"},
	};
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buf_reset(&b);
		display_html(&b, cases[i].in);
		assert_string_equal(buf_str(&b), cases[i].want);
	}
	buf_clear(&b);
}

static void test_list(void **state)
{
	static const char *const names[] = {"A", "B", "C", "D", "E", "F"};
	static const char *const want[] = {
	    "", "A", "A and B", "A, B and C", "A, B, C and D", "A, B, C and 2 others", "A, B, C and 3 others"};
	struct arena a = {0};

	(void)state;
	for (size_t n = 0; n < sizeof want / sizeof *want; n++)
		assert_string_equal(display_list(&a, names, n, 3), want[n]);
	assert_string_equal(display_count(&a, 0, "message"), "0 messages");
	assert_string_equal(display_count(&a, 1, "message"), "1 message");
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_clean),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_wrap),
	    cmocka_unit_test(test_pad),
	    cmocka_unit_test(test_html),
	    cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
