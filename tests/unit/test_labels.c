/* Labels of a message as text; what a capture keeps of an IMAP mailbox as text. */
#include "job/imap_cursor.h"
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

static void a_folder_is_found_in_the_cursor(void **state)
{
	struct imap_folder_state inbox = {7, 12, 3, 99}, odd = {1, 1, 0, 0};
	struct imap_cursor_folder found;
	struct imap_set uids = {0}, none = {0}, back = {0};
	struct buf text = {0};
	struct arena a = {0};

	(void)state;
	imap_set_add(&uids, 1, 2);
	imap_set_add(&uids, 11, 11);
	imap_cursor_put(&text, "INBOX", &inbox, &uids);
	imap_cursor_put(&text, "Sent 1 2", &odd, &none);
	assert_string_equal(buf_str(&text), "7 12 3 99 1:2,11 INBOX\n1 1 0 0  Sent 1 2\n");
	assert_true(imap_cursor_find(&a, buf_str(&text), "INBOX", &found));
	assert_int_equal(found.state.uidvalidity, 7);
	assert_int_equal(found.state.highestmodseq, 99);
	imap_cursor_uids(found.uids, &back);
	assert_int_equal(imap_set_count(&back), 3);
	assert_true(imap_set_has(&back, 11));
	assert_true(imap_cursor_find(&a, buf_str(&text), "Sent 1 2", &found));
	assert_string_equal(found.uids, "");
	assert_false(imap_cursor_find(&a, buf_str(&text), "Sent", &found));
	assert_false(imap_cursor_find(&a, "no cursor at all\n7 7\n\n", "INBOX", &found));
	imap_set_clear(&uids);
	imap_set_clear(&back);
	buf_clear(&text);
	arena_clear(&a);
}

static void an_id_names_folder_and_place(void **state)
{
	static const char *const none[] = {"", "7", "7:", "7:x:INBOX", "7:0:INBOX", "x:1:INBOX", "7:1"};
	struct arena a = {0};
	uint32_t uidvalidity, uid;
	const char *folder;

	(void)state;
	assert_true(imap_id_read(imap_id(&a, 4294967295, 5, "A:b"), &uidvalidity, &uid, &folder));
	assert_int_equal(uidvalidity, 4294967295);
	assert_int_equal(uid, 5);
	assert_string_equal(folder, "A:b");
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(imap_id_read(none[i], &uidvalidity, &uid, &folder));
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(labels_are_sorted_and_there_once),
	    cmocka_unit_test(a_comma_in_a_label_parts_nothing),
	    cmocka_unit_test(a_folder_is_found_in_the_cursor),
	    cmocka_unit_test(an_id_names_folder_and_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
