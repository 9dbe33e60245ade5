/* The mbox source: where a message begins, what comes out, which places and cursors it tells. */
#include "job/source.h"
#include "job/source_mbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CAP = 1000 };

static void from_lines(void **state)
{
	static const struct {
		const char *line;
		bool is;
	} rows[] = {
	    {"From kay@northwind.example Thu Nov 19 09:00:00 2026", true},
	    {"From MAILER-DAEMON Thu Jan  1 00:00:00 1970", true},
	    {"From - Thu Nov 19 09:00:00 2026", true},
	    {"From 1234@xxx Thu Nov 19 09:00:00 +0000 2026", true},
	    {"From \"a b\"@x.example Thu Nov 19 09:00 2026\r", true},
	    {"From kay Thu Nov 19 09:00:00 GMT 2026", true},
	    {"From the beginning it was clear", false},
	    {"From me to you at 10:30 in May", false},
	    {"From May 2019 on", false},
	    {"From: kay@northwind.example Thu Nov 19 09:00:00 2026", false},
	    {"From", false},
	    {"From ", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (source_mbox_is_from_line(rows[i].line, strlen(rows[i].line)) != rows[i].is)
			fail_msg("\"%s\" is %s", rows[i].line, rows[i].is ? "one" : "none");
}

#define FROM "From x Thu Nov 19 09:00:00 2026\n"

static struct source *open_text(const char *text, size_t n, char path[static 32])
{
	struct source *s;
	struct err e = {0};
	int fd;

	strcpy(path, "/tmp/mailroom-mbox-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	close(fd);
	if (source_open(path, CAP, &s, &e) != 0)
		fail_msg("%s", e.text);
	return s;
}

/* What an mbox gives: "offset:message|..." with failures as "offset:!". */
static void told(struct source *s, char *out, size_t size)
{
	struct source_item item;
	struct err e = {0};
	bool more;

	for (out[0] = '\0';;) {
		size_t len = strlen(out);
		assert_int_equal(s->next(s, &item, &more, &e), 0);
		if (!more)
			return;
		if (item.failure)
			snprintf(out + len, size - len, "%lld:!|", (long long)item.offset);
		else
			snprintf(out + len, size - len, "%lld:%.*s|", (long long)item.offset, (int)item.size_bytes,
			    item.raw);
	}
}

static void splits(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
	    {"", ""},
	    {FROM "A: b\n\nbody\n\n" FROM "C: d\n\nx\n", "0:A: b\n\nbody\n|44:C: d\n\nx\n|"},
	    {"\n\n" FROM "A: b\n\nbody", "2:A: b\n\nbody|"},
	    {FROM "A: b\n\none\n" FROM "two\n\n", "0:A: b\n\none\n" FROM "two\n|"}, /* no empty line before: text */
	    {FROM "A: b\n\none\n" FROM "C: d\n\nx\n", "0:A: b\n\none\n|42:C: d\n\nx\n|"}, /* but headers follow */
	    {FROM "A: b\r\n\r\none\r\n" FROM ">From y\r\nC: d\r\n", "0:A: b\r\n\r\none\r\n|45:>From y\r\nC: d\r\n|"},
	    {FROM "A: b\n\none\n" FROM "From y\nC: d\n", "0:A: b\n\none\n|42:From y\nC: d\n|"},
	    {FROM "A: b\n\none\nFrom kay at noon\nC: d\n", "0:A: b\n\none\nFrom kay at noon\nC: d\n|"},
	    {FROM "A: b\n\n---\nFrom 1a2b Mon Sep 17 00:00:00 2001\nFrom: k\n",
	        "0:A: b\n\n---\nFrom 1a2b Mon Sep 17 00:00:00 2001\nFrom: k\n|"}, /* git's patches */
	    {FROM "A: b\n\none\n" FROM, "0:A: b\n\none\n" FROM "|"},
	    {FROM "A: b\n\n>From me\n>>From you\n> From us\n", "0:A: b\n\nFrom me\n>From you\n> From us\n|"},
	    {FROM ">From leftover\nA: b\n\nx\n",
	        "0:>From leftover\nA: b\n\nx\n|"}, /* before the headers: the parser's */
	    {FROM "A: b\r\n\r\n>From x\r\n\r\n" FROM "C: d\r\n\r\n", "0:A: b\r\n\r\nFrom x\r\n|51:C: d\r\n|"},
	    {FROM, "0:|"},
	    {FROM "\n" FROM "\n", "0:\n|33:\n|"},
	};
	char path[32], got[2000];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct source *s = open_text(rows[i].text, strlen(rows[i].text), path);
		told(s, got, sizeof got);
		assert_string_equal(got, rows[i].wanted);
		s->close(s);
		unlink(path);
	}
}

/* A message over the cap is one failure, wherever its neighbours are in the chunks that are read. */
static void skips_what_is_too_long(void **state)
{
	static const size_t sizes[] = {2000, 300000, 600000, 1200000};
	char path[32], got[2000], wanted[2000];

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *text = malloc(sizes[i] + 1000);
		size_t n = 0, second;
		assert_non_null(text);
		n += (size_t)sprintf(text, FROM "A: b\n\nx\n\n" FROM);
		second = n + sizes[i] + 2;
		memset(text + n, 'y', sizes[i]);
		memcpy(text + n + sizes[i], "\n\n", 2);
		n = second + (size_t)sprintf(text + second, FROM "C: d\n\nz\n");
		struct source *s = open_text(text, n, path);
		told(s, got, sizeof got);
		snprintf(wanted, sizeof wanted, "0:A: b\n\nx\n|41:!|%zu:C: d\n\nz\n|", second);
		assert_string_equal(got, wanted);
		s->close(s);
		unlink(path);
		free(text);
	}
}

