/* Messages made to crash or stall readers. Each must be read, within its caps and in time linear in its size (with a
 * square in it, each would run for minutes or more), with LF and with CRLF, and give nothing but valid UTF-8. */
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "mail/message.h"
#include "mail/message_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void repeat(struct buf *b, const char *s, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_puts(b, s);
}

static bool has_defect(const struct message *m, const char *words)
{
	for (size_t i = 0; i < m->defects.count; i++)
		if (strstr(m->defects.items[i], words))
			return true;
	return false;
}

typedef void checker(const struct message *m);

static void parse_once(const char *raw, size_t n, checker *check)
{
	struct message_parser *p = message_parser_new();
	struct arena a = {0};
	struct message m;
	struct err e = {0};
	struct buf b = {0};
	struct json j = {.out = &b};

	assert_int_equal(message_parse(p, &a, raw, n, &(struct message_options){.want_html = true}, &m, &e), 0);
	message_json(&j, NULL, &m, true);
	assert_true(utf8_is_valid(b.data, b.len));
	if (check)
		check(&m);
	buf_clear(&b);
	arena_clear(&a);
	message_parser_free(p);
}

/* As it is, then with CRLF; clears b. */
static void parse_both(struct buf *b, checker *check)
{
	struct buf crlf = {0};

	parse_once(b->data, b->len, check);
	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] == '\n')
			buf_putc(&crlf, '\r');
		buf_putc(&crlf, b->data[i]);
	}
	parse_once(crlf.data, crlf.len, check);
	buf_clear(&crlf);
	buf_clear(b);
}

static void groups_too_deep(const struct message *m)
{
	assert_int_equal(m->to.count, 0);
	assert_true(has_defect(m, "To: "));
}

static void groups_in_groups(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "To: ");
	repeat(&b, "g:", 62000);
	buf_puts(&b, "\n\nbody\n");
	parse_both(&b, groups_too_deep);
}

static void quote_as_boundary(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "Content-Type: multipart/mixed; boundary=\"\\\"\"\n\n--\"\n\nx\n--\"--\n");
	parse_both(&b, NULL);
	buf_puts(&b, "Content-Type: multipart/mixed; boundary=\"\\\n\n--\"\n\nx");
	parse_both(&b, NULL);
}

static void comments_too_deep(const struct message *m)
{
	assert_true(has_defect(m, "From: "));
	assert_false(m->has_date);
}

static void nested_comments(void **state)
{
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		static const char *const fields[] = {"From: a@b ", "Date: ", "Content-Type: text/plain "};
		buf_puts(&b, fields[i]);
		repeat(&b, "(", 107000);
		repeat(&b, ")", 107000);
		buf_puts(&b, "\n");
	}
	buf_puts(&b, "Authentication-Results: x ");
	repeat(&b, "(", 107000);
	buf_puts(&b, "\n\nbody\n");
	parse_both(&b, comments_too_deep);
}

static void too_nested(const struct message *m)
{
	assert_true(has_defect(m, "nested deeper than 100"));
}

static void nested_messages(void **state)
{
	struct buf b = {0};

	(void)state;
	repeat(&b, "Content-Type: message/rfc822\n\n", 29000);
	parse_both(&b, too_nested);
}

static void nested_multiparts(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n", i, i);
	buf_puts(&b, "\ntext\n");
	for (int i = 20000; i-- > 0;)
		buf_printf(&b, "--b%d--\n", i);
	parse_both(&b, too_nested);
}

/* A million lines that look like boundaries under a hundred open ones that share head and tail. */
static void lines_like_boundaries(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 99; i++)
		buf_printf(&b,
		    "Content-Type: multipart/mixed; "
		    "boundary=\"xxxxxxxx%02dyyyyyyyy\"\n\n--xxxxxxxx%02dyyyyyyyy\n",
		    i, i);
	repeat(&b, "\n--xxxxxxxxzzyyyyyyyy", 1000000);
	parse_both(&b, NULL);
	repeat(&b, "-", 5000000);
	parse_both(&b, NULL);
}

static void ten_thousand(const struct message *m)
{
	assert_int_equal(m->to.count, 10000);
	assert_int_equal(m->references.count, 1000);
	assert_true(has_defect(m, "To: "));
	assert_true(has_defect(m, "References: "));
}

static void many_address_headers(void **state)
{
	struct buf b = {0};

	(void)state;
	repeat(&b, "To: a@b\n", 100000 / 2);
	repeat(&b, "References: <a@b>\n", 2000);
	buf_puts(&b, "\nbody\n");
	parse_both(&b, ten_thousand);
	buf_puts(&b, "References: ");
	repeat(&b, "<a@b>", 2000);
	buf_puts(&b, "\nTo: ");
	repeat(&b, "a@b,", 100000);
	buf_puts(&b, "\n\nbody\n");
	parse_both(&b, ten_thousand);
}

static void many_parts(const struct message *m)
{
	assert_int_equal(m->attachments.count, 10000 - 1);
	assert_true(has_defect(m, "parts after the first 10000"));
}

static void parts_over_the_cap(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "Content-Type: multipart/mixed; boundary=b\n\n");
	repeat(&b, "--b\nContent-Type: a/b\n\n", 200000);
	parse_both(&b, many_parts);
}

