/* The plain narrator: what a member's day reads like. */
#include "job/narrator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct digest_investor with(const char *name, size_t in, size_t out, const char *subject)
{
	return (struct digest_investor){.kind = "fund", .name = name, .volume = {in, out, 1, 0}, .subject = subject};
}

static void tells(struct digest_member m, const char *want)
{
	struct narrator n = narrator_plain();
	struct arena a = {0};
	struct err e = {0};
	const char *got;

	assert_int_equal(n.tell(n.self, &a, &m, &got, &e), 0);
	assert_string_equal(got, want);
	arena_clear(&a);
}

static void test_quiet(void **state)
{
	(void)state;
	tells((struct digest_member){.name = "Cleo Park"}, "Cleo Park had no messages with investors.");
}

static void test_one_message(void **state)
{
	struct digest_investor in[] = {with("Northwind", 1, 0, "Term sheet")}, out[] = {with("Northwind", 0, 1, "")};

	(void)state;
	tells((struct digest_member){.name = "Mara Lind", .volume = {1, 0, 1, 0}, .investors = in, .investor_count = 1},
	    "Mara Lind received 1 message, in 1 conversation with Northwind. Its subject: “Term sheet”.");
	tells(
	    (struct digest_member){.name = "Mara Lind", .volume = {0, 1, 1, 0}, .investors = out, .investor_count = 1},
	    "Mara Lind sent 1 message, in 1 conversation with Northwind. Its subject: (no subject).");
}

static void test_one_way(void **state)
{
	struct digest_investor in[] = {with("Northwind", 2, 0, "A")}, out[] = {with("Northwind", 0, 3, "A")};

	(void)state;
	tells((struct digest_member){.name = "Mara Lind", .volume = {2, 0, 2, 0}, .investors = in, .investor_count = 1},
	    "Mara Lind received 2 messages and sent none, in 2 conversations with Northwind. Last subject: “A”.");
	tells(
	    (struct digest_member){.name = "Mara Lind", .volume = {0, 3, 1, 0}, .investors = out, .investor_count = 1},
	    "Mara Lind sent 3 messages and received none, in 1 conversation with Northwind. Last subject: “A”.");
}

static void test_several(void **state)
{
	struct digest_investor i[] = {with("Northwind", 3, 2, "Re: Fwd: AW: Term sheet"),
	    with("Delta", 1, 1, "Quarterly figures"), with("Omar Haddad", 1, 0, "Lunch?"), with("Lone", 1, 0, "x"),
	    with("Vesper", 1, 0, "y")};
	struct digest_investor even[] = {with("Northwind", 1, 1, "A"), with("Delta", 2, 0, "B")};

	(void)state;
	i[1].last_is_unverified = true;
	tells(
	    (struct digest_member){
	        .name = "Ben Okafor", .volume = {7, 3, 6, 2}, .investors = i, .investor_count = sizeof i / sizeof *i},
	    "Ben Okafor received 7 messages and sent 3, in 6 conversations with Northwind, Delta, Omar Haddad and 2 "
	    "others. "
	    "Northwind had the most: 3 in and 2 out. Last subjects: “Term sheet” with Northwind, “Quarterly figures” "
	    "with Delta "
	    "(unverified) and “Lunch?” with Omar Haddad. 2 messages have unverified senders.");
	even[0].volume.out = 0;
	tells((struct digest_member){.name = "Ben Okafor",
	          .volume = {3, 0, 2, 0},
	          .investors = (struct digest_investor[]){even[1], even[0]},
	          .investor_count = 2},
	    "Ben Okafor received 3 messages and sent none, in 2 conversations with Delta and Northwind. "
	    "Delta had the most: 2 in and none out. Last subjects: “B” with Delta and “A” with Northwind.");
	even[0].volume.out = 1;
	/* nobody is ahead: nothing is said about the most */
	tells((struct digest_member){.name = "Ben Okafor",
	          .volume = {3, 1, 2, 1},
	          .investors = even,
	          .investor_count = sizeof even / sizeof *even},
	    "Ben Okafor received 3 messages and sent 1, in 2 conversations with Northwind and Delta. "
	    "Last subjects: “A” with Northwind and “B” with Delta. 1 message has an unverified sender.");
}

static void test_long_words(void **state)
{
	struct digest_investor i[] = {with("Stichting Pensioenfonds voor de Zeer Lange Namen in Nederland", 1, 0,
	    "Regarding the very long subject of a message that nobody will ever read to its end")};

	(void)state;
	tells((struct digest_member){.name = "Mara Lind", .volume = {1, 0, 1, 0}, .investors = i, .investor_count = 1},
	    "Mara Lind received 1 message, in 1 conversation with Stichting Pensioenfonds voor de Zeer Lange…. "
	    "Its subject: “Regarding the very long subject of a message…”.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_quiet),
	    cmocka_unit_test(test_one_message),
	    cmocka_unit_test(test_one_way),
	    cmocka_unit_test(test_several),
	    cmocka_unit_test(test_long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
