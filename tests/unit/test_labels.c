/* Labels of a message as text. */
#include "job/labels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void labels_are_sorted_and_there_once(void **state)
{
	static const struct {
		const char *before, *added, *removed, *after;
	} cases[] = {
	    {"", "UNREAD,INBOX", "", "INBOX,UNREAD"},
	    {"INBOX,UNREAD", "INBOX", "UNREAD", "INBOX"},
	    {"INBOX", "", "INBOX", ""},
	    {"INBOX", "", "INBO", "INBOX"},
	    {"B,A,B", "C,A", "", "A,B,C"},
	    {",,A,", "", "", "A"},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t added, removed;
		const char *const *more = labels_split(&a, cases[i].added, &added);
		const char *const *fewer = labels_split(&a, cases[i].removed, &removed);
		const char *text = labels_add(&a, cases[i].before, more, added);
		assert_string_equal(labels_remove(&a, text, fewer, removed), cases[i].after);
	}
	arena_clear(&a);
}

static void a_comma_in_a_label_parts_nothing(void **state)
{
	static const char *const labels[] = {"Berlin, Paris", "A"};
	struct arena a = {0};

	(void)state;
	assert_string_equal(labels_text(&a, labels, 2), "A,Berlin  Paris");
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(labels_are_sorted_and_there_once),
	    cmocka_unit_test(a_comma_in_a_label_parts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
