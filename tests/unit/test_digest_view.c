/* The digest's text and page: layout, caps, escaping. Facts are made by hand; counts from a database are the program tests'. */
#include "base/utf8.h"
#include "base/zone.h"
#include "job/digest_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const nothing[] = {"", "", "", ""};

static struct digest_view view_of(const struct digest_facts *f, const char *const *paragraphs)
{
	return (struct digest_view){.team = "Team",
	    .period = "Thursday 19 November 2026",
	    .zone = "UTC",
	    .full_command = "digest-build team --date 2026-11-19 --json",
	    .within_day = true,
	    .facts = f,
	    .paragraphs = paragraphs};
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *s = text; (s = strstr(s, what)) != NULL; s += strlen(what))
		n++;
	return n;
}

static void test_empty_day(void **state)
{
	struct digest_member members[] = {{.name = "Mara Lind"}, {.name = "Ben Okafor"}};
	struct digest_facts f = {.members = members, .member_count = 2};
	struct digest_view v = view_of(&f, nothing);
	struct arena a = {0};
	struct buf text = {0}, html = {0};

	(void)state;
	digest_html(&v, &a, &html);
	digest_text(&v, &a, &text);
	assert_string_equal(buf_str(&text), "Team digest\n"
	                                    "Thursday 19 November 2026\n"
	                                    "========================================================================\n"
	                                    "\n"
	                                    "No messages with investors in this period.\n"
	                                    "\n\nBY TEAM MEMBER\n"
	                                    "------------------------------------------------------------------------\n"
	                                    "\n"
	                                    "No messages: Mara Lind and Ben Okafor.\n"
	                                    "\n\nBY INVESTOR\n"
	                                    "------------------------------------------------------------------------\n"
	                                    "\n"
	                                    "None.\n"
	                                    "\n\n"
	                                    "Times are those of UTC. For the admins of the team, by Mailroom.\n");
	assert_non_null(strstr(buf_str(&html), "No messages with investors in this period."));
	buf_clear(&text);
	buf_clear(&html);
	arena_clear(&a);
}

static void test_golden_text(void **state)
{
	const char *people[] = {"Kay Jansen"}, *team[] = {"Mara Lind"};
	struct digest_investor investors[] = {{.name = "日本投資 K.K.",
	    .volume = {12, 1, 1, 0},
	    .subject = "Re: a subject that is long enough to need a second line of the text",
	    .last_at = 1795104240,
	    .last_is_theirs = true,
	    .people = {people, 1},
	    .team = {team, 1}}};
	struct digest_member members[] = {
	    {.name = "Mara Lind", .volume = {12, 1, 1, 0}, .investors = investors, .investor_count = 1}};
	struct digest_facts f = {.volume = {12, 1, 1, 1},
	    .bulk = 2,
	    .members = members,
	    .member_count = 1,
	    .investors = investors,
	    .investor_count = 1};
	const char *paragraphs[] = {"Mara Lind had a day."};
	struct digest_view v = view_of(&f, paragraphs);
	struct arena a = {0};
	struct buf text = {0}, html = {0};

	(void)state;
	digest_html(&v, &a, &html);
	digest_text(&v, &a, &text);
	assert_string_equal(buf_str(&text), "Team digest\n"
	                                    "Thursday 19 November 2026\n"
	                                    "========================================================================\n"
	                                    "\n"
	                                    "12 messages came in and 1 went out, in 1 conversation with 1 investor.\n"
	                                    "2 list or automatic messages are left out. 1 message has an unverified\n"
	                                    "sender: the sender's own domain disowns it (DMARC).\n"
	                                    "\n\nBY TEAM MEMBER\n"
	                                    "------------------------------------------------------------------------\n"
	                                    "\n"
	                                    "Mara Lind                                                12 in     1 out\n"
	                                    "  Mara Lind had a day.\n"
	                                    "\n"
	                                    "  日本投資 K.K.                                          12 in     1 out\n"
	                                    "\n\nBY INVESTOR\n"
	                                    "------------------------------------------------------------------------\n"
	                                    "\n"
	                                    "日本投資 K.K.                                            12 in     1 out\n"
	                                    "  Last at 16:04, from them: Re: a subject that is long enough to need a\n"
	                                    "    second line of the text\n"
	                                    "  1 conversation of Mara Lind with Kay Jansen\n"
	                                    "\n\n"
	                                    "Times are those of UTC. For the admins of the team, by Mailroom.\n");
	buf_clear(&text);
	buf_clear(&html);
	arena_clear(&a);
}

