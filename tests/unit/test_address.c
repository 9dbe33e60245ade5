#include "base/buf.h"
#include "mail/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct address_limits limits = {10000, 64};

/* The list as "name <address>|...", "-" for NULL. */
static const char *shown(struct arena *a, const struct address_list *l)
{
	char *s = arena_strdup(a, "");

	for (size_t i = 0; i < l->count; i++)
		s = arena_printf(a, "%s%s%s <%s>", s, i ? "|" : "", l->items[i].name ? l->items[i].name : "-",
		    l->items[i].address ? l->items[i].address : "-");
	return s;
}

struct row {
	const char *in, *out;
};

static const struct row rows[] = {
    {"", ""},
    {" , ,; ,", ""},
    {"ann@example.org", "- <ann@example.org>"},
    {"<ann@example.org>", "- <ann@example.org>"},
    {"Ann <ann@example.org>", "Ann <ann@example.org>"},
    {"Ann Lee<ann@example.org>,Bob <bob@example.org>", "Ann Lee <ann@example.org>|Bob <bob@example.org>"},
    {"\"Lee, Ann\" <ann@example.org>", "Lee, Ann <ann@example.org>"},
    {"\"Ann \\\"A\\\" Lee\" <ann@example.org>", "Ann \"A\" Lee <ann@example.org>"},
    {"Ann Q. Lee <ann@example.org>", "Ann Q. Lee <ann@example.org>"},
    {"ann@example.org (Ann Lee)", "Ann Lee <ann@example.org>"},
    {"Ann (work) <ann@example.org> (x)", "Ann <ann@example.org>"},
    {"(Ann (the) Lee) ann@example.org", "Ann (the) Lee <ann@example.org>"},
    {"ann @ example . org", "- <ann@example.org>"},
    {"\"ann lee\"@example.org", "- <\"ann lee\"@example.org>"},
    {"<@a.example,@b.example:ann@example.org>", "- <ann@example.org>"},
    {"Team: ann@example.org, Bob <bob@example.org>;, c@example.org",
        "- <ann@example.org>|Bob <bob@example.org>|- <c@example.org>"},
    {"undisclosed-recipients:;", ""},
    {"undisclosed-recipients:", ""},
    {"g:g:g:ann@example.org;", "- <ann@example.org>"},
    {"ann@example.org; bob@example.org", "- <ann@example.org>|- <bob@example.org>"},
    {"Ann\r\n Lee\r\n <ann@example.org>", "Ann Lee <ann@example.org>"},
    {"=?utf-8?q?Lee=2C_Ann?= <ann@example.org>", "Lee, Ann <ann@example.org>"},
    {"=?utf-8?q?Lee,_Ann?= <ann@example.org>", "Lee, Ann <ann@example.org>"},
    {"=?utf-8?q?J=C3=BC?=\r\n =?utf-8?q?rgen?= <j@example.org>", "J\xc3\xbcrgen <j@example.org>"},
    {"\"=?utf-8?q?J=C3=BC?=\" <j@example.org>", "J\xc3\xbc <j@example.org>"},
    {"J\xfcrgen <j@example.org>", "J\xc3\xbcrgen <j@example.org>"},
    {"J\xc3\xbcrgen <j\xc3\xbc@ex\xc3\xa4mple.org>", "J\xc3\xbcrgen <j\xc3\xbc@ex\xc3\xa4mple.org>"},
    {"ann@[192.0.2.1]", "- <ann@[192.0.2.1]>"},
    {"ann@[IPv6:2001:db8::1]", "- <ann@[IPv6:2001:db8::1]>"},
    {"Ann <ann@example.org", "Ann <ann@example.org>"},
    {"Ann <ann@example.org, bob@example.org", "Ann <ann@example.org>|- <bob@example.org>"},
    {"Ann ann@example.org", "Ann <ann@example.org>"},
    {"\"never closed <ann@example.org>", "never closed <ann@example.org>"},
    {"(never closed <ann@example.org>", ""},
    {"root", "- <root>"},
    {"Mail Delivery System", "Mail Delivery System <->"},
    {"<>", ""},
    {"Ann <>", "Ann <->"},
    {"Ann <ann lee@example.org>", "Ann <ann lee@example.org>"},
    {"Ann <ann.long\r\n name@example.org>", "Ann <ann.longname@example.org>"},
    {"Ann <ann (the) @ (really) example . org>", "Ann <ann@example.org>"},
    {"<<ann@example.org>>", "- <ann@example.org>"},
    {"Ann <ann@example.org\r\nBcc: x@example.org>", "Ann <ann@example.orgBcc: x@example.org>"},
};

