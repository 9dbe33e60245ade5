/* Outgoing messages: their bytes, and what is refused. */
#include "mail/compose.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct compose sample(void)
{
	return (struct compose){
	    .from = {"Mailroom", "room@example.org"},
	    .date = 1795168800,
	    .message_id = "1.a@example.org",
	    .text = "Hello\n",
	};
}

/* What every relay may rely on. */
static void check_wire(const char *s, size_t n)
{
	size_t column = 0;

	assert_true(n >= 2 && memcmp(s + n - 2, "\r\n", 2) == 0);
	for (size_t i = 0; i < n; i++) {
		assert_true((unsigned char)s[i] < 0x80 && s[i] != '\0');
		assert_int_equal(s[i] == '\n', i > 0 && s[i - 1] == '\r');
		if (s[i] == '\r')
			assert_true(i + 1 < n && s[i + 1] == '\n');
		column = s[i] == '\n' ? 0 : column + 1;
		assert_true(column <= 78 + 1);
	}
}

/* A string of the caller's. */
static char *composed(const struct compose *c)
{
	struct buf out = {0};
	struct err e = {0};

	if (compose_message(c, &out, &e))
		fail_msg("%s", e.text);
	check_wire(out.data, out.len);
	return buf_take(&out);
}

static void check_has(const char *message, const char *wanted)
{
	if (!strstr(message, wanted))
		fail_msg("[%s]\nis not in\n%s", wanted, message);
}

static void plain_message(void **state)
{
	static const struct compose_header headers[] = {
	    {"Auto-Submitted", "auto-generated"},
	    {"List-Id", "Daily digest <digest.example.org>"},
	};
	struct address to[] = {{"Ann Lee", "ann@example.com"}, {NULL, "bob@example.com"}};
	struct compose c = sample();
	char *s;

	(void)state;
	c.to = (struct address_list){to, 2};
	c.subject = "Your digest";
	c.headers = headers;
	c.header_count = 2;
	c.zone_minutes = 60;
	s = composed(&c);
	assert_string_equal(s, "Date: Fri, 20 Nov 2026 11:00:00 +0100\r\n"
	                       "From: Mailroom <room@example.org>\r\n"
	                       "To: Ann Lee <ann@example.com>, bob@example.com\r\n"
	                       "Subject: Your digest\r\n"
	                       "Message-ID: <1.a@example.org>\r\n"
	                       "Auto-Submitted: auto-generated\r\n"
	                       "List-Id: Daily digest <digest.example.org>\r\n"
	                       "MIME-Version: 1.0\r\n"
	                       "Content-Type: text/plain; charset=utf-8\r\n"
	                       "Content-Transfer-Encoding: 7bit\r\n"
	                       "\r\n"
	                       "Hello\r\n");
	free(s);
}

static void alternatives(void **state)
{
	struct compose c = sample();
	char *s, *again;
	struct buf text = {0};
	const char *boundary;

	(void)state;
	c.html = "<p>Grüße</p>";
	s = composed(&c);
	again = composed(&c);
	assert_string_equal(s, again);
	free(again);
	boundary = strstr(s, "=_");
	assert_non_null(boundary);
	check_has(s, "Content-Type: multipart/alternative;\r\n boundary=\"=_");
	check_has(s, "7bit\r\n\r\nHello\r\n\r\n--=_");
	check_has(s, "<p>Gr=C3=BC=C3=9Fe</p>\r\n\r\n--=_");
	/* A body that holds the boundary makes for another one. */
	buf_printf(&text, "--%.34s\n", boundary);
	c.text = text.data;
	again = composed(&c);
	assert_true(strncmp(strstr(again, "boundary=\"") + 10, boundary, 34) != 0);
	check_has(again, text.len ? "7bit\r\n\r\n--=_" : "");
	free(again);
	buf_clear(&text);
	free(s);
}

static void html_alone(void **state)
{
	struct compose c = sample();
	char *s;

	(void)state;
	c.text = NULL;
	c.html = "<p>x</p>\r\n";
	s = composed(&c);
	check_has(s, "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<p>x</p>\r\n");
	assert_null(strstr(s, "multipart"));
	free(s);
}

