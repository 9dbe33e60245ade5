/* format=flowed: soft line breaks joined, and nothing else. */
#include "mail/flowed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void lines_are_joined(void **state)
{
	static const struct {
		const char *in;
		bool delsp;
		const char *out;
	} rows[] = {
	    {"", false, ""},
	    {"\n", false, "\n"},
	    {"one\ntwo\n", false, "one\ntwo\n"},
	    {"one \ntwo\nthree", false, "one two\nthree"},
	    {"one \ntwo \nthree\n", false, "one two three\n"},
	    {"one \ntwo\n", true, "onetwo\n"},
	    {"one  \ntwo\n", true, "one two\n"},
	    {"one \n", false, "one \n"},
	    {"one ", true, "one "},
	    {"one \n\ntwo\n", false, "one \n\ntwo\n"},
	    {" From here\n  two\n > no quote\n", false, "From here\n two\n> no quote\n"},
	    {"> one \n> two\n", false, "> one two\n"},
	    {">one \n>two\n", false, "> one two\n"},
	    {">> one \n> two\n", false, ">> one \n> two\n"},
	    {"one \n> two\n", false, "one \n> two\n"},
	    {"> one \ntwo\n", false, "> one \ntwo\n"},
	    {">\n>>\n> \n", false, ">\n>>\n>\n"},
	    {"> > one\n", false, "> > one\n"},
	    {"bye \n-- \nme\n", false, "bye \n-- \nme\n"},
	    {"-- \nme \nhere\n", false, "-- \nme here\n"},
	    {"> -- \n> me\n", false, "> -- \n> me\n"},
	    {"--  \nme\n", false, "--  me\n"},
	    {">x\n>x\n>x", false, "> x\n> x\n> x"},
	    {" \n \na\n", false, "\n\na\n"},
	    {"  \na\n", true, "a\n"},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t bytes;
		char *out = flowed_unwrap(&a, rows[i].in, strlen(rows[i].in), rows[i].delsp, &bytes);
		if (strcmp(out, rows[i].out) != 0)
			fail_msg("[%s] gave [%s], not [%s]", rows[i].in, out, rows[i].out);
		assert_int_equal(bytes, strlen(rows[i].out));
	}
	arena_clear(&a);
}

/* The room is reckoned, not grown: lines that gain a byte, in every length. */
static void room_is_enough(void **state)
{
	enum { MOST = 200 };
	char in[MOST * 3];

	(void)state;
	for (size_t i = 0; i < sizeof in; i++)
		in[i] = ">x\n"[i % 3];
	for (size_t n = 0; n <= sizeof in; n++) {
		struct arena a = {0};
		size_t bytes, lines = (n + 2) / 3;
		char *exact = malloc(n ? n : 1);
		memcpy(exact, in, n);
		flowed_unwrap(&a, exact, n, false, &bytes);
		assert_int_equal(bytes, n + lines - (n % 3 == 1 ? 1 : 0));
		free(exact);
		arena_clear(&a);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_joined),
	    cmocka_unit_test(room_is_enough),
	};

	return cmocka_run_group_tests_name("flowed", tests, NULL, NULL);
}
