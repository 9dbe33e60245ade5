/* The roster's table: what is written comes back, statuses leave their history, an address that changes dates from then. */
#include "store/participants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int open_fresh(void **state)
{
	static char path[] = "/tmp/mailroom-participants-XXXXXX";
	struct store *s;
	struct err e = {0};
	int applied, fd;

	memcpy(path + sizeof path - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	if (fd < 0 || store_open(path, STORE_CREATE, &s, &e) != 0 || store_migrate(s, &applied, &e) != 0) {
		print_error("%s\n", e.text);
		return -1;
	}
	close(fd);
	*state = s;
	return 0;
}

static int close_it(void **state)
{
	struct store *s = *state;
	char path[100], beside[120];

	snprintf(path, sizeof path, "%s", store_path(s));
	store_close(s);
	unlink(path);
	snprintf(beside, sizeof beside, "%s-wal", path);
	unlink(beside);
	snprintf(beside, sizeof beside, "%s-shm", path);
	unlink(beside);
	return 0;
}

static struct participant someone(const char *did, const char *email)
{
	return (struct participant){.did = did,
	    .email = email,
	    .status = PARTICIPANT_ACTIVE,
	    .survey_completed_at = PARTICIPANT_NEVER,
	    .exported_at = PARTICIPANT_NEVER};
}

static void a_row_comes_back_as_it_was_written(void **state)
{
	struct store *s = *state;
	struct arena a = {0};
	struct err e = {0};
	struct participant p = someone("did:plc:a", "Ana@northwind.example"), got;
	bool found;

	p.type = "pilot";
	p.feed_url = "https://feed.example/a";
	p.survey_completed_at = 0;
	p.prolific_id = "5f";
	p.study_type = "short";
	p.language = "nl";
	assert_int_equal(participants_insert(s, &p, "add", "operator:ops", 100, &e), 0);
	assert_true(p.id > 0);
	assert_int_equal(participants_get(s, &a, "did:plc:a", &got, &found, &e), 0);
	assert_true(found);
	assert_string_equal(got.email, "Ana@northwind.example");
	assert_string_equal(got.type, "pilot");
	assert_string_equal(got.feed_url, "https://feed.example/a");
	assert_string_equal(got.prolific_id, "5f");
	assert_string_equal(got.study_type, "short");
	assert_string_equal(got.language, "nl");
	assert_int_equal(got.survey_completed_at, 0);
	assert_int_equal(got.created_at, 100);
	assert_int_equal(got.email_changed_at, 100);
	assert_true(got.exported_at == PARTICIPANT_NEVER);
	assert_int_equal(participants_get_by_id(s, &a, p.id, &got, &found, &e), 0);
	assert_true(found);
	assert_int_equal(participants_get(s, &a, "did:plc:A", &got, &found, &e), 0);
	assert_false(found);
	/* the same did again */
	p.id = 0;
	assert_int_equal(participants_insert(s, &p, "add", "operator:ops", 100, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	arena_clear(&a);
}

static void statuses_leave_their_history(void **state)
{
	struct store *s = *state;
	struct arena a = {0};
	struct err e = {0};
	struct participant p = someone("did:plc:h", "h@northwind.example");
	struct participant_change *list;
	bool changed;
	size_t n;

	assert_int_equal(participants_insert(s, &p, "add", "operator:ops", 100, &e), 0);
	assert_int_equal(
	    participants_set_status(s, p.id, PARTICIPANT_INACTIVE, "bounced", "bounces-scan", 200, &changed, &e), 0);
	assert_true(changed);
	assert_int_equal(
	    participants_set_status(s, p.id, PARTICIPANT_INACTIVE, "bounced", "bounces-scan", 300, &changed, &e), 0);
	assert_false(changed);
	assert_int_equal(participants_history(s, &a, p.id, &list, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_false(list[0].has_old);
	assert_int_equal(list[0].new_status, PARTICIPANT_ACTIVE);
	assert_true(list[1].has_old);
	assert_int_equal(list[1].old_status, PARTICIPANT_ACTIVE);
	assert_int_equal(list[1].new_status, PARTICIPANT_INACTIVE);
	assert_string_equal(list[1].reason, "bounced");
	assert_string_equal(list[1].actor, "bounces-scan");
	assert_int_equal(list[1].changed_at, 200);
	assert_int_equal(participants_set_status(s, 999999, PARTICIPANT_ACTIVE, "x", "x", 300, &changed, &e), -1);
	arena_clear(&a);
}

static void an_address_dates_from_its_change(void **state)
{
	static const struct {
		const char *email;
		int64_t now, changed_at;
	} steps[] = {
	    {"c@northwind.example", 200, 100},
	    {"C@northwind.example", 300, 100}, /* the same mailbox */
	    {"d@northwind.example", 400, 400},
	    {"d@northwind.example", 500, 400},
	};
	struct store *s = *state;
	struct arena a = {0};
	struct err e = {0};
	struct participant p = someone("did:plc:c", "c@northwind.example"), got;
	bool found;

	assert_int_equal(participants_insert(s, &p, "add", "operator:ops", 100, &e), 0);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		p.email = steps[i].email;
		assert_int_equal(participants_update(s, &p, steps[i].now, &e), 0);
		assert_int_equal(participants_get_by_id(s, &a, p.id, &got, &found, &e), 0);
		assert_string_equal(got.email, steps[i].email);
		assert_int_equal(got.email_changed_at, steps[i].changed_at);
		assert_int_equal(got.updated_at, steps[i].now);
	}
	arena_clear(&a);
}

static int count(const struct participant *p, void *arg)
{
	size_t *n = arg;

	(void)p;
	++*n;
	return 0;
}

static void people_are_found_by_status_and_address(void **state)
{
	struct store *s = *state;
	struct arena a = {0};
	struct err e = {0};
	struct participant one = someone("did:plc:1", "Both@northwind.example"),
	                   two = someone("did:plc:2", "both@northwind.example"), *list;
	const enum participant_status active = PARTICIPANT_ACTIVE, inactive = PARTICIPANT_INACTIVE;
	size_t n = 0;

	two.status = PARTICIPANT_INACTIVE;
	assert_int_equal(participants_insert(s, &two, "add", "operator:ops", 100, &e), 0);
	assert_int_equal(participants_insert(s, &one, "add", "operator:ops", 100, &e), 0);
	assert_int_equal(participants_by_email(s, &a, "BOTH@northwind.example", &list, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_string_equal(list[0].did, "did:plc:1");
	assert_int_equal(participants_by_email(s, &a, "nobody@northwind.example", &list, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(participants_each(s, NULL, count, &n, &e), 0);
	assert_int_equal(n, 2);
	n = 0;
	assert_int_equal(participants_each(s, &active, count, &n, &e), 0);
	assert_int_equal(n, 1);
	assert_int_equal(participants_each(s, &inactive, count, &n, &e), 0);
	assert_int_equal(n, 2);
	n = 0;
	assert_int_equal(participants_set_exported(s, one.id, 500, &e), 0);
	assert_int_equal(participants_each_unexported(s, count, &n, &e), 0);
	assert_int_equal(n, 1);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_row_comes_back_as_it_was_written, open_fresh, close_it),
	    cmocka_unit_test_setup_teardown(statuses_leave_their_history, open_fresh, close_it),
	    cmocka_unit_test_setup_teardown(an_address_dates_from_its_change, open_fresh, close_it),
	    cmocka_unit_test_setup_teardown(people_are_found_by_status_and_address, open_fresh, close_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
