#include "base/utf8.h"
#include "mail/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *label, *in, *out;
	enum charset_outcome outcome;
};

static const struct row rows[] = {
    {"utf-8", "plain", "plain", CHARSET_EXACT},
    {"UTF-8", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", CHARSET_EXACT},
    {"utf-8", "gr\xfc\xdf", "gr\xef\xbf\xbd\xef\xbf\xbd", CHARSET_DAMAGED},
    {"utf-8", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", CHARSET_DAMAGED},
    {"iso-8859-1", "gr\xfc\xdf", "gr\xc3\xbc\xc3\x9f", CHARSET_EXACT},
    {"ISO-8859-1", "\x93quoted\x94", "\xe2\x80\x9cquoted\xe2\x80\x9d", CHARSET_EXACT},
    {"\"iso-8859-1\"", "\xfc", "\xc3\xbc", CHARSET_EXACT},
    {"windows-1251", "\xcf\xf0\xe8", "\xd0\x9f\xd1\x80\xd0\xb8", CHARSET_EXACT},
    {"", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", CHARSET_GUESSED},
    {"", "gr\xfc\xdf", "gr\xc3\xbc\xc3\x9f", CHARSET_GUESSED},
    {"", "\xd0\x9f\xd1\x80\xd0", "\xd0\x9f\xd1\x80\xef\xbf\xbd", CHARSET_DAMAGED},
    {"us-ascii", "caf\xe9", "caf\xc3\xa9", CHARSET_GUESSED},
    {"DEFAULT", "caf\xe9", "caf\xc3\xa9", CHARSET_GUESSED},
    {"unknown-8bit", "caf\xc3\xa9", "caf\xc3\xa9", CHARSET_GUESSED},
    {"no-such-charset", "caf\xe9", "caf\xc3\xa9", CHARSET_GUESSED},
    {"no-such-charset", "cafe", "cafe", CHARSET_EXACT},
    {"gb2312", "\xc4\xe3\xba\xc3", "\xe4\xbd\xa0\xe5\xa5\xbd", CHARSET_EXACT},
    {"gb2312", "\x87\xcb", "\xe5\x9b\x81", CHARSET_EXACT}, /* in GBK only */
    {"iso-2022-jp", "\x1b$B$3$s\x1b(B!", "\xe3\x81\x93\xe3\x82\x93!", CHARSET_EXACT},
    {"shift_jis", "\x82\xb1", "\xe3\x81\x93", CHARSET_EXACT},
    {"euc-kr", "\xc7\xd1", "\xed\x95\x9c", CHARSET_EXACT},
    {"ks_c_5601-1987", "\xc7\xd1", "\xed\x95\x9c", CHARSET_EXACT},
    {"utf-7", "Hi Mom +Jjo-!", "Hi Mom \xe2\x98\xba!", CHARSET_EXACT},
    {"unicode-1-1-utf-7", "+AOQ-", "\xc3\xa4", CHARSET_EXACT},
    {"iso-8859-1//TRANSLIT", "\xfc", "\xc3\xbc", CHARSET_GUESSED},
};

static void reads_labels(void **state)
{
	struct charset_cache *c = charset_cache_new();
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct charset_text t = charset_to_utf8(c, &a, span_of(rows[i].label), span_of(rows[i].in));
		assert_int_equal(t.len, strlen(rows[i].out));
		assert_memory_equal(t.text, rows[i].out, t.len);
		assert_int_equal(t.outcome, rows[i].outcome);
	}
	charset_cache_free(c);
	arena_clear(&a);
}

/* More labels than the cache has slots, with every byte there is: never anything but UTF-8. */
static void gives_utf8_only(void **state)
{
	static const char *const labels[] = {"utf-8", "utf-16", "utf-16le", "ucs-4", "utf-7", "iso-2022-jp",
	    "iso-2022-kr", "hz-gb-2312", "gb18030", "big5", "euc-jp", "shift_jis", "koi8-r", "macintosh",
	    "windows-1255", "tis-620", "viscii", "utf-32", "armscii-8", "iso-2022-cn", "ebcdic-us", "utf-16be",
	    "ucs-2"};
	struct charset_cache *c = charset_cache_new();
	struct arena a = {0};
	char bytes[2048];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7 + i / 256);
	for (size_t i = 0; i < 3 * sizeof labels / sizeof *labels; i++) {
		struct span label = span_of(labels[i % (sizeof labels / sizeof *labels)]);
		struct charset_text t = charset_to_utf8(c, &a, label, (struct span){bytes, sizeof bytes});
		assert_true(utf8_is_valid(t.text, t.len));
	}
	charset_cache_free(c);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_labels), cmocka_unit_test(gives_utf8_only)};

	return cmocka_run_group_tests_name("charset", tests, NULL, NULL);
}