static void reads_lists(void **state)
{
	struct charset_cache *c = charset_cache_new();
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct address_list l = {0};
		assert_true(address_parse(c, &a, span_of(rows[i].in), &limits, &l));
		assert_string_equal(shown(&a, &l), rows[i].out);
	}
	charset_cache_free(c);
	arena_clear(&a);
}

static void caps_and_appends(void **state)
{
	struct charset_cache *c = charset_cache_new();
	const struct address_limits few = {5, 3};
	struct address_list l = {0};
	struct arena a = {0};

	(void)state;
	assert_true(address_parse(c, &a, span_of("a@x, b@x"), &few, &l));
	assert_true(address_parse(c, &a, span_of("c@x, d@x, e@x"), &few, &l));
	assert_int_equal(l.count, 5);
	assert_string_equal(l.items[4].address, "e@x");
	assert_false(address_parse(c, &a, span_of("f@x"), &few, &l));
	l.count = 0;
	assert_true(address_parse(c, &a, span_of("a@x (((deep)))"), &few, &l));
	assert_false(address_parse(c, &a, span_of("b@x ((((too deep))))"), &few, &l));
	assert_true(address_parse(c, &a, span_of("x:y:z:c@x"), &few, &l));
	assert_false(address_parse(c, &a, span_of("w:x:y:z:c@x"), &few, &l));
	assert_int_equal(l.count, 3);
	charset_cache_free(c);
	arena_clear(&a);
}

/* A megabyte of each piece: with a square in it these would run for hours. */
static void is_linear(void **state)
{
	static const char *const pieces[] = {"g:", "(", "((", "<", "<\"", "<(", "[", "\"", "\\", "a@", "=?", "=?a?q?",
	    "a ", "\" ", "<@a:", "(a)", "a,", "<>", ".", "a@b \"c\" ", "<a@b>", ";"};
	struct charset_cache *c = charset_cache_new();

	(void)state;
	for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
		struct arena a = {0};
		struct address_list l = {0};
		struct buf b = {0};
		while (b.len < 1 << 20)
			buf_puts(&b, pieces[k]);
		address_parse(c, &a, (struct span){b.data, b.len}, &limits, &l);
		assert_true(l.count <= limits.addresses);
		buf_clear(&b);
		arena_clear(&a);
	}
	charset_cache_free(c);
}

static void normalises(void **state)
{
	static const struct row norm[] = {
	    {"Ann@Example.ORG", "ann@example.org"},
	    {"ann@example.org.", "ann@example.org"},
	    {"ann@b\xc3\xbc"
	     "cher.example",
	        "ann@xn--bcher-kva.example"},
	    {"ann@B\xc3\x9c"
	     "CHER.example",
	        "ann@xn--bcher-kva.example"},
	    {"ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
	    {"a@b@c.example", "a@b@c.example"},
	    {"ann", NULL},
	    {"@example.org", NULL},
	    {"ann@", NULL},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof norm / sizeof *norm; i++) {
		const char *got = address_normalise(&a, norm[i].in);
		if (norm[i].out)
			assert_string_equal(got, norm[i].out);
		else
			assert_null(got);
	}
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_lists), cmocka_unit_test(caps_and_appends),
	    cmocka_unit_test(is_linear), cmocka_unit_test(normalises)};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
