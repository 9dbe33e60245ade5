/* The small parts of IMAP: names of folders, sets of UIDs, SASL messages, dates. */
#include "base/mem.h"
#include "net/base64url.h"
#include "net/imap_answer.h"
#include "net/imap_set.h"
#include "net/imap_utf7.h"
#include "net/sasl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* RFC 3501 section 5.1.3 has the first examples. */
static const struct {
	const char *name, *wire;
} names[] = {
    {"INBOX", "INBOX"},
    {"~peter/mail/\345\217\260\345\214\227/\346\227\245\346\234\254\350\252\236", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
    {"Entw\303\274rfe", "Entw&APw-rfe"},
    {"R&D", "R&-D"},
    {"&", "&-"},
    {"\303\251", "&AOk-"},
    {"\303\251\303\251", "&AOkA6Q-"},
    {"\303\251 \303\251&\303\251", "&AOk- &AOk-&-&AOk-"},
    {"\360\237\223\254", "&2D3c7A-"},
    {"a\360\237\223\254\360\237\223\254b", "a&2D3c7Ng93Ow-b"},
    {"tab\there", "tab&AAk-here"},
    {"", ""},
};

static void names_go_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct buf wire = {0}, name = {0};
		assert_true(imap_utf7_encode(names[i].name, &wire));
		assert_string_equal(buf_str(&wire), names[i].wire);
		assert_true(imap_utf7_decode(names[i].wire, &name));
		assert_string_equal(buf_str(&name), names[i].name);
		buf_clear(&wire);
		buf_clear(&name);
	}
}

static void wrong_names_are_refused(void **state)
{
	static const char *const wrong[] = {"R&D", "&", "&AO", "&AOk", "&AOk*-", "&2D0-", "&3Kw-", "&AGE-", "&AOl-",
	    "&AOkA-", "caf\303\251", "\377", "&AOk-&AOk-", "a\tb"};
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (imap_utf7_decode(wrong[i], &out))
			fail_msg("\"%s\" was taken as \"%s\"", wrong[i], buf_str(&out));
		assert_int_equal(out.len, 0);
	}
	assert_false(imap_utf7_encode("\377", &out));
	buf_clear(&out);
}

static const struct {
	struct imap_range ranges[6];
	const char *text;
	uint64_t count;
} sets[] = {
    {{{0, 0}}, "", 0},
    {{{1, 1}}, "1", 1},
    {{{1, 1}, {2, 2}, {3, 3}}, "1:3", 3},
    {{{1, 1}, {3, 3}, {2, 2}}, "1:3", 3},
    {{{5, 9}, {1, 2}, {20, 20}}, "1:2,5:9,20", 8},
    {{{9, 5}, {7, 12}}, "5:12", 8},
    {{{10, 20}, {12, 13}, {30, 30}}, "10:20,30", 12},
    {{{30, 30}, {1, 40}, {35, 50}}, "1:50", 50},
    {{{1, 4294967295U}, {7, 7}}, "1:4294967295", 4294967295U},
    {{{4294967295U, 4294967295U}, {1, 1}, {4294967294U, 4294967294U}}, "1,4294967294:4294967295", 3},
};

static void sets_merge(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		struct imap_set set = {0};
		struct buf text = {0};
		for (size_t k = 0; k < 6 && sets[i].ranges[k].first; k++)
			imap_set_add(&set, sets[i].ranges[k].first, sets[i].ranges[k].last);
		imap_set_sort(&set);
		imap_set_write(&set, &text);
		assert_string_equal(buf_str(&text), sets[i].text);
		assert_int_equal(imap_set_count(&set), sets[i].count);
		imap_set_clear(&set);
		buf_clear(&text);
	}
}

static void sets_know_their_members(void **state)
{
	struct imap_set set = {0};

	(void)state;
	assert_false(imap_set_has(&set, 1));
	for (uint32_t uid = 3000; uid > 0; uid -= 3)
		imap_set_add(&set, uid, uid);
	imap_set_sort(&set);
	for (uint32_t uid = 1; uid <= 3001; uid++)
		assert_int_equal(imap_set_has(&set, uid), uid % 3 == 0);
	imap_set_clear(&set);
}

static const struct {
	enum sasl_mechanism m;
	const char *user, *secret, *message; /* NULL: refused; NULs of PLAIN as "|" */
} logins[] = {
    {SASL_PLAIN, "kay", "secret word", "|kay|secret word"},
    {SASL_PLAIN, "kay", "gr\303\274n", "|kay|gr\303\274n"},
    {SASL_PLAIN, "", "x", NULL},
    {SASL_PLAIN, "kay\r\n", "x", NULL},
    {SASL_XOAUTH2, "kay@a.example", "ya29.t", "user=kay@a.example\1auth=Bearer ya29.t\1\1"},
    {SASL_XOAUTH2, "kay@a.example", "t\1x=y", NULL},
    {SASL_OAUTHBEARER, "kay@a.example", "t", "n,a=kay@a.example,\1host=imap.a.example\1port=993\1auth=Bearer t\1\1"},
    {SASL_OAUTHBEARER, "k,a=y", "t", "n,a=k=2Ca=3Dy,\1host=imap.a.example\1port=993\1auth=Bearer t\1\1"},
};

static void logins_are_spelled_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof logins / sizeof *logins; i++) {
		struct sasl_login l = {logins[i].user, logins[i].secret, "imap.a.example", 993};
		struct buf out = {0}, text = {0};
		struct err e = {0};
		int rc = sasl_first(logins[i].m, &l, &out, &e);
		assert_int_equal(rc, logins[i].message ? 0 : -1);
		if (rc == 0) {
			assert_true(base64url_decode(out.data, out.len, &text));
			for (size_t k = 0; k < text.len; k++)
				text.data[k] = text.data[k] ? text.data[k] : '|';
			assert_string_equal(buf_str(&text), logins[i].message);
		}
		sasl_wipe(&out);
		buf_clear(&text);
	}
}

static void challenges_are_read(void **state)
{
	static const struct {
		const char *base64, *status;
	} table[] = {{"eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiQmVhcmVyIn0=", "401"}, {"eyJzdGF0dXMiOjQwMX0=", ""},
	    {"!", ""}, {"", ""}, {"W10=", ""}};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct buf out = {0};
		sasl_challenge_status(table[i].base64, strlen(table[i].base64), &out);
		assert_string_equal(buf_str(&out), table[i].status);
		buf_clear(&out);
	}
}

static void dates_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t at;
	} table[] = {{"17-Jul-1996 02:44:25 -0700", 837596665}, {"01-Jan-1970 00:00:01 +0000", 1},
	    {" 1-Feb-2026 12:00:00 +0530", 1769927400}, {"17-JUL-1996 02:44:25 -0700", 0},
	    {"32-Jul-1996 02:44:25 -0700", 0}, {"17-Jul-1996 25:44:25 -0700", 0}, {"17-Jul-1996 02:44:25", 0},
	    {"17-Jul-1996 02:44:25 -0700x", 0}, {"17-anF-1996 02:44:25 -0700", 0}, {"", 0}, {"NIL", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_int_equal(imap_answer_date(table[i].text), table[i].at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_go_both_ways),
	    cmocka_unit_test(wrong_names_are_refused),
	    cmocka_unit_test(sets_merge),
	    cmocka_unit_test(sets_know_their_members),
	    cmocka_unit_test(logins_are_spelled_right),
	    cmocka_unit_test(challenges_are_read),
	    cmocka_unit_test(dates_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
