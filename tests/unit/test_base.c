/* Errors, arenas, byte strings, UTF-8. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>

static void an_error_is_one_line_of_text(void **state)
{
	static const struct {
		const char *given, *wanted;
	} rows[] = {
	    {"plain", "plain"},
	    {"two\r\nlines\tand a tab", "two??lines?and a tab"},
	    {"\x1b[31mred\x7f", "?[31mred?"},
	    {"caf\xc3\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xe2\x82\xac"},
	    {"caf\xe9", "caf?"},
	    {"C1 \xc2\x9b[31m", "C1 ??[31m"},
	    {"a real \xef\xbf\xbd stays", "a real \xef\xbf\xbd stays"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = {0};
		assert_int_equal(err_set(&e, ERR_INPUT, "%s", rows[i].given), -1);
		assert_string_equal(e.text, rows[i].wanted);
	}
	(void)state;
}

static void a_long_error_is_cut_within_no_character(void **state)
{
	struct err e = {0};
	char *text = test_malloc(5001);

	for (size_t start = 0; start < 3; start++) {
		memset(text, 'x', start);
		for (size_t i = start; i + 3 <= 5000; i += 3)
			memcpy(text + i, "\xe2\x82\xac", 3);
		text[start + (5000 - start) / 3 * 3] = '\0';
		err_set(&e, ERR_INPUT, "%s", text);
		assert_int_equal(strlen(e.text), sizeof e.text - 1);
		assert_true(utf8_is_valid(e.text, strlen(e.text)));
		err_prefix(&e, "%s", "outbox 12");
		assert_true(utf8_is_valid(e.text, strlen(e.text)));
		assert_memory_equal(e.text, "outbox 12: ", 11);
	}
	test_free(text);
	(void)state;
}

static void errno_gives_code_and_words(void **state)
{
	static const struct {
		int number;
		enum err_code code;
		int status;
	} rows[] = {
	    {ENOENT, ERR_NO_INPUT, EX_NOINPUT},
	    {ENOTDIR, ERR_NO_INPUT, EX_NOINPUT},
	    {EACCES, ERR_REFUSED, EX_NOPERM},
	    {EPERM, ERR_REFUSED, EX_NOPERM},
	    {ENOSPC, ERR_IO, EX_IOERR},
	    {EIO, ERR_IO, EX_IOERR},
	    {EMFILE, ERR_SYSTEM, EX_OSERR},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = {0};
		errno = rows[i].number;
		assert_int_equal(err_errno(&e, "a file"), -1);
		assert_int_equal(e.code, rows[i].code);
		assert_int_equal(err_exit_status(&e), rows[i].status);
		assert_memory_equal(e.text, "a file: ", 8);
		assert_string_equal(e.text + 8, strerror(rows[i].number));
	}
	(void)state;
}

static void an_arena_gives_aligned_and_separate_memory(void **state)
{
	struct arena a = {0};
	char *p[100];

	for (size_t i = 0; i < 100; i++) {
		p[i] = arena_alloc(&a, i * 37);
		assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
		memset(p[i], (int)i, i * 37);
	}
	for (size_t i = 0; i < 100; i++)
		for (size_t k = 0; k < i * 37; k++)
			assert_int_equal(p[i][k], (char)i);
	arena_clear(&a);
	assert_int_equal(arena_held_bytes(&a), 0);
	(void)state;
}

static void an_arena_grows_in_place_or_by_copy(void **state)
{
	struct arena a = {0};
	char *p = arena_strdup(&a, "hello"), *q, *r;

	q = arena_grow(&a, p, 6, 100);
	assert_ptr_equal(p, q);
	arena_alloc(&a, 1);
	r = arena_grow(&a, q, 100, 3000000);
	assert_ptr_not_equal(q, r);
	assert_string_equal(r, "hello");
	/* Smaller is allowed too, and writes no more than the new size. */
	q = arena_grow(&a, r, 3000000, 2);
	assert_memory_equal(q, "he", 2);
	arena_clear(&a);
	(void)state;
}

static void an_arena_has_room_for_one_more(void **state)
{
	struct arena a = {0};
	size_t *items = NULL, copies = 0;

	for (size_t n = 0; n < 5000; n++) {
		size_t *before = items;
		items = arena_more(&a, items, n, sizeof *items);
		copies += items != before;
		items[n] = n; /* NOLINT(clang-analyzer-core.NullDereference): arena_more never returns NULL */
		if (n % 3 == 0)
			arena_alloc(&a, 1); /* in the way */
	}
	for (size_t n = 0; n < 5000; n++)
		assert_int_equal(items[n], n);
	assert_true(copies <= 12);
	arena_clear(&a);
	(void)state;
}

