/* base64url: both alphabets, padded or not; what is no base64url is refused. */
#include "net/base64url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *encoded, *bytes; /* bytes NULL: refused */
} table[] = {
    {"", ""},
    {"Zg", "f"},
    {"Zg==", "f"},
    {"Zm8", "fo"},
    {"Zm8=", "fo"},
    {"Zm9v", "foo"},
    {"Zm9vYg", "foob"},
    {"Zm9vYmE=", "fooba"},
    {"Zm9vYmFy", "foobar"},
    {"_-_-", "\xff\xef\xfe"},
    {"/+/+", "\xff\xef\xfe"},
    {"Z", NULL},
    {"Zm9vY", NULL},
    {"Z===", NULL},
    {"Zg=", NULL},
    {"Zm9v=", NULL},
    {"Zm9v==", NULL},
    {"=", NULL},
    {"====", NULL},
    {"Zm=v", NULL},
    {"Zm9v\n", NULL},
    {"Zm 9v", NULL},
    {"Zm9\xc3", NULL},
    {"Zm\\/v", NULL},
};

static void decodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct buf out = {0};
		buf_puts(&out, "before");
		assert_int_equal(
		    base64url_decode(table[i].encoded, strlen(table[i].encoded), &out), table[i].bytes != NULL);
		assert_memory_equal(out.data, "before", 6);
		assert_string_equal(out.data + 6, table[i].bytes ? table[i].bytes : "");
		buf_clear(&out);
	}
}

static void round_trips(void **state)
{
	uint8_t bytes[300];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t n = 0; n <= sizeof bytes; n++) {
		struct buf text = {0}, back = {0};
		base64url_encode(bytes, n, &text);
		assert_int_equal(text.len, (n * 4 + 2) / 3);
		assert_true(base64url_decode(text.data, text.len, &back));
		assert_int_equal(back.len, n);
		assert_memory_equal(back.data, bytes, n);
		buf_clear(&text);
		buf_clear(&back);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(decodes), cmocka_unit_test(round_trips)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
