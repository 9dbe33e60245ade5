/* A participant's update: where the window leads, what each language says of it, and which language it is. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "job/update.h"
#include "job/update_builtin.h"
#include "job/update_catalogue.h"
#include "mail/body.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct study usual = {.label = "main",
    .min_retrievals = 1,
    .min_engagement = 3,
    .min_active_days = 10,
    .window_days = 14,
    .cut_off_minute = 300,
    .zone = "Europe/Amsterdam"};

static const struct reckoned_type types[] = {{{"like", 4}, 3}, {{"reply", 5}, 1}, {{"repost <b>", 10}, 1},
    {{"a", 1}, 1}, {{"b", 1}, 1}, {{"c", 1}, 1}, {{"d", 1}, 1}, {{"e", 1}, 1}};

/* A window as letters, oldest day first: A active, "." nothing, r a retrieval alone, e an engagement alone. The rule of
 * job/reckoning.h is applied. */
static struct reckoned window(struct arena *a, const struct study *s, const char *pattern, int64_t first)
{
	struct reckoned w = {.did = "did:plc:x",
	    .study = s,
	    .required_active_days = s->min_active_days,
	    .window_days = (uint32_t)strlen(pattern)};
	struct reckoned_day *days = arena_zalloc(a, strlen(pattern) * sizeof *days);

	for (uint32_t i = 0; i < w.window_days; i++) {
		struct reckoned_day *d = &days[i];
		uint32_t n = i + 1, to_come = n < s->window_days ? s->window_days - n : 0;
		d->day = first + i;
		d->retrievals = pattern[i] == 'A' || pattern[i] == 'r';
		if (pattern[i] == 'A' || pattern[i] == 'e') {
			d->types = types;
			d->type_count = pattern[i] == 'A' ? 2 : 1;
			d->engagements = pattern[i] == 'A' ? 4 : 3;
		}
		d->is_active = pattern[i] == 'A';
		w.active_days += d->is_active;
		d->on_track = w.active_days + to_come + !d->is_active >= s->min_active_days;
		w.on_track = d->on_track;
	}
	w.days = days;
	return w;
}

static void test_outlook(void **state)
{
	static const struct {
		const char *pattern;
		bool on_track;
		uint32_t needed, within, recover;
	} cases[] = {
	    {".", true, 10, 14, 0},
	    {"A", true, 9, 13, 0},
	    {"....A", true, 9, 9, 0},
	    {".....", true, 10, 10, 0},
	    /* The first window cannot hold ten any more; the window that begins at the first active day does. */
	    {"......", false, 10, 9, 10},
	    {".....A", false, 9, 8, 9},
	    {"AAAAAAAAAA", true, 0, 4, 0},
	    {"AAAAAAAAAA....", true, 0, 1, 0},
	    {"AAAAAAAAA.....", true, 1, 1, 0},
	    {"AAAAAAAA......", false, 2, 1, 0},
	    {"......AAAAAAAA", false, 2, 0, 2},
	    {"......AAAAAAA.", false, 3, 1, 3},
	    {"AAAA......AAAA", false, 2, 0, 6},
	    {"..............", false, 10, 1, 10},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct reckoned w = window(&a, &usual, cases[i].pattern, 20000);
		struct update_outlook o = update_outlook(&w);
		if (w.on_track != cases[i].on_track || o.needed_days != cases[i].needed ||
		    o.within_days != cases[i].within || (cases[i].recover && o.recover_days != cases[i].recover))
			fail_msg("%s: on_track %d, needed %u, within %u, recover %u", cases[i].pattern, w.on_track,
			    o.needed_days, o.within_days, o.recover_days);
	}
	arena_clear(&a);
}