static void goes_on_at_a_cursor(void **state)
{
	static const char text[] = FROM "A: b\n\n1\n\n" FROM "A: b\n\n2\n\n" FROM "A: b\n\n3\n";
	struct source_cursor c;
	struct source_item item;
	struct err e = {0};
	char path[32], got[500];
	bool more, resumed;
	struct source *s = open_text(text, strlen(text), path), *t;

	(void)state;
	assert_int_equal(s->next(s, &item, &more, &e), 0);
	s->cursor(s, &c);
	assert_int_equal(c.offset, 41);
	assert_int_equal(source_open(path, CAP, &t, &e), 0);
	assert_int_equal(t->resume(t, &c, &resumed, &e), 0);
	assert_true(resumed);
	told(t, got, sizeof got);
	assert_string_equal(got, "41:A: b\n\n2\n|82:A: b\n\n3\n|");
	t->close(t);
	/* What lies before the cursor is another text: from the start. */
	c.hash[0] ^= 1;
	assert_int_equal(source_open(path, CAP, &t, &e), 0);
	assert_int_equal(t->resume(t, &c, &resumed, &e), 0);
	assert_false(resumed);
	assert_int_equal(t->next(t, &item, &more, &e), 0);
	assert_int_equal(item.offset, 0);
	/* Single places, also backwards; where none begins is told. */
	assert_int_equal(t->at(t, 82, NULL, &item, &e), 0);
	assert_memory_equal(item.raw, "A: b\n\n3\n", 8);
	assert_int_equal(t->at(t, 41, NULL, &item, &e), 0);
	assert_memory_equal(item.raw, "A: b\n\n2\n", 8);
	assert_int_equal(t->at(t, 42, NULL, &item, &e), -1);
	assert_int_equal(e.code, ERR_NO_INPUT);
	t->close(t);
	s->close(s);
	unlink(path);
}

/* The text is cut at `half`, read, and read again from there when the rest has come. */
static void goes_on_after_half_a_message(void **state)
{
	static const struct {
		const char *half, *rest;
		bool resumed;
	} rows[] = {
	    {FROM "A: b\n\n1\n\n", FROM "A: b\n\n2\n", true},
	    {FROM "A: b\n\n1\n", "\n" FROM "A: b\n\n2\n", true},
	    {FROM "A: b\n\n1\n", "", true},
	    {FROM "A: b\n\n1\n", "\n\n", true},
	    {FROM "A: b\n\n1\n\n" FROM "A: b\n\nfirst ", "and the rest\n", false},
	    {FROM "A: b\n\none\n\n", "From here on\n", false},
	    {FROM "A: ", "b\n\n1\n\n" FROM "A: b\n\n2\n", false},
	};
	struct source_cursor c;
	struct err e = {0};
	char path[32], got[500];
	bool resumed;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct source *s = open_text(rows[i].half, strlen(rows[i].half), path);
		told(s, got, sizeof got);
		s->cursor(s, &c);
		s->close(s);
		FILE *f = fopen(path, "a");
		assert_non_null(f);
		fputs(rows[i].rest, f);
		fclose(f);
		assert_int_equal(source_open(path, CAP, &s, &e), 0);
		assert_int_equal(s->resume(s, &c, &resumed, &e), 0);
		if (resumed != rows[i].resumed)
			fail_msg("row %zu: resumed is %d", i, resumed);
		/* Places are where messages begin, also behind empty lines. */
		told(s, got, sizeof got);
		if (resumed && strstr(rows[i].rest, "From "))
			assert_int_equal(strtol(got, NULL, 10),
			    strlen(rows[i].half) + (size_t)(strstr(rows[i].rest, "From ") - rows[i].rest));
		s->close(s);
		unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(from_lines),
	    cmocka_unit_test(splits),
	    cmocka_unit_test(skips_what_is_too_long),
	    cmocka_unit_test(goes_on_at_a_cursor),
	    cmocka_unit_test(goes_on_after_half_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