static void an_arena_gives_back_a_tail(void **state)
{
	struct arena a = {0};
	char *p = arena_alloc(&a, 1000), *q;

	arena_shrink(&a, p, 1000, 10);
	q = arena_alloc(&a, 10);
	assert_int_equal(q - p, 16);
	arena_shrink(&a, p, 10, 1); /* not the newest: nothing happens */
	assert_true((char *)arena_alloc(&a, 1) > q);
	arena_clear(&a);
	(void)state;
}

static void an_arena_keeps_one_block_at_reset(void **state)
{
	struct arena a = {0};

	for (int i = 0; i < 50; i++)
		arena_alloc(&a, 300000);
	arena_alloc(&a, 50000000);
	arena_reset(&a);
	assert_true(arena_held_bytes(&a) > 0 && arena_held_bytes(&a) <= 1100000);
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	arena_clear(&a);
	(void)state;
}

static void a_buffer_grows_and_is_always_a_string(void **state)
{
	struct buf b = {0};
	char *s;

	assert_string_equal(buf_str(&b), "");
	for (int i = 0; i < 10000; i++)
		buf_printf(&b, "%d,", i % 10);
	assert_int_equal(b.len, 20000);
	assert_int_equal(strlen(buf_str(&b)), 20000);
	buf_reset(&b);
	assert_string_equal(buf_str(&b), "");
	buf_append(&b, "a\0b", 3);
	buf_putc(&b, 'c');
	buf_puts(&b, "d");
	assert_memory_equal(b.data, "a\0bcd", 6);
	s = buf_take(&b);
	assert_memory_equal(s, "a\0bcd", 6);
	free(s);
	s = buf_take(&b);
	assert_string_equal(s, "");
	free(s);
	buf_clear(&b);
	(void)state;
}

static void utf8_is_told_from_what_is_none(void **state)
{
	static const struct {
		const char *text;
		size_t valid;
	} rows[] = {
	    {"", 0},
	    {"plain ASCII of more than eight bytes", 36},
	    {"caf\xc3\xa9", 5},
	    {"\xf0\x9f\x93\xac", 4},
	    {"eight by\xc3", 8},
	    {"\xc0\xaf", 0},             /* overlong */
	    {"\xe0\x80\xaf", 0},         /* overlong */
	    {"\xf0\x80\x80\xaf", 0},     /* overlong */
	    {"a\xed\xa0\x80", 1},        /* surrogate */
	    {"\xf4\x8f\xbf\xbf", 4},     /* U+10FFFF */
	    {"\xf4\x90\x80\x80", 0},     /* beyond */
	    {"\xf8\x88\x80\x80\x80", 0}, /* five bytes */
	    {"x\x80", 1},
	    {"\xe2\x82", 0},
	    {"\xfe\xff", 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = strlen(rows[i].text);
		assert_int_equal(utf8_valid_prefix(rows[i].text, n), rows[i].valid);
		assert_int_equal(utf8_is_valid(rows[i].text, n), rows[i].valid == n);
	}
	(void)state;
}

static void utf8_goes_there_and_back(void **state)
{
	char out[4];
	uint32_t c;

	for (uint32_t cp = 0; cp <= 0x110000; cp += cp < 0x1000 ? 1 : 0x7f) {
		bool is_char = cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
		size_t n = utf8_encode(cp, out);
		assert_int_equal(utf8_decode(out, n, &c), n);
		assert_int_equal(c, is_char ? cp : 0xfffd);
	}
	assert_int_equal(utf8_decode("\xe2\x82", 2, &c), 1);
	assert_int_equal(c, 0xfffd);
	(void)state;
}

static void text_is_cut_and_measured_by_characters(void **state)
{
	const char *euro = "a\xe2\x82\xac";

	assert_int_equal(utf8_cut(euro, 4), 4);
	assert_int_equal(utf8_cut(euro, 3), 1);
	assert_int_equal(utf8_cut(euro, 2), 1);
	assert_int_equal(utf8_cut(euro, 0), 0);
	assert_int_equal(utf8_columns(euro, 4), 2);
	assert_int_equal(utf8_columns("\xe6\xbc\xa2\xe5\xad\x97", 6), 4); /* two wide ones */
	assert_int_equal(utf8_columns("e\xcc\x81", 3), 1);                /* a letter and its accent */
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_error_is_one_line_of_text),
	    cmocka_unit_test(a_long_error_is_cut_within_no_character),
	    cmocka_unit_test(errno_gives_code_and_words),
	    cmocka_unit_test(an_arena_gives_aligned_and_separate_memory),
	    cmocka_unit_test(an_arena_grows_in_place_or_by_copy),
	    cmocka_unit_test(an_arena_has_room_for_one_more),
	    cmocka_unit_test(an_arena_gives_back_a_tail),
	    cmocka_unit_test(an_arena_keeps_one_block_at_reset),
	    cmocka_unit_test(a_buffer_grows_and_is_always_a_string),
	    cmocka_unit_test(utf8_is_told_from_what_is_none),
	    cmocka_unit_test(utf8_goes_there_and_back),
	    cmocka_unit_test(text_is_cut_and_measured_by_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