/* Day by day, with the rule itself: the days before the one that is said do not do, that one does. */
static void check_recovery(struct arena *a, const struct study *s, const char *pattern)
{
	struct reckoned w = window(a, s, pattern, 20000);
	struct update_outlook o = update_outlook(&w);
	char *all = arena_printf(a, "%s%0*d", pattern, (int)s->window_days + 2, 0);
	size_t n = strlen(pattern), at = w.days[n - 1].is_active ? n : n - 1;
	uint32_t want = 0;

	for (uint32_t k = 1; k <= s->window_days && !want && !w.on_track; k++, at++) {
		all[at] = 'A';
		size_t length = at + 1, from = length > s->window_days ? length - s->window_days : 0;
		char *seen = arena_strndup(a, all + from, length - from);
		if (window(a, s, seen, 20000).on_track)
			want = k;
	}
	if (o.recover_days != want)
		fail_msg(
		    "%s of %u in %u: %u, not %u", pattern, s->min_active_days, s->window_days, o.recover_days, want);
	if (want)
		assert_int_equal(o.recover_date, 20000 + (int64_t)at - 1);
}

static void test_recovery(void **state)
{
	struct arena a = {0};
	uint32_t random = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct study s = usual;
		char pattern[20] = "";
		random = random * 1664525u + 1013904223u;
		s.window_days = 1 + (random >> 8) % 16;
		s.min_active_days = (random >> 16) % 18;
		size_t n = 1 + (random >> 24) % s.window_days;
		for (size_t k = 0; k < n; k++) {
			random = random * 1664525u + 1013904223u;
			pattern[k] = (random >> 16) % 3 ? 'A' : '.';
		}
		check_recovery(&a, &s, pattern);
		arena_reset(&a);
	}
	arena_clear(&a);
}

static struct update_facts facts_of(const struct reckoned *w)
{
	return (struct update_facts){.window = w,
	    .newest = {clock_days(2026, 11, 20), "15:47"},
	    .read = {clock_days(2026, 11, 20), "16:00"},
	    .cut_off = "05:00",
	    .sender = "The study team",
	    .feed_url = "https://bsky.app/profile/x/feed/y?a=1&b=2",
	    .unsubscribe_url = "https://study.example/leave?t=1&u=2"};
}

struct made {
	const char *subject;
	struct update_bodies bodies;
};

static struct made make(struct arena *a, const struct update_templates *t, const struct update_facts *f)
{
	struct made m;
	struct err e = {0};

	if (update_subject(a, t, f, &m.subject, &e) != 0 || update_bodies(a, t, f, m.subject, &m.bodies, &e) != 0)
		fail_msg("%s: %s", t->language, e.text);
	return m;
}

static void has(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" is not in:\n%s", words, text);
}

static void has_not(const char *text, const char *words)
{
	if (strstr(text, words))
		fail_msg("\"%s\" is in:\n%s", words, text);
}

/* Where SHOW_UPDATES names a folder, the pages are left there to be looked at. */
static void show(const char *name, const char *language, const struct made *m)
{
	const char *dir = getenv("SHOW_UPDATES");
	char path[300];
	FILE *f;

	if (!dir)
		return;
	snprintf(path, sizeof path, "%s/%s.%s.html", dir, name, language);
	f = fopen(path, "w");
	if (f) {
		fputs(m->bodies.html, f);
		fclose(f);
	}
	printf("==== %s %s\nSubject: %s\n\n%s\n", name, language, m->subject, m->bodies.text);
}

/* Lines are wrapped: they are joined again to be looked into. */
static const char *joined(struct arena *a, const char *lines)
{
	char *text = arena_strdup(a, lines), *to = text;

	for (const char *p = lines; *p; p++)
		if (*p != '\n' && *p != ' ')
			*to++ = *p;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	*to = '\0';
	return text;
}

struct english_case {
	const char *name, *pattern;
	bool action;
	const char *subject, *words[5], *not [3];
};