static void name_was_cut(const struct message *m)
{
	assert_int_equal(strlen(m->attachments.items[0].filename), 1000);
	assert_true(has_defect(m, "file name"));
}

static void many_rfc2231_parts(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "Content-Type: a/b");
	for (int i = 0; i < 60000; i++)
		buf_printf(&b, ";\n name*%d=x", i);
	buf_puts(&b, "\n\nbody\n");
	parse_both(&b, name_was_cut);
}

static void subject_is_long(const struct message *m)
{
	assert_true(strlen(m->subject) >= 80000);
	assert_string_equal(m->text, "body");
}

static void long_header(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "Subject: ");
	repeat(&b, "x", 80000);
	buf_puts(&b, "\n\nbody");
	parse_both(&b, subject_is_long);
}

static void headers_were_cut(const struct message *m)
{
	assert_string_equal(m->subject, "first");
	assert_int_equal(m->to.count, 0);
	assert_true(has_defect(m, "header fields beyond 1048576 bytes"));
}

static void header_block_over_the_cap(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "Subject: first\n");
	repeat(&b, "X-A: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", 20000);
	buf_puts(&b, "To: a@b\n\nbody\n");
	parse_both(&b, headers_were_cut);
}

static void nul_is_text(const struct message *m)
{
	assert_string_equal(m->subject, "a b");
	assert_string_equal(m->text, "xy\nz\n");
}

static void nuls_and_bare_crs(void **state)
{
	static const char raw[] = "Subject: a\0b\nFrom: a\0<x@y\0>\nContent-Type: a\0/b\n\nx\0y\rz\n";
	static const char text[] = "Subject: a\0b\n\nx\0y\rz\n";
	struct buf b = {0};

	(void)state;
	buf_append(&b, raw, sizeof raw - 1);
	parse_both(&b, NULL);
	buf_append(&b, text, sizeof text - 1);
	parse_both(&b, nul_is_text);
	buf_puts(&b, "Subject: x\rTo: y@z\r\rbody\rmore");
	parse_both(&b, NULL);
}

static void text_was_cut(const struct message *m)
{
	assert_true(m->text_bytes <= 2u << 20 && m->text_bytes > (2u << 20) - 4);
	assert_true(has_defect(m, "cut at 2097152 bytes"));
}

static void text_over_the_cap(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "Content-Type: text/plain; charset=utf-8\n\n");
	repeat(&b, "\xe2\x98\xba", 1 << 20);
	parse_both(&b, text_was_cut);
}

static void too_big_is_refused(void **state)
{
	struct message_limits limits = message_default_limits;
	struct message_parser *p = message_parser_new();
	struct arena a = {0};
	struct message m;
	struct err e = {0};

	(void)state;
	limits.raw_bytes = 10;
	assert_int_equal(
	    message_parse(p, &a, "\n12345678901", 11, &(struct message_options){.limits = &limits}, &m, &e), -1);
	assert_int_equal(e.code, ERR_REFUSED);
	assert_int_equal(
	    message_parse(p, &a, "\n123456789", 10, &(struct message_options){.limits = &limits}, &m, &e), 0);
	message_parser_free(p);
	arena_clear(&a);
}

/* A few megabytes of one piece, as header and as body. */
static void pieces(void **state)
{
	static const char *const all[] = {":", "\n ", "x\n", "a:\n", "--\n", "=\n", "=", "=?", ">", ">From ",
	    "\n>From ", "From x\n", "\r", "\r\n", "\0", "<", "&", "Subject: =?utf-8?q?", "To: \"",
	    "Content-Type: ", "Content-Type: a/b;x=\"", "Message-ID: <", "Date: 1 Jan 2000 (", "List-Id: <", "Received",
	    "x\n\n", "\xff", "begin 644 x\n", "M\n"};
	static const char *const starts[] = {"", "\n",
	    "Subject: ", "To: ", "References: ", "Content-Type: text/html\n\n",
	    "Content-Type: text/plain; format=flowed\n\n", "Content-Transfer-Encoding: x-uuencode\n\n",
	    "Content-Type: multipart/mixed; boundary=\"\"\n\n", "Content-Transfer-Encoding: quoted-printable\n\n",
	    "Authentication-Results: x; "};

	(void)state;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
			struct buf b = {0};
			buf_puts(&b, starts[i]);
			while (b.len < 400000)
				buf_append(&b, all[k], strlen(all[k]) ? strlen(all[k]) : 1);
			parse_once(b.data, b.len, NULL);
			buf_clear(&b);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(groups_in_groups), cmocka_unit_test(quote_as_boundary),
	    cmocka_unit_test(nested_comments), cmocka_unit_test(nested_messages), cmocka_unit_test(nested_multiparts),
	    cmocka_unit_test(lines_like_boundaries), cmocka_unit_test(many_address_headers),
	    cmocka_unit_test(parts_over_the_cap), cmocka_unit_test(many_rfc2231_parts), cmocka_unit_test(long_header),
	    cmocka_unit_test(header_block_over_the_cap), cmocka_unit_test(nuls_and_bare_crs),
	    cmocka_unit_test(text_over_the_cap), cmocka_unit_test(too_big_is_refused), cmocka_unit_test(pieces)};

	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
