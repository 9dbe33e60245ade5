/* The state of an IMAP mailbox as text, and the ids of its messages: what was written is read, and nothing else. */
#include "job/imap_mark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_round_trip(void **state)
{
	static const char text[] =
	    "7 4 12 1:3 INBOX\n4294967295 4294967295 18446744073709551615 1,3,5:4294967295 Work: a b\n1 "
	    "0 0 - Empty\n";
	struct imap_marks marks;
	struct arena a = {0};
	struct buf out = {0};

	(void)state;
	assert_true(imap_marks_read(&a, text, &marks));
	assert_int_equal(marks.n, 3);
	assert_int_equal(imap_set_count(&imap_marks_find(&marks, "INBOX")->uids), 3);
	assert_int_equal(imap_marks_find(&marks, "Work: a b")->uidvalidity, UINT32_MAX);
	assert_int_equal(imap_set_count(&imap_marks_find(&marks, "Empty")->uids), 0);
	assert_null(imap_marks_find(&marks, "Work"));
	for (size_t i = 0; i < marks.n; i++)
		imap_mark_write(&marks.items[i], &out);
	assert_string_equal(buf_str(&out), text);
	imap_marks_clear(&marks);
	assert_true(imap_marks_read(&a, "", &marks));
	assert_int_equal(marks.n, 0);
	imap_marks_clear(&marks);
	buf_clear(&out);
	arena_clear(&a);
}

static void test_no_marks(void **state)
{
	static const char *const cases[] = {"5", "4711", "1 2 3 1:3 INBOX", "1 2 3 1:3 \n", "1 2 3 INBOX\n",
	    "1 2 3 1: INBOX\n", "1 2 3 1,,2 INBOX\n", "4294967296 2 3 1 INBOX\n", "1 2 18446744073709551616 1 INBOX\n",
	    "-1 2 3 1 INBOX\n", "1 2 3 1:3 INBOX\n\n", "1 2 3 1:4294967296 INBOX\n"};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct imap_marks marks;
		assert_false(imap_marks_read(&a, cases[i], &marks));
		imap_marks_clear(&marks);
	}
	arena_clear(&a);
}

static void test_ids(void **state)
{
	static const char *const wrong[] = {"", ":", "::", ":1:2", "INBOX", "INBOX:1", "INBOX:1:", "INBOX::2",
	    "INBOX:1:2x", "INBOX:x:2", "INBOX:1:4294967296", "1871f0c2a9b3d4e5"};
	struct arena a = {0};
	const char *name;
	uint32_t uidvalidity, uid;

	(void)state;
	assert_string_equal(imap_mark_id(&a, "A:b/c", 4294967295, 42), "A:b/c:4294967295:42");
	assert_true(imap_mark_read_id(&a, "A:b/c:4294967295:42", &name, &uidvalidity, &uid));
	assert_string_equal(name, "A:b/c");
	assert_int_equal(uidvalidity, UINT32_MAX);
	assert_int_equal(uid, 42);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(imap_mark_read_id(&a, wrong[i], &name, &uidvalidity, &uid));
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_no_marks),
	    cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
