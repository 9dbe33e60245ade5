/* What a roster says, value by value: what is taken, in which form it is kept, and what is refused; cells that no spreadsheet runs. */
#include "base/csv_cell.h"
#include "job/roster_check.h"
#include "job/roster_erased.h"
#include "job/roster_validate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define D64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

typedef int check(struct arena *a, const char *given, const char **out, struct err *e);

static const struct {
	check *check;
	const char *given, *kept; /* NULL: refused */
} values[] = {
    {roster_check_did, "did:plc:abc", "did:plc:abc"},
    {roster_check_did, " did:plc:abc\t", "did:plc:abc"},
    {roster_check_did, "did:web:example.org%3A3000:user", "did:web:example.org%3A3000:user"},
    {roster_check_did, "did:plc:ABC", "did:plc:ABC"},
    {roster_check_did, "did:key2:z-_.", "did:key2:z-_."},
    {roster_check_did, "", NULL},
    {roster_check_did, "plc:abc", NULL},
    {roster_check_did, "DID:plc:abc", NULL},
    {roster_check_did, "did:PLC:abc", NULL},
    {roster_check_did, "did::abc", NULL},
    {roster_check_did, "did:plc:", NULL},
    {roster_check_did, "did:plc", NULL},
    {roster_check_did, "did:plc:a:", NULL},
    {roster_check_did, "did:plc:a b", NULL},
    {roster_check_did, "did:plc:a%3", NULL},
    {roster_check_did, "did:plc:a/b", NULL},
    {roster_check_did, "did:plc:\xc3\xa9", NULL},
    {roster_check_email, "Ana.B@Northwind.EXAMPLE", "Ana.B@northwind.example"},
    {roster_check_email,
        " ana@b\xc3\xbc"
        "cher.example ",
        "ana@xn--bcher-kva.example"},
    {roster_check_email, "ana@northwind.example.", NULL},
    {roster_check_email, "ana@localhost", NULL},
    {roster_check_email, "ana northwind.example", NULL},
    {roster_check_email, "Ana <ana@northwind.example>", NULL},
    {roster_check_email, "a@b@c.example", NULL},
    {roster_check_type, "Pilot", "pilot"},
    {roster_check_type, "robot", NULL},
    {roster_check_feed_url, "https://feed.example/x?y=%20", "https://feed.example/x?y=%20"},
    {roster_check_feed_url, "at://did:plc:abc/app.bsky.feed.generator/x", "at://did:plc:abc/app.bsky.feed.generator/x"},
    {roster_check_feed_url, "https://", NULL},
    {roster_check_feed_url, "ftp://feed.example", NULL},
    {roster_check_feed_url, "javascript:alert(1)", NULL},
    {roster_check_feed_url, "https://feed.example/a b", NULL},
    {roster_check_feed_url, "https://feed.example/\"><b>", NULL},
    {roster_check_prolific_id, "5f3c_A-1", "5f3c_A-1"},
    {roster_check_prolific_id, "5f@3c", NULL},
    {roster_check_prolific_id, D64, D64},
    {roster_check_prolific_id, D64 "a", NULL},
    {roster_check_study_type, "  wave   two ", "wave two"},
    {roster_check_study_type, "wave\ttwo", NULL},
    {roster_check_language, "EN", "en"},
    {roster_check_language, "pt_br", "pt-BR"},
    {roster_check_language, "zh-Hant-TW", "zh-hant-TW"},
    {roster_check_language, "es-419", "es-419"},
    {roster_check_language, "e", NULL},
    {roster_check_language, "12", NULL},
    {roster_check_language, "e1", NULL},
    {roster_check_language, "en--us", NULL},
    {roster_check_language, "en-", NULL},
    {roster_check_language, "../en", NULL},
    {roster_check_language, "en-abcdefghi", NULL},
};