/* Everything as long and as costly to escape as it may be. */
static void test_caps(void **state)
{
	enum { MEMBERS = 300, INVESTORS = 5000 };
	struct arena a = {0};
	struct digest_investor *investors = arena_zalloc(&a, INVESTORS * sizeof *investors);
	struct digest_member *members = arena_zalloc(&a, MEMBERS * sizeof *members);
	const char **paragraphs = arena_zalloc(&a, MEMBERS * sizeof *paragraphs);
	const char *names[4];
	char *costly = arena_alloc(&a, 401);
	struct buf text = {0}, html = {0};

	(void)state;
	memset(costly, '"', 400);
	costly[400] = '\0';
	for (size_t i = 0; i < 4; i++)
		names[i] = costly;
	for (size_t i = 0; i < INVESTORS; i++)
		investors[i] = (struct digest_investor){.name = costly,
		    .volume = {1, 1, 1, 1},
		    .subject = costly,
		    .people = {names, 4},
		    .team = {names, 4}};
	for (size_t i = 0; i < MEMBERS; i++) {
		members[i] =
		    (struct digest_member){.name = costly, .investors = investors, .investor_count = INVESTORS};
		if (i % 2)
			members[i].volume = (struct digest_volume){9, 9, 9, 9};
		paragraphs[i] = costly;
	}
	struct digest_facts f = {.volume = {INVESTORS, INVESTORS, 1, 1},
	    .members = members,
	    .member_count = MEMBERS,
	    .investors = investors,
	    .investor_count = INVESTORS};
	struct digest_view v = view_of(&f, paragraphs);
	v.team = v.period = v.zone = "x";
	digest_html(&v, &a, &html);
	digest_text(&v, &a, &text);
	assert_true(html.len <= DIGEST_HTML_BYTES);
	assert_true(v.investors_shown > 0 && v.investors_shown < INVESTORS);
	assert_true(v.members_shown > 0 && v.members_shown < MEMBERS / 2);
	char more[64];
	snprintf(more, sizeof more, "and %zu more investors: see", INVESTORS - v.investors_shown);
	assert_int_equal(count(buf_str(&html), more), 1);
	assert_int_equal(count(buf_str(&text), more), 1);
	snprintf(more, sizeof more, "and %zu more members: see", MEMBERS / 2 - v.members_shown);
	assert_int_equal(count(buf_str(&html), more), 1);
	assert_int_equal(count(buf_str(&text), more), 1);
	assert_int_equal(count(buf_str(&text), "digest-build team --date 2026-11-19 --json"), 2);
	assert_non_null(strstr(buf_str(&html), "</body></html>"));
	assert_true(utf8_is_valid(buf_str(&html), html.len));
	buf_clear(&text);
	buf_clear(&html);
	arena_clear(&a);
}

static void test_escaping(void **state)
{
	const char *evil = "<script>alert(1)</script>", *names[] = {evil};
	struct digest_investor investors[] = {
	    {.name = evil, .volume = {1, 0, 1, 0}, .subject = evil, .people = {names, 1}, .team = {names, 1}}};
	struct digest_member members[] = {
	    {.name = evil, .volume = {1, 0, 1, 0}, .investors = investors, .investor_count = 1}, {.name = evil}};
	struct digest_facts f = {
	    .volume = {1, 0, 1, 0}, .members = members, .member_count = 2, .investors = investors, .investor_count = 1};
	const char *paragraphs[] = {evil, evil};
	struct digest_view v = view_of(&f, paragraphs);
	struct arena a = {0};
	struct buf html = {0};

	(void)state;
	v.team = v.period = v.zone = v.full_command = evil;
	digest_html(&v, &a, &html);
	assert_null(strstr(buf_str(&html), "<script"));
	/* title element, title line, heading, name, paragraph, row, quiet line; name, subject, team, people, zone; period in the title */
	assert_int_equal(count(buf_str(&html), "&lt;script&gt;alert(1)&lt;/script&gt;"), 13);
	/* nothing is loaded from anywhere */
	assert_null(strstr(buf_str(&html), "http"));
	assert_null(strstr(buf_str(&html), "src="));
	assert_null(strstr(buf_str(&html), "url("));
	buf_clear(&html);
	arena_clear(&a);
}

static void test_bars(void **state)
{
	struct digest_investor investors[] = {
	    {.name = "A", .volume = {2, 1, 1, 0}, .subject = ""}, {.name = "B", .volume = {1, 0, 1, 0}, .subject = ""}};
	struct digest_facts f = {.volume = {3, 1, 2, 0}, .investors = investors, .investor_count = 2};
	struct digest_view v = view_of(&f, nothing);
	struct arena a = {0};
	struct buf html = {0};

	(void)state;
	digest_html(&v, &a, &html);
	/* the busiest fills its line; the other has a third of it */
	assert_int_equal(count(buf_str(&html), "class=\"i\" width=\"66%\""), 1);
	assert_int_equal(count(buf_str(&html), "class=\"o\" width=\"34%\""), 1);
	assert_int_equal(count(buf_str(&html), "class=\"i\" width=\"33%\""), 1);
	assert_int_equal(count(buf_str(&html), "<td width=\"67%\""), 1);
	buf_clear(&html);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_empty_day),
	    cmocka_unit_test(test_golden_text),
	    cmocka_unit_test(test_caps),
	    cmocka_unit_test(test_escaping),
	    cmocka_unit_test(test_bars),
	};
	struct err e = {0};

	if (zone_use("UTC", &e) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