static const struct english_case english_cases[] = {
    {"first", "A", false, "Your study progress: 1 of 10 active days",
        {"Today counts as an active day already.", "Day 1 of the 14 days that count.",
            "You need 9 more active days within 13 days.",
            "[x] Fri 20 Nov (today, so far): 1 feed visit, 4 engagements", "(like 3, reply 1)"},
        {"Still missing", "not on track", "today included"}},
    {"partly", "A.Ar.AAAr", false, "Your study progress: 5 of 10 active days",
        {"Still missing for today: 3 engagements, before 05:00 on Saturday.",
            "You need 5 more active days within 6 days, today included.",
            "[ ] Fri 20 Nov (today, so far): 1 feed visit, 0 engagements"},
        {"feed visit and", "No activity", "not on track"}},
    {"action", "AAAAAA.", true, "Today does not count yet: 6 of 10 active days",
        {"No activity seen today yet: Friday 20 November",
            "Still missing for today: 1 feed visit and 3 engagements, before 05:00",
            "You need 4 more active days within 8 days, today included."},
        {"progress", "not on track"}},
    {"reached", "AAAAAAAA.AAAAA", false, "Your study progress: 13 active days, 10 needed",
        {"You are on track: you have the 10 active days that are needed.", "The last 14 days count."},
        {"not on track"}},
    {"must", "AAAAAAAAA.....", true, NULL, {"You are on track, but only if you are active today."}, {"not on track"}},
    {"behind", "......A", false, NULL,
        {"9 active days are missing, and too few of the 14 days are left",
            "on each of the next 9 days, up to Sunday 29"},
        {"today included"}},
    {"behind-full", "AAAA......AA..", true, NULL,
        {"4 of the 10 active days are missing.",
            "on each of the next 8 days, today included, up to Friday 27 November"},
        {NULL}},
    {"one-more", "....AAAAAAAAA.", true, NULL, {"You are on track, but only if you are active today."}, {"one more"}},
};

static void check_english(struct arena *a, const struct update_catalogue *c, const struct english_case *k)
{
	int64_t first = clock_days(2026, 11, 20) - (int64_t)strlen(k->pattern) + 1;
	struct reckoned w = window(a, &usual, k->pattern, first);
	struct update_facts f = facts_of(&w);
	struct made m = make(a, update_catalogue_find(c, "en"), &f);
	const char *text = joined(a, m.bodies.text);

	assert_int_equal(update_needs_action(&w), k->action);
	show(k->name, "en", &m);
	if (k->subject)
		assert_string_equal(m.subject, k->subject);
	for (size_t i = 0; i < 5 && k->words[i]; i++)
		has(text, k->words[i]);
	for (size_t i = 0; i < 3 && k->not [i]; i++)
		has_not(text, k->not [i]);
	has(text, "data by Friday 20 November, 15:47.");
	has(m.bodies.html, "<html lang=\"en\">");
}

static void test_english(void **state)
{
	struct update_catalogue *c;
	struct arena a = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(update_catalogue_load(NULL, "en", &c, &e), 0);
	for (size_t i = 0; i < sizeof english_cases / sizeof *english_cases; i++)
		check_english(&a, c, &english_cases[i]);
	update_catalogue_free(c);
	arena_clear(&a);
}

/* All digits and dates of one form stand in the other, in the same order: the calendar of the page, which says them
 * twice, put aside. */
static const char *numbers_of(struct arena *a, const char *text)
{
	struct buf b = {0};
	const char *kept;

	for (const char *p = text; *p;) {
		size_t n = strspn(p, "0123456789");
		if (n > 0 && n < 5) {
			buf_append(&b, p, n);
			buf_puts(&b, " ");
		}
		p += n ? n : 1;
	}
	kept = arena_strdup(a, buf_str(&b));
	buf_clear(&b);
	return kept;
}

static const char *without(struct arena *a, const char *html, const char *from, const char *to)
{
	const char *at = strstr(html, from), *end = at ? strstr(at, to) : NULL;

	return end ? arena_printf(a, "%.*s%s", (int)(at - html), html, end + strlen(to)) : html;
}