static void subjects(void **state)
{
	static const struct {
		const char *subject, *line;
	} rows[] = {
	    {"", "Subject:\r\n"},
	    {"a: b (c) \"d\"", "Subject: a: b (c) \"d\"\r\n"},
	    {"Grüße", "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n"},
	    {"Re: Grüße aus Köln heute",
	        "Subject: Re: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?= aus =?UTF-8?Q?K=C3=B6ln?= heute\r\n"},
	    {"Grüße Köln", "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_K=C3=B6ln?=\r\n"},
	    {"\xf0\x9f\x8e\x89", "Subject: =?UTF-8?B?8J+OiQ==?=\r\n"},
	    {"=?UTF-8?Q?forged?=", "Subject: =?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fforged=3F=3D?=\r\n"},
	    {"a  b ", "Subject: =?UTF-8?Q?a__b_?=\r\n"},
	    {"one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
	        "Subject: one two three four five six seven eight nine ten eleven twelve\r\n thirteen "
	        "fourteen\r\n"},
	    {"日本語日本語日本語日本語日本語日本語日本語",
	        "Subject: =?UTF-8?B?5pel5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe5pel?=\r\n"
	        " =?UTF-8?B?5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe?=\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct compose c = sample();
		char *s;
		c.subject = rows[i].subject;
		s = composed(&c);
		check_has(s, rows[i].line);
		free(s);
	}
}

static void mailboxes(void **state)
{
	static const struct {
		struct address from;
		const char *line;
	} rows[] = {
	    {{NULL, "a@example.org"}, "From: a@example.org\r\n"},
	    {{"", "a@example.org"}, "From: a@example.org\r\n"},
	    {{"Lee, Ann", "a@example.org"}, "From: \"Lee, Ann\" <a@example.org>\r\n"},
	    {{"Ann \"Al\" \\ Lee", "a@example.org"}, "From: \"Ann \\\"Al\\\" \\\\ Lee\" <a@example.org>\r\n"},
	    {{"a@b.c", "a@example.org"}, "From: \"a@b.c\" <a@example.org>\r\n"},
	    {{"Müller, Jörg", "a@example.org"}, "From: =?UTF-8?Q?M=C3=BCller=2C_J=C3=B6rg?= <a@example.org>\r\n"},
	    {{"=?utf-8?q?x?=", "a@example.org"}, "From: =?UTF-8?Q?=3D=3Futf-8=3Fq=3Fx=3F=3D?= <a@example.org>\r\n"},
	    {{"  Ann", "a@example.org"}, "From: =?UTF-8?Q?__Ann?= <a@example.org>\r\n"},
	    {{NULL, "a..b.@example.org"}, "From: \"a..b.\"@example.org\r\n"},
	    {{NULL, "a+b=c@Bücher.Example"}, "From: a+b=c@xn--bcher-kva.example\r\n"},
	    {{"A long name that goes on and on", "a-long-address-that-goes-on@department.example.org"},
	        "From: A long name that goes on and on\r\n "
	        "<a-long-address-that-goes-on@department.example.org>\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct compose c = sample();
		char *s;
		c.from = rows[i].from;
		s = composed(&c);
		check_has(s, rows[i].line);
		free(s);
	}
}

#define TEN "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static void bodies(void **state)
{
	static const struct {
		const char *text, *body;
	} rows[] = {
	    {"", "7bit\r\n\r\n"},
	    {"\n", "7bit\r\n\r\n\r\n"},
	    {"a\rb\r\nc\n\nd", "7bit\r\n\r\na\r\nb\r\nc\r\n\r\nd\r\n"},
	    {"a\tb = c", "7bit\r\n\r\na\tb = c\r\n"},
	    {SEVENTY "123456", "7bit\r\n\r\n" SEVENTY "123456\r\n"},
	    {SEVENTY "1234567", "printable\r\n\r\n" SEVENTY "12345=\r\n67\r\n"},
	    {SEVENTY "12345\xc3\xbc", "printable\r\n\r\n" SEVENTY "12345=\r\n=C3=BC\r\n"},
	    {"\xc3\xbc" SEVENTY, "printable\r\n\r\n=C3=BC" SEVENTY "\r\n"},
	    {"\xc3\xbc" SEVENTY "a", "printable\r\n\r\n=C3=BC" TEN TEN TEN TEN TEN TEN "012345678=\r\n9a\r\n"},
	    {SEVENTY "123==\xc3\xbc", "printable\r\n\r\n" SEVENTY "123=\r\n=3D=3D=C3=BC\r\n"},
	    {"-- \na\t\n", "printable\r\n\r\n--=20\r\na=09\r\n"},
	    {".\n..\n.x", "printable\r\n\r\n=2E\r\n=2E.\r\n=2Ex\r\n"},
	    {SEVENTY "12345.end", "printable\r\n\r\n" SEVENTY "12345=\r\n=2Eend\r\n"},
	    {SEVENTY "12345From x", "printable\r\n\r\n" SEVENTY "12345=\r\n=46rom x\r\n"},
	    {"From me\n>From", "printable\r\n\r\n=46rom me\r\n>From\r\n"},
	    {"a\x01"
	     "b\x7f",
	        "printable\r\n\r\na=01b=7F\r\n"},
	    {"ä €", "printable\r\n\r\n=C3=A4 =E2=82=AC\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct compose c = sample();
		char *s;
		const char *body;
		c.text = rows[i].text;
		s = composed(&c);
		if (strncmp(s, "Date:", 5) != 0 || !(body = strstr(s, rows[i].body)) ||
		    strlen(body) != strlen(rows[i].body))
			fail_msg("[%s] gave\n%s", rows[i].text, s);
		free(s);
	}
}

/* Fails to compose, and leaves what stood in the buffer. */
static void check_refused(const struct compose *c, const char *what)
{
	struct buf out = {0};
	struct err e = {0};

	buf_puts(&out, "before");
	if (compose_message(c, &out, &e) != -1)
		fail_msg("not refused: %s\n%s", what, out.data);
	assert_int_equal(e.code, ERR_INPUT);
	assert_string_equal(out.data, "before");
	assert_int_equal(out.len, 6);
	buf_clear(&out);
}

static void addresses_are_refused(void **state)
{
	static const char *const rows[] = {"", "a", "@", "a@", "@example.org", "a@example.org\r\nBcc: x@y", "a@b\n",
	    "a b@example.org", "a\t@example.org", "a@exa mple.org", "a@b>, <c@d", "a,b@example.org", "a<b@example.org",
	    "\"a b\"@example.org", "ü@example.org", "a@[192.0.2.1]", "a@-\xff.org", "a@b@example.org", "a@..",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct compose c = sample();
		struct address to[] = {{NULL, "ok@example.org"}, {"Name", rows[i]}};
		c.to = (struct address_list){to, 2};
		check_refused(&c, rows[i]);
		c = sample();
		c.from.address = rows[i];
		check_refused(&c, rows[i]);
	}
}

static void headers_are_refused(void **state)
{
	static const struct compose_header rows[] = {{"X\r\nBcc", "a"}, {"X", "a\r\nBcc: b"}, {"X", "a\nb"},
	    {"X", "a\rb"}, {"X", "a\tb"}, {"X", "a\x7f"}, {"X", "a\xff"}, {"", "a"}, {"X:", "a"}, {"X Y", "a"},
	    {"\xc3\xbc", "a"}, {"bcc", "a@b"}, {"FROM", "a@b"}, {"content-type", "text/html"}, {"Date", "x"},
	    {"mime-version", "2"}, {"X-Long-Long-Long-Long-Long-Long-Long-Long-Long-Long-Long-Long", "a"}};
	struct compose c = sample();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		c.headers = &rows[i];
		c.header_count = 1;
		check_refused(&c, rows[i].name);
	}
	c = sample();
	c.subject = "a\r\nb";
	check_refused(&c, "subject");
	c = sample();
	c.from.name = "a\nb";
	check_refused(&c, "name");
}

static void fields_are_refused(void **state)
{
	static const char *const ids[] = {
	    NULL, "", "a", "@", "a@", "@a", "a@b@c", "a b@c", "<a@b>", "a@b\r\nX: y", "ü@b"};
	static const int64_t dates[] = {-1, INT64_MIN, INT64_MAX, 253402300800};
	static const int zones[] = {-1440, 1440};
	struct compose c;

	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		c = sample();
		c.message_id = ids[i];
		check_refused(&c, ids[i] ? ids[i] : "no id");
	}
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		c = sample();
		c.date = dates[i];
		check_refused(&c, "date");
	}
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		c = sample();
		c.zone_minutes = zones[i];
		check_refused(&c, "zone");
	}
	c = sample();
	c.text = "a\xc3";
	check_refused(&c, "text");
	c = sample();
	c.text = NULL;
	check_refused(&c, "no body");
	c = sample();
	c.from.address = NULL;
	check_refused(&c, "no from");
}

static void ids_are_made(void **state)
{
	static const unsigned char unique[] = {0x00, 0xab, 0xff};
	struct arena a = {0};

	(void)state;
	assert_string_equal(compose_message_id(&a, 1795168800, unique, sizeof unique, "Mail.Example.ORG"),
	    "1795168800.00abff@mail.example.org");
	assert_null(compose_message_id(&a, 1, unique, sizeof unique, "not a host"));
	assert_null(compose_message_id(&a, 1, unique, sizeof unique, ""));
	arena_clear(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_message),
	    cmocka_unit_test(alternatives),
	    cmocka_unit_test(html_alone),
	    cmocka_unit_test(subjects),
	    cmocka_unit_test(mailboxes),
	    cmocka_unit_test(bodies),
	    cmocka_unit_test(addresses_are_refused),
	    cmocka_unit_test(headers_are_refused),
	    cmocka_unit_test(fields_are_refused),
	    cmocka_unit_test(ids_are_made),
	};

	return cmocka_run_group_tests_name("compose", tests, NULL, NULL);
}
