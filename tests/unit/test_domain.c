/* Domains: spelling, registered part, free mail. */
#include "mail/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *host, *wanted;
};

static void check(const struct row *rows, size_t n, const char *(*function)(struct arena *, const char *))
{
	struct arena a = {0};

	for (size_t i = 0; i < n; i++) {
		const char *got = function(&a, rows[i].host);
		if (!got != !rows[i].wanted || (got && strcmp(got, rows[i].wanted) != 0))
			fail_msg("%s gave %s, not %s", rows[i].host, got ? got : "NULL",
			    rows[i].wanted ? rows[i].wanted : "NULL");
	}
	arena_clear(&a);
}

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void one_spelling(void **state)
{
	static const struct row rows[] = {
	    {"example.org", "example.org"},
	    {"Example.ORG.", "example.org"},
	    {"BÜCHER.example", "xn--bcher-kva.example"},
	    {"bu\xcc\x88"
	     "cher.example",
	        "xn--bcher-kva.example"},
	    {"XN--BCHER-KVA.example", "xn--bcher-kva.example"},
	    {"straße.example", "xn--strae-oqa.example"},
	    {"例え。テスト", "xn--r8jz45g.xn--zckzah"},
	    {"_dmarc.example.org", "_dmarc.example.org"},
	    {"192.0.2.1", "192.0.2.1"},
	    {"localhost", "localhost"},
	    {LABEL_63 ".org", LABEL_63 ".org"},
	    {LABEL_63 "a.org", NULL},
	    {LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63 ".org", NULL},
	    {"", NULL},
	    {".", NULL},
	    {"..", NULL},
	    {".example.org", NULL},
	    {"a..example.org", NULL},
	    {"example.org..", NULL},
	    {"[192.0.2.1]", NULL},
	    {"[IPv6:2001:db8::1]", NULL},
	    {"exa mple.org", NULL},
	    {"example.org\r\nX: y", NULL},
	    {"a@example.org", NULL},
	    {"\xff\xfe.example", NULL},
	    {"ex\xe2\x80\xae"
	     "ample.org",
	        NULL},
	};

	(void)state;
	check(rows, sizeof rows / sizeof *rows, domain_normalise);
}

static void registered_part(void **state)
{
	static const struct row rows[] = {
	    {"example.org", "example.org"},
	    {"mail.sub.example.co.uk", "example.co.uk"},
	    {"Mail.Example.CO.UK.", "example.co.uk"},
	    {"a.b.bücher.de", "xn--bcher-kva.de"},
	    {"x.y.city.kawasaki.jp", "city.kawasaki.jp"},
	    {"www.example.unknowntld", "example.unknowntld"},
	    {"co.uk", NULL},
	    {"org", NULL},
	    {"localhost", NULL},
	    {"192.0.2.1", NULL},
	    {"[192.0.2.1]", NULL},
	    {"", NULL},
	    {"not a host", NULL},
	};

	(void)state;
	check(rows, sizeof rows / sizeof *rows, domain_registrable);
}

/* The table is searched by halves: a name out of order would not be found. */
static void free_mail_is_known(void **state)
{
	static const char rows[][28] = {
#include "mail/free_mail.inc"
	};
	static const char *const others[] = {
	    "", "0", "zzzz", "example.org", "mail.gmail.com", "Gmail.com", "gmail.co", "gmail.comm"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena a = {0};
		if (!domain_is_free_mail(rows[i]))
			fail_msg("%s is out of order", rows[i]);
		assert_string_equal(domain_normalise(&a, rows[i]), rows[i]);
		arena_clear(&a);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(domain_is_free_mail(others[i]));
	assert_false(domain_is_free_mail(NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_spelling),
	    cmocka_unit_test(registered_part),
	    cmocka_unit_test(free_mail_is_known),
	};

	return cmocka_run_group_tests_name("domain", tests, NULL, NULL);
}