static int compare_numbers(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

static const char *sorted(struct arena *a, const char *numbers)
{
	char *copy = arena_strdup(a, numbers), *list[1000], *rest = NULL;
	const char *out = "";
	size_t n = 0;

	for (char *p = strtok_r(copy, " ", &rest); p && n < 1000; p = strtok_r(NULL, " ", &rest))
		list[n++] = p;
	qsort(list, n, sizeof *list, compare_numbers);
	for (size_t i = 0; i < n; i++)
		out = arena_printf(a, "%s%s ", out, list[i]);
	return out;
}

static void test_languages(void **state)
{
	static const char *const languages[] = {"en", "nl", "de", "fr"};
	static const char *const patterns[] = {"A", ".", "e", "r", "A.Ar.AAAr", "AAAAAAAA.AAAAA", "AAAAAAAAA.....",
	    "......A", "AAAA......AA..", "AAAA......AAA.", "......AAAAAAAAA", "AAAAAAAAAA"};
	struct update_catalogue *c;
	struct arena a = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(update_catalogue_load(NULL, "en", &c, &e), 0);
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		for (size_t k = 0; k < sizeof languages / sizeof *languages; k++) {
			size_t n = strlen(patterns[i]);
			struct reckoned w = window(&a, &usual, patterns[i], clock_days(2026, 11, 20) - (int64_t)n + 1);
			struct update_facts f = facts_of(&w);
			const struct update_templates *t = update_catalogue_find(c, languages[k]);
			struct made m = make(&a, t, &f);
			const char *page, *seen;
			assert_string_equal(t->language, languages[k]);
			show(patterns[i], languages[k], &m);
			assert_true(utf8_is_valid(m.bodies.html, strlen(m.bodies.html)));
			/* Gmail cuts what is longer than 102 KB. */
			assert_true(strlen(m.bodies.html) < 40000);
			has_not(m.bodies.html, "<img");
			has_not(m.bodies.text, "{{");
			has_not(m.bodies.html, "{{");
			page = without(&a, m.bodies.html, "aria-hidden=\"true\"", "</table>");
			body_html(&a, page, strlen(page), &seen);
			assert_string_equal(
			    sorted(&a, numbers_of(&a, seen)), sorted(&a, numbers_of(&a, m.bodies.text)));
		}
	update_catalogue_free(c);
	arena_clear(&a);
}

/* What comes from outside stays what it is. */
static void test_hostile(void **state)
{
	struct reckoned_type bad[] = {{{"</td><script>alert(1)</script>", 30}, 9}, {{"a\nb\x1b[31m", 8}, 5},
	    {{"", 0}, 4}, types[3], types[4], types[5], types[6], types[7]};
	struct reckoned_day day = {.day = 20000,
	    .retrievals = 2,
	    .engagements = 23,
	    .types = bad,
	    .type_count = 8,
	    .is_active = true,
	    .on_track = true,
	    .cumulative_active = 1};
	struct reckoned w = {.did = "d",
	    .study = &usual,
	    .active_days = 1,
	    .required_active_days = 10,
	    .window_days = 1,
	    .on_track = true,
	    .days = &day};
	struct update_facts f = facts_of(&w);
	struct update_catalogue *c;
	struct arena a = {0};
	struct err e = {0};
	struct made m;

	(void)state;
	f.feed_url = "javascript:alert(1)";
	f.sender = "A <b>\r\nBcc: x@y.example";
	f.unsubscribe_url = NULL;
	f.unsubscribe_address = "leave@study.example";
	f.newest.time = NULL;
	assert_int_equal(update_catalogue_load(NULL, "en", &c, &e), 0);
	m = make(&a, update_catalogue_find(c, NULL), &f);
	has(joined(&a, m.bodies.text), "</td><script>alert(1)</script> 9, a b [31m 5, ? 4, a 1, b 1, c 1, other 2");
	has_not(m.bodies.html, "<script");
	has_not(m.bodies.html, "javascript");
	has_not(m.bodies.text, "javascript");
	has(m.bodies.text, "\nA <b> Bcc: x@y.example\n");
	has(m.bodies.text, "write to leave@study.example");
	has(m.bodies.html, "href=\"mailto:leave@study.example\"");
	has(m.bodies.text, "by 16:00 today.");
	update_catalogue_free(c);
	arena_clear(&a);
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void remove_file(const char *dir, const char *name)
{
	char path[300];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	unlink(path);
}

/* One file after the other, and what the catalogue says then. */
static const struct {
	const char *name, *text, *error;
} files[] = {
    {NULL, NULL, "MAILROOM_TEMPLATE_LANGUAGE: there is no template DIR/update.en.subject"},
    {"update.en.subject", "Update {{active_days}}", "DIR/update.en.txt: is not there, nor .html or .md"},
    {"update.en.md", "# {{study}}\n\n[feed]({{feed_url}})\n", NULL},
    {"update.pt-BR.txt", "Oi {{today_day}}", "DIR/update.pt-br.subject: is not there"},
    {"update.pt-BR.subject", "Oi", NULL},
    {"update.nl.html", "<p>{{nope}}</p>", "DIR/update.nl.html:1: there is no value \"nope\""},
    {"update.nl.html", "<p>Hoi</p>", "DIR/update.nl.subject: is not there"},
    {"update.nl.subject", "Hoi", NULL},
    {"update.NL.subject", "Hoi", "is there twice"},
    {"update.en.htm", "x", "DIR/update.en.htm: is no name of a template"},
    {"update.e!.txt", "x", "DIR/update.e!.txt: is no name of a template"},
    {"update.en.md~", "{{", NULL},
    {"notes.txt", "{{", NULL},
};

enum { FILE_COUNT = sizeof files / sizeof *files };

static void check_load(const char *dir, const char *error)
{
	struct update_catalogue *c = NULL;
	const char *mark = error ? strstr(error, "DIR") : NULL;
	struct err e = {0};
	char want[400];
	int rc = update_catalogue_load(dir, "en", &c, &e);

	update_catalogue_free(c);
	if (!error) {
		assert_int_equal(rc, 0);
		return;
	}
	snprintf(want, sizeof want, "%.*s%s%s", mark ? (int)(mark - error) : 0, error, mark ? dir : "",
	    mark ? mark + 3 : error);
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, ERR_CONFIG);
	has(e.text, want);
}

static void check_languages(const char *dir)
{
	static const char *const asked[][2] = {{NULL, "en"}, {"", "en"}, {"nl", "nl"}, {"NL-be", "nl"},
	    {"pt_BR", "pt-br"}, {"pt", "en"}, {"pt-br-x-y", "pt-br"}, {"ja", "en"}, {"n l", "en"},
	    {"../../etc/passwd", "en"}, {"-nl", "en"}, {"nl-", "en"}};
	struct update_catalogue *c;
	struct arena a = {0};
	struct err e = {0};

	assert_int_equal(update_catalogue_load(dir, "en", &c, &e), 0);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		assert_string_equal(update_catalogue_find(c, asked[i][0])->language, asked[i][1]);
	/* Markdown alone makes both forms; HTML and text alone, too. */
	struct reckoned w = window(&a, &usual, "A", 20000);
	struct update_facts f = facts_of(&w);
	struct made m = make(&a, update_catalogue_find(c, "en"), &f);
	assert_string_equal(m.subject, "Update 1");
	assert_string_equal(m.bodies.text, "main\n====\n\nfeed <https://bsky.app/profile/x/feed/y?a=1&b=2>\n");
	has(m.bodies.html, "<h1>main</h1>");
	has(m.bodies.html, "<a href=\"https://bsky.app/profile/x/feed/y?a=1&amp;b=2\">feed</a>");
	m = make(&a, update_catalogue_find(c, "nl"), &f);
	assert_string_equal(m.bodies.text, "Hoi\n");
	m = make(&a, update_catalogue_find(c, "pt-br"), &f);
	has(m.bodies.html, "<p>Oi 4</p>");
	update_catalogue_free(c);
	arena_clear(&a);
}

static void test_catalogue(void **state)
{
	char dir[] = "/tmp/test_update.XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < FILE_COUNT; i++) {
		const char *error = files[i].error;
		if (files[i].name)
			write_file(dir, files[i].name, files[i].text);
		check_load(dir, error);
		/* What is wrong for good goes again. */
		if (files[i].name && error && (strstr(error, "twice") || strstr(error, "no name")))
			remove_file(dir, files[i].name);
	}
	check_languages(dir);
	for (size_t i = 0; i < FILE_COUNT; i++)
		if (files[i].name)
			remove_file(dir, files[i].name);
	assert_int_equal(rmdir(dir), 0);
	check_load(dir, "DIR: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_outlook),
	    cmocka_unit_test(test_recovery),
	    cmocka_unit_test(test_english),
	    cmocka_unit_test(test_languages),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
