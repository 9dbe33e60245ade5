#include "mail/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *in, *out;
};

typedef size_t decoder(const char *s, size_t n, char *out);

static void check(decoder *decode, const struct row *rows, size_t count)
{
	char out[256];

	for (size_t i = 0; i < count; i++) {
		size_t n = decode(rows[i].in, strlen(rows[i].in), out);
		assert_int_equal(n, strlen(rows[i].out));
		assert_memory_equal(out, rows[i].out, n);
	}
}

static size_t base64(const char *s, size_t n, char *out)
{
	return decode_base64(s, n, out, NULL);
}

static void reads_base64(void **state)
{
	static const struct row rows[] = {{"", ""}, {"SGVsbG8=", "Hello"}, {"SGVsbG8", "Hello"},
	    {"SGVs\r\nbG8=\r\n", "Hello"}, {"S G V s b G 8 =", "Hello"}, {"SGVs*bG8=", "Hello"}, {"SGVsbA==", "Hell"},
	    {"SGVsbA", "Hell"}, {"SGVsbA==SGVsbA==", "Hell"}, {"=SGVs", "Hel"}, {"S", ""},
	    {"SGVsbG8gd29ybGQhIQ==\n\nfooter text", "Hello world!!"}};
	size_t junk;
	char out[32];

	(void)state;
	check(base64, rows, sizeof rows / sizeof *rows);
	decode_base64("SG*V-s\n", 7, out, &junk);
	assert_int_equal(junk, 2);
}

static void reads_quoted_printable(void **state)
{
	static const struct row rows[] = {{"", ""}, {"a=20b", "a b"}, {"a=\nb", "ab"}, {"a=\r\nb", "ab"},
	    {"a= \t\nb", "ab"}, {"a=", "a"}, {"a=4", "a=4"}, {"a=zz", "a=zz"}, {"=e4=E4", "\xe4\xe4"},
	    {"a \nb", "a \nb"}, {"a==20", "a= "}, {"x=3D=\n", "x="}};

	(void)state;
	check(decode_quoted_printable, rows, sizeof rows / sizeof *rows);
}

static void reads_q_and_percent(void **state)
{
	static const struct row q[] = {{"a_b=5F", "a b_"}, {"=", "="}, {"=4", "=4"}, {"a b", "a b"}};
	static const struct row percent[] = {{"a%20b", "a b"}, {"%", "%"}, {"%4", "%4"}, {"%zz", "%zz"}};

	(void)state;
	check(decode_q, q, sizeof q / sizeof *q);
	check(decode_percent, percent, sizeof percent / sizeof *percent);
}

static void reads_uuencode(void **state)
{
	static const struct row rows[] = {{"begin 644 x\n%:&5L;&\\ \n`\nend\n", "hello"},
	    {"begin 644 x\r\n%:&5L;&\\ \r\n`\r\nend\r\n", "hello"}, {"%:&5L;&\\\n", "hello"},
	    {"no such thing at all\n", ""}, {"begin 644 x\nend\n", ""}};

	(void)state;
	check(decode_uu, rows, sizeof rows / sizeof *rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_base64), cmocka_unit_test(reads_quoted_printable),
	    cmocka_unit_test(reads_q_and_percent), cmocka_unit_test(reads_uuencode)};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