static void values_are_brought_to_the_form_that_is_kept(void **state)
{
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct err e = {0};
		const char *kept = NULL;
		int rc = values[i].check(&a, values[i].given, &kept, &e);
		if ((rc == 0) != (values[i].kept != NULL))
			fail_msg("\"%s\": %d %s", values[i].given, rc, e.text);
		if (rc == 0)
			assert_string_equal(kept, values[i].kept);
		else
			assert_int_equal(e.code, ERR_INPUT);
	}
	arena_clear(&a);
}

static void addresses_that_no_server_takes(void **state)
{
	static const struct {
		const char *email, *fault;
	} rows[] = {
	    {"ana@northwind.example", NULL},
	    {"a+b!#$%&'*/=?^_`{|}~-c@n-w.example", NULL},
	    {"ana@xn--bcher-kva.example", NULL},
	    {D64 "@x.example", NULL},
	    {"a" D64 "@x.example", "over 64 bytes"},
	    {".a@x.example", "a dot begins"},
	    {"a.@x.example", "a dot begins"},
	    {"a..b@x.example", "two dots"},
	    {"a(b@x.example", "no plain address"},
	    {"\xc3\xa9@x.example", "not ASCII"},
	    {"@x.example", "nothing stands before"},
	    {"ana", "no \"@\""},
	    {"ana@localhost", "no dot"},
	    {"ana@-x.example", "a hyphen"},
	    {"ana@x-.example", "a hyphen"},
	    {"ana@x..example", "an empty label"},
	    {"ana@x.example.", "an empty label"},
	    {"ana@x_y.example", "no host name"},
	    {"ana@192.0.2.1", "ends in a number"},
	    {"ana@a" D64 ".example", "over 63 bytes"},
	    {"ana@" D64 "." D64 "." D64 "." D64 ".example", "over 254 bytes"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *fault = roster_address_fault(rows[i].email);
		if ((fault == NULL) != (rows[i].fault == NULL) || (fault && !strstr(fault, rows[i].fault)))
			fail_msg("%s: %s", rows[i].email, fault ? fault : "no fault");
	}
	assert_true(roster_address_is_reserved("a@b.test"));
	assert_true(roster_address_is_reserved("a@example.com"));
	assert_false(roster_address_is_reserved("a@harbor.nl"));
}

static void cells_are_no_formulas_and_come_back(void **state)
{
	static const struct {
		const char *text, *cell;
	} rows[] = {
	    {"", ""},
	    {"plain", "plain"},
	    {"a,b", "\"a,b\""},
	    {"a\"b", "\"a\"\"b\""},
	    {"a\nb", "\"a\nb\""},
	    {" a", "\" a\""},
	    {"=1+1", "'=1+1"},
	    {"+31@x.example", "'+31@x.example"},
	    {"-x", "'-x"},
	    {"@x", "'@x"},
	    {"\tx", "\"'\tx\""},
	    {"\rx", "\"'\rx\""},
	    {"\xef\xbc\x9d"
	     "1",
	        "'\xef\xbc\x9d"
	        "1"},
	    {"'", "''"},
	    {"'a", "''a"},
	    {"''=", "'''="},
	    {"a'=", "a'="},
	    {"=\"x\"", "\"'=\"\"x\"\"\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = {0}, bare = {0};
		const char *text;
		csv_cell_put(&b, rows[i].text);
		assert_string_equal(buf_str(&b), rows[i].cell);
		/* what a reader of CSV hands out: without the quotes */
		for (const char *p = buf_str(&b); *p; p++)
			if (*p != '"' || (p > b.data && p[-1] == '"' && p[1]))
				buf_putc(&bare, *p);
		text = csv_cell_text(buf_str(&bare));
		assert_string_equal(text, rows[i].text);
		buf_clear(&b);
		buf_clear(&bare);
	}
	assert_string_equal(csv_cell_text("'tis"), "'tis");
}

static void the_erased_are_known_again_in_any_form(void **state)
{
	static const struct {
		enum roster_erased_kind kind, other_kind;
		const char *value, *other;
		bool same;
	} rows[] = {
	    {ROSTER_ERASED_DID, ROSTER_ERASED_DID, "did:plc:abc", " DID:plc:ABC ", true},
	    {ROSTER_ERASED_DID, ROSTER_ERASED_DID, "did:plc:abc", "did:plc:abd", false},
	    {ROSTER_ERASED_EMAIL, ROSTER_ERASED_EMAIL,
	        "Ana@b\xc3\xbc"
	        "cher.example",
	        "ana@xn--bcher-kva.example", true},
	    {ROSTER_ERASED_PROLIFIC_ID, ROSTER_ERASED_PROLIFIC_ID, "5F", "5f", true},
	    {ROSTER_ERASED_PROLIFIC_ID, ROSTER_ERASED_DID, "5f", "5f", false},
	};
	static const unsigned char key[ROOM_KEY_BYTES] = {1}, other_key[ROOM_KEY_BYTES] = {2};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned char x[PARTICIPANT_HASH_BYTES], y[PARTICIPANT_HASH_BYTES];
		roster_erased_hash(key, &a, rows[i].kind, rows[i].value, x);
		roster_erased_hash(key, &a, rows[i].other_kind, rows[i].other, y);
		assert_int_equal(memcmp(x, y, sizeof x) == 0, rows[i].same);
		roster_erased_hash(other_key, &a, rows[i].kind, rows[i].value, y);
		assert_memory_not_equal(x, y, sizeof x);
	}
	arena_clear(&a);
}

struct found {
	char dids[200];
};

static void note(const struct roster_finding *f, void *arg)
{
	struct found *x = arg;
	size_t n = strlen(x->dids);

	if (f->kind == ROSTER_NO_ACTIVITY)
		snprintf(x->dids + n, sizeof x->dids - n, "%s ", f->did);
}

static void people_without_activity_are_found(void **state)
{
	static const char *const dids[] = {"did:plc:a", "did:plc:b", "did:plc:c", "did:plc:d"};
	char path[] = "/tmp/mailroom-roster-XXXXXX", beside[40];
	struct did_set active = {0};
	struct store *s;
	struct err e = {0};
	struct found x = {{0}};
	size_t counts[ROSTER_FINDING_KINDS];
	int applied, fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(store_open(path, STORE_CREATE, &s, &e), 0);
	assert_int_equal(store_migrate(s, &applied, &e), 0);
	for (size_t i = 0; i < 4; i++) {
		struct participant p = {.did = dids[i],
		    .email = "x@x.example",
		    .status = i == 3 ? PARTICIPANT_INACTIVE : PARTICIPANT_ACTIVE,
		    .survey_completed_at = PARTICIPANT_NEVER,
		    .exported_at = PARTICIPANT_NEVER};
		assert_int_equal(participants_insert(s, &p, "add", "operator:ops", 100, &e), 0);
	}
	assert_int_equal(roster_validate(s, NULL, note, &x, counts, &e), 0);
	assert_int_equal(counts[ROSTER_NO_ACTIVITY], 0);
	did_set_add(&active, "did:plc:bzzz", 9);
	did_set_add(&active, "did:plc:b", 9);
	did_set_add(&active, "did:plc:A", 9);
	assert_int_equal(roster_validate(s, &active, note, &x, counts, &e), 0);
	assert_string_equal(x.dids, "did:plc:a did:plc:c ");
	assert_int_equal(counts[ROSTER_DUPLICATE_ADDRESS], 4);
	did_set_clear(&active);
	assert_int_equal(roster_validate(s, &active, note, &x, counts, &e), 0);
	assert_int_equal(counts[ROSTER_NO_ACTIVITY], 3);
	store_close(s);
	unlink(path);
	snprintf(beside, sizeof beside, "%s-wal", path);
	unlink(beside);
	snprintf(beside, sizeof beside, "%s-shm", path);
	unlink(beside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_brought_to_the_form_that_is_kept),
	    cmocka_unit_test(addresses_that_no_server_takes),
	    cmocka_unit_test(cells_are_no_formulas_and_come_back),
	    cmocka_unit_test(the_erased_are_known_again_in_any_form),
	    cmocka_unit_test(people_without_activity_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
