/* What may go over SMTP: bytes, addresses, envelope ids. */
#include "net/smtp_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *bytes;
	size_t n;        /* 0: strlen */
	const char *bad; /* NULL: good */
	bool eightbit, utf8_header;
} texts[] = {
    {"a: b\r\n\r\nc\r\n", 0, NULL, false, false},
    {"\r\n", 0, NULL, false, false},
    {".\r\n", 0, NULL, false, false},
    {"a: b\r\n\r\n\303\251\r\n", 0, NULL, true, false},
    {"a: \303\251\r\n\r\nc\r\n", 0, NULL, true, true},
    {"a: b\r\n\r\n\303\251\r\nc: \303\251\r\n", 0, NULL, true, false},
    {"", 0, "empty", false, false},
    {"a: b\r\n\r\nc", 0, "does not end with a line end (CRLF): line 3", false, false},
    {"a: b\r\n\r\nc\r", 0, "does not end with a line end (CRLF): line 3", false, false},
    {"a: b\r\n\r\nc\n", 0, "line 3 of the message ends with LF alone", false, false},
    {"a: b\n\r\n", 0, "line 1 of the message ends with LF alone", false, false},
    {"\n", 0, "line 1 of the message ends with LF alone", false, false},
    {"a: b\r\n\r\nc\rd\r\n", 0, "line 3 of the message has a CR without LF", false, false},
    {"a: b\r\n\r\nc\r\r\n", 0, "line 3 of the message has a CR without LF", false, false},
    {"a: b\r\n\r\nc\0d\r\n", 13, "line 3 of the message has a NUL", false, false},
    {"a: b\r\n\r\nc\r\n.\n.\r\n", 0, "line 4 of the message ends with LF alone", false, false},
};

static void texts_are_checked(void **state)
{
	struct smtp_needs needs;
	char line[1001 + 2];

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct err e = {0};
		size_t n = texts[i].n ? texts[i].n : strlen(texts[i].bytes);
		int rc = smtp_check_bytes(texts[i].bytes, n, &needs, &e);
		if (rc != (texts[i].bad ? -1 : 0) || (texts[i].bad && !strstr(e.text, texts[i].bad)))
			fail_msg("text %zu: %d %s", i, rc, e.text);
		assert_true(rc == 0 || e.code == ERR_INPUT);
		assert_true(
		    rc < 0 || (needs.eightbit == texts[i].eightbit && needs.utf8_header == texts[i].utf8_header));
	}
	for (size_t n = 998; n <= 999; n++) {
		struct err e = {0};
		memset(line, 'x', n);
		memcpy(line + n, "\r\n", 3);
		assert_int_equal(smtp_check_bytes(line, n + 2, &needs, &e), n == 998 ? 0 : -1);
	}
}

static const struct {
	const char *address, *wire; /* wire NULL: refused, with these words */
	const char *bad;
} addresses[] = {
    {"kay@x.example", "kay@x.example", NULL},
    {"Kay.O'Neil+tag@X.Example", "Kay.O'Neil+tag@x.example", NULL},
    {"\"a@b\"@x.example", "\"a@b\"@x.example", NULL},
    {"kay@[192.0.2.1]", "kay@[192.0.2.1]", NULL},
    {"kay@[IPv6:2001:db8::1]", "kay@[IPv6:2001:db8::1]", NULL},
    {"kay@b\303\274cher.example", "kay@xn--bcher-kva.example", NULL},
    {"k\303\244y@b\303\274cher.example", "k\303\244y@xn--bcher-kva.example", NULL},
    {"kay", NULL, "no domain"},
    {"@x.example", NULL, "no domain or nothing before it"},
    {"kay@", NULL, "a domain that is none"},
    {"kay@.example", NULL, "a domain that is none"},
    {"kay@x..example", NULL, "a domain that is none"},
    {"kay@x.example,mara@x.example", NULL, "a name that is none"},
    {"@relay.example:kay@x.example", NULL, "a name that is none"},
    {"\"a\\\"b\"@x.example", "\"a\\\"b\"@x.example", NULL},
    {"\"a\"b\"@x.example", NULL, "a name that is none"},
    {"\"a\\\"@x.example", NULL, "a name that is none"},
    {"\"a@x.example", NULL, "a name that is none"},
    {"kay@x,y", NULL, "a domain that is none"},
    {"kay@[x", NULL, "a domain that is none"},
    {"kay@[1.2.3.4 ]", NULL, "a space"},
    {"", NULL, "no domain"},
    {"a b@x.example", NULL, "a space or an angle bracket"},
    {"<a@x.example>", NULL, "a space or an angle bracket"},
    {"a@x.example> SIZE=1", NULL, "a space or an angle bracket"},
    {"a@x.example\r\nDATA", NULL, "a control character"},
    {"a\nb@x.example", NULL, "a control character"},
    {"a\tb@x.example", NULL, "a control character"},
    {"a\177b@x.example", NULL, "a control character"},
    {"a\302\205b@x.example", NULL, "a control character"},
    {"a\342\200\250b@x.example", NULL, "a control character"},
    {"a\377@x.example", NULL, "no UTF-8"},
};

static void addresses_are_checked(void **state)
{
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct err e = {0};
		const char *wire;
		int rc = smtp_check_address(&a, addresses[i].address, false, &wire, &e);
		if (rc != (addresses[i].wire ? 0 : -1) || (rc < 0 && e.code != ERR_INPUT) ||
		    (addresses[i].bad && !strstr(e.text, addresses[i].bad)))
			fail_msg("%s: %d %s", addresses[i].address, rc, e.text);
		if (rc == 0)
			assert_string_equal(wire, addresses[i].wire);
	}
	arena_clear(&a);
}

static void long_addresses_are_refused(void **state)
{
	char text[400];
	const char *wire;
	struct arena a = {0};
	struct err e = {0};

	(void)state;
	memset(text, 'x', sizeof text);
	memcpy(text + 244, "@x.example", 11);
	assert_int_equal(smtp_check_address(&a, text, false, &wire, &e), 0);
	memset(text, 'x', sizeof text);
	memcpy(text + 245, "@x.example", 11);
	assert_int_equal(smtp_check_address(&a, text, false, &wire, &e), -1);
	assert_int_equal(smtp_check_address(&a, "", true, &wire, &e), 0);
	assert_string_equal(wire, "");
	arena_clear(&a);
}

static void xtext_is_written(void **state)
{
	struct buf b = {0};
	struct err e = {0};
	char id[102];

	(void)state;
	smtp_put_xtext(&b, "a+b=c d@x.example~!");
	assert_string_equal(buf_str(&b), "a+2Bb+3Dc+20d@x.example~!");
	buf_clear(&b);
	memset(id, 'x', sizeof id);
	id[101] = '\0';
	assert_int_equal(smtp_check_envelope_id(id, &e), -1);
	assert_int_equal(smtp_check_envelope_id(id + 1, &e), 0);
	assert_int_equal(smtp_check_envelope_id("", &e), -1);
	assert_int_equal(smtp_check_envelope_id("a\r\nb", &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_checked),
	    cmocka_unit_test(addresses_are_checked),
	    cmocka_unit_test(long_addresses_are_refused),
	    cmocka_unit_test(xtext_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
