#include "mail/encword.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *in, *out;
};

static const struct row rows[] = {
    {"", ""},
    {"  plain  ", "plain"},
    {"folded\r\n\ttext", "folded text"},
    {"folded\n text", "folded text"},
    {"=?utf-8?q?caf=C3=A9?=", "caf\xc3\xa9"},
    {"=?UTF-8?B?Y2Fmw6k=?=", "caf\xc3\xa9"},
    {"=?iso-8859-1*de?Q?gr=FC=DFe_an?= alle", "gr\xc3\xbc\xc3\x9f"
                                              "e an alle"},
    {"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"},
    {"=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"},
    {"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"},
    {"=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "\xc3\xa9"}, /* a character cut in two */
    {"=?utf-8?q?a b?=", "a b"},
    {"=?utf-8?q?a?b?=", "a?b"},
    {"=?utf-8?x?a?=", "=?utf-8?x?a?="},
    {"=?utf-8?q?open", "=?utf-8?q?open"},
    {"=?utf-8?q?open =?utf-8?q?x?=", "=?utf-8?q?open x"},
    {"x=?utf-8?q?y?=z", "xyz"},
    {"=?no-such?q?=E9?=", "\xc3\xa9"},
    {"caf\xe9", "caf\xc3\xa9"},
    {"caf\xc3\xa9", "caf\xc3\xa9"},
    {"=?utf-8?q?a=0D=0ABcc:_x?=", "aBcc: x"}, /* no line end gets in */
    {"=?utf-8?q?a=00b?=", "a b"},
    {"=?iso-2022-jp?B?GyRCJDMkcxsoQg==?=", "\xe3\x81\x93\xe3\x82\x93"},
    {"=?", "=?"},
    {"=", "="},
};

static void reads_words(void **state)
{
	struct charset_cache *c = charset_cache_new();
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(encword_decode(c, &a, span_of(rows[i].in)), rows[i].out);
	charset_cache_free(c);
	arena_clear(&a);
}

/* 200,000 words and 200,000 beginnings of words: a square would take minutes. */
static void is_linear(void **state)
{
	static const char *const pieces[] = {"=?utf-8?q?a?= ", "=?utf-8?q?", "=?a?b", "=?utf-8?q?a?=x"};
	struct charset_cache *c = charset_cache_new();

	(void)state;
	for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
		struct arena a = {0};
		size_t len = strlen(pieces[k]), n = 200000 * len;
		char *s = arena_alloc(&a, n);
		for (size_t i = 0; i < n; i++)
			s[i] = pieces[k][i % len];
		assert_true(strlen(encword_decode(c, &a, (struct span){s, n})) >= 200000);
		arena_clear(&a);
	}
	charset_cache_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_words), cmocka_unit_test(is_linear)};

	return cmocka_run_group_tests_name("encword", tests, NULL, NULL);
}
