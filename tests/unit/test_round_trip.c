/* What compose_message writes, message_parse reads back as it was. */
#include "mail/compose.h"
#include "mail/message.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct trip {
	struct message_parser *parser;
	struct arena arena;
	struct buf bytes;
	struct message m;
};

static void travel(struct trip *t, const struct compose *c)
{
	const struct message_options options = {.want_html = true};
	struct err e = {0};

	arena_reset(&t->arena);
	buf_reset(&t->bytes);
	if (compose_message(c, &t->bytes, &e))
		fail_msg("%s", e.text);
	if (!t->parser)
		t->parser = message_parser_new();
	if (message_parse(t->parser, &t->arena, t->bytes.data, t->bytes.len, &options, &t->m, &e))
		fail_msg("%s", e.text);
	if (t->m.defects.count)
		fail_msg("%s\n%s", t->m.defects.items[0], t->bytes.data);
}

static void trip_clear(struct trip *t)
{
	message_parser_free(t->parser);
	arena_clear(&t->arena);
	buf_clear(&t->bytes);
}

static void check(const struct trip *t, const char *got, const char *wanted)
{
	if (!got || strcmp(got, wanted) != 0)
		fail_msg("[%s] came back as [%s] from\n%s", wanted, got ? got : "NULL", t->bytes.data);
}

static struct compose sample(void)
{
	return (struct compose){
	    .from = {"Mailroom", "room@example.org"},
	    .date = 1795168800,
	    .message_id = "1.a@example.org",
	    .text = "Hello\n",
	};
}

#define LONG_LATIN "Änderungsübersicht für Größenmaße, öffentlich zugänglich –"
#define EMOJI "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb\xf0\x9f\x8e\x89"

#define FIVE(s) s s s s s

/* Without space at the ends: the parser trims that of headers. */
static const char *const texts[] = {
    "a",
    "plain words",
    "Grüße",
    "two Grüße and Köln in between",
    "Grüße Köln Ünter",
    "a  b",
    "comma, \"quote\" \\ backslash (comment) <angle> a@b; group:",
    "=?UTF-8?Q?forged?=",
    "a =?b?= c =?",
    "100 % = _under?",
    EMOJI,
    FIVE(EMOJI),
    "日本語の件名はとても長いので折り返しが必要になりますがどうでしょうかそれでも文字は切れません",
    FIVE(LONG_LATIN),
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen 16 17",
    "averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongword ü end",
    "' ' \" \" ''",
    ".",
    "..dots.. .",
};

static void subjects_come_back(void **state)
{
	struct trip t = {0};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct compose c = sample();
		c.subject = texts[i];
		travel(&t, &c);
		check(&t, t.m.subject, texts[i]);
	}
	trip_clear(&t);
}

static void mailboxes_come_back(void **state)
{
	struct trip t = {0};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct compose c = sample();
		struct address to[] = {
		    {texts[i], "ann@example.com"}, {NULL, "a..b@example.com"}, {texts[i], "c@example.com"}};
		c.from.name = texts[i];
		c.to = (struct address_list){to, 3};
		travel(&t, &c);
		check(&t, t.m.from.items[0].name, texts[i]);
		check(&t, t.m.from.items[0].address, "room@example.org");
		assert_int_equal(t.m.to.count, 3);
		check(&t, t.m.to.items[0].name, texts[i]);
		check(&t, t.m.to.items[2].name, texts[i]);
		check(&t, t.m.to.items[2].address, "c@example.com");
	}
	trip_clear(&t);
}

static void many_recipients_come_back(void **state)
{
	enum { MANY = 300 };
	struct address to[MANY];
	struct compose c = sample();
	struct trip t = {0};

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		to[i] = (struct address){i % 3 ? "Name, Some" : "Üwe", "someone@department.example.com"};
	c.to = (struct address_list){to, MANY};
	travel(&t, &c);
	assert_int_equal(t.m.to.count, MANY);
	for (size_t i = 0; i < MANY; i++)
		check(&t, t.m.to.items[i].name, to[i].name);
	trip_clear(&t);
}

static void fields_come_back(void **state)
{
	static const struct compose_header headers[] = {{"Auto-Submitted", "auto-generated"},
	    {"List-Id", "Übersicht <digest.example.org>"}, {"In-Reply-To", "<x@example.com>"},
	    {"References", "<a@example.com> <b@example.com> <c@example.com> <d@example.com> <x@example.com>"}};
	struct compose c = sample();
	struct trip t = {0};

	(void)state;
	c.headers = headers;
	c.header_count = sizeof headers / sizeof *headers;
	c.zone_minutes = -210;
	travel(&t, &c);
	assert_true(t.m.has_date);
	assert_int_equal(t.m.date, c.date);
	check(&t, t.m.message_id, c.message_id);
	check(&t, t.m.auto_submitted, "auto-generated");
	check(&t, t.m.list_id, "digest.example.org");
	assert_int_equal(t.m.in_reply_to.count, 1);
	assert_int_equal(t.m.references.count, 5);
	check(&t, t.m.references.items[4], "x@example.com");
	assert_true(t.m.bulk);
	trip_clear(&t);
}

static void bodies_come_back(void **state)
{
	struct trip t = {0};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct compose c = sample();
		struct buf body = {0};
		buf_printf(&body, "%s\n.\n..\n%s\n\n-- \nFrom me\n%s\n--=_x\n=\n\t\n", texts[i], texts[i], texts[i]);
		c.text = body.data;
		travel(&t, &c);
		check(&t, t.m.text, body.data);
		c.html = "<p>Grüße</p>\n";
		travel(&t, &c);
		check(&t, t.m.html, c.html);
		assert_int_equal(t.m.text_source, TEXT_PLAIN);
		assert_int_equal(t.m.attachments.count, 0);
		buf_clear(&body);
	}
	trip_clear(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(subjects_come_back),
	    cmocka_unit_test(mailboxes_come_back),
	    cmocka_unit_test(many_recipients_come_back),
	    cmocka_unit_test(fields_come_back),
	    cmocka_unit_test(bodies_come_back),
	};

	return cmocka_run_group_tests_name("round_trip", tests, NULL, NULL);
}
