/* JSON as text, piece by piece. */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void values_are_put_together(void **state)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	json_open(&j, '{');
	json_key(&j, "list");
	json_open(&j, '[');
	json_int(&j, INT64_MIN);
	json_bool(&j, true);
	json_bool(&j, false);
	json_nil(&j);
	json_open(&j, '{');
	json_close(&j, '}');
	json_close(&j, ']');
	json_key(&j, "none");
	json_str(&j, NULL);
	json_close(&j, '}');
	assert_string_equal(buf_str(&out), "{\"list\": [-9223372036854775808, true, false, null, {}], \"none\": null}");
	buf_clear(&out);
	(void)state;
}

static void any_bytes_become_a_string(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *wanted;
	} rows[] = {
	    {"", 0, "\"\""},
	    {"plain", 5, "\"plain\""},
	    {"\"\\/\b\n\r\t\x1f\x7f", 9, "\"\\\"\\\\/\\u0008\\n\\r\\t\\u001f\\u007f\""},
	    {"a\0b", 3, "\"a\\u0000b\""},
	    {"caf\xc3\xa9", 5, "\"caf\xc3\xa9\""},
	    {"caf\xe9!", 5, "\"caf\xef\xbf\xbd!\""},
	    {"\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
	    {"\xc2\x9b"
	     "31m\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8",
	        14, "\"\\u009b31m\\u202e\\u2066\\u2028\""},
	    {"\xc2\xa0\xe2\x82\xac\xe2\x80\x8f", 8, "\"\xc2\xa0\xe2\x82\xac\xe2\x80\x8f\""},
	    {"\xff", 1, "\"\xef\xbf\xbd\""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out = {0};
		struct json j = {.out = &out};
		json_text(&j, rows[i].bytes, rows[i].n);
		assert_string_equal(buf_str(&out), rows[i].wanted);
		buf_clear(&out);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_put_together),
	    cmocka_unit_test(any_bytes_become_a_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
