/* Matching: rows in the database, a message, the links that are expected. */
#include "base/clock.h"
#include "job/account.h"
#include "job/contact.h"
#include "job/match.h"
#include "job/team.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOW = 1795000000 };

struct room {
	char dir[64], path[96];
	struct store *store;
	struct arena arena;
};

static void put_contact(struct room *r, struct contact_entry c)
{
	struct contact_change change = {.action = CONTACT_ADD, .entry = c, .now = NOW};
	enum people_change done;
	struct investor out;
	struct err e = {0};

	if (contact_change(r->store, &r->arena, &change, &done, &out, &e) != 0)
		fail_msg("%s", e.text);
}

static struct people_words words(struct room *r, const char *text)
{
	return people_split(&r->arena, text);
}

static void put_member(struct room *r, const char *name, const char *address, const char *aliases)
{
	struct team_change c = {.action = TEAM_ADD, .entry = {.address = address, .name = name}, .now = NOW};
	struct team_outcome out;
	struct err e = {0};

	c.entry.aliases = words(r, aliases);
	if (team_change(r->store, &r->arena, &c, &out, &e) != 0)
		fail_msg("%s", e.text);
}

static void put_account(struct room *r, const char *address, const char *aliases)
{
	struct account_change c = {.action = ACCOUNT_ADD, .address = address, .aliases = words(r, aliases), .now = NOW};
	enum people_change done;
	struct account out;
	struct err e = {0};

	if (account_change(r->store, &r->arena, &c, &done, &out, &e) != 0)
		fail_msg("%s", e.text);
}

/* Ids follow the order: 1 fund, 2 and 3 organisations, 4 to 8 contacts, 9 a plain address. */
static void fill(struct room *r)
{
	put_member(r, "Mara Voss", "mara@harbor.example", "");
	put_member(r, "Jonas Beck", "jonas@harbor.example", "jb@harbor.example jonas.private@gmail.com");
	put_account(r, "office@harbor.example", "hello@quay.example");
	put_contact(
	    r, (struct contact_entry){
	           .kind = INVESTOR_FUND, .name = "Growth II", .addresses = words(r, "fund2@northwind.example")});
	put_contact(r, (struct contact_entry){.kind = INVESTOR_ORGANISATION,
	                   .name = "Northwind",
	                   .fund = "Growth II",
	                   .addresses = words(r, "fund2@northwind.example shared@northwind.example"),
	                   .domains = words(r, "northwind.example")});
	put_contact(
	    r, (struct contact_entry){
	           .kind = INVESTOR_ORGANISATION, .name = "Alder", .domains = words(r, "alder.co.uk amazonaws.com")});
	put_contact(r, (struct contact_entry){.kind = INVESTOR_CONTACT,
	                   .name = "Kay",
	                   .organisation = "Northwind",
	                   .addresses = words(r, "kay.lindqvist@northwind.example"),
	                   .aliases = words(r, "kay@northwind.example shared@northwind.example")});
	put_contact(r, (struct contact_entry){
	                   .kind = INVESTOR_CONTACT, .name = "Ines", .addresses = words(r, "ines.okafor@gmail.com")});
	put_contact(r, (struct contact_entry){.kind = INVESTOR_CONTACT,
	                   .name = "Twin A",
	                   .addresses = words(r, "a@twins.example twins@twins.example")});
	put_contact(r, (struct contact_entry){.kind = INVESTOR_CONTACT,
	                   .name = "Twin B",
	                   .addresses = words(r, "b@twins.example twins@twins.example")});
	put_contact(r, (struct contact_entry){
	                   .kind = INVESTOR_CONTACT, .name = "Gone", .addresses = words(r, "gone@left.example")});
	put_contact(r, (struct contact_entry){.kind = INVESTOR_ADDRESS, .addresses = words(r, "press@weekly.example")});
}

/* Threads 7 and 8: message 1 links Northwind by address, message 2 only by the thread, message 3 unverified. */
static const char threads[] =
    "INSERT INTO email_threads (id) VALUES (7), (8), (9);"
    "INSERT INTO emails (id, body_sha256, content_key, thread_id, sent_at, size_bytes, created_at) VALUES"
    " (1, x'01', 1, 7, 0, 0, 0), (2, x'02', 2, 8, 0, 0, 0), (3, x'03', 3, 9, 0, 0, 0);"
    "INSERT INTO email_investor_links (email_id, investor_id, match_kind, status, address, why, created_at) "
    "VALUES"
    " (1, 2, 'domain', 'confirmed', 'x', 'x', 0), (1, 4, 'variant', 'proposed', 'x', 'x', 0),"
    " (2, 2, 'thread', 'confirmed', 'x', 'x', 0), (3, 2, 'address', 'unverified', 'x', 'x', 0);";

static void run_sql(struct room *r, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;

	assert_int_equal(sqlite3_open(r->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
	sqlite3_close(db);
}

static int set_up(void **state)
{
	static struct room r;
	struct err e = {0};
	int applied;

	r = (struct room){.dir = "/tmp/mailroom-match-XXXXXX"};
	if (!mkdtemp(r.dir))
		return -1;
	snprintf(r.path, sizeof r.path, "%s/m.db", r.dir);
	if (store_open(r.path, STORE_CREATE, &r.store, &e) != 0 || store_migrate(r.store, &applied, &e) != 0)
		return -1;
	*state = &r;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	struct room *r = *state;
	char path[128];

	store_close(r->store);
	arena_clear(&r->arena);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s%s", r->path, suffixes[i]);
		unlink(path);
	}
	return rmdir(r->dir);
}

struct example {
	const char *parties; /* "role:address ..." */
	int64_t thread_id;
	bool is_bulk;
	const char *dmarc;
	const char *links; /* "investor kind status" for each, separated by ", " */
	const char *why;   /* of the first link */
};

static const struct example examples[] = {
    {"from:kay.lindqvist@northwind.example to:mara@harbor.example", 0, false, NULL, "4 address confirmed",
        "From kay.lindqvist@northwind.example is on record for Kay"},
    {"from:mara@harbor.example to:kay@northwind.example", 0, false, "pass", "4 alias confirmed",
        "To kay@northwind.example is an alias on record for Kay"},
    /* One address on several records: the fund first, then the organisation. */
    {"from:mara@harbor.example to:fund2@northwind.example", 0, false, NULL, "1 address confirmed", NULL},
    {"from:mara@harbor.example to:shared@northwind.example", 0, false, NULL, "2 address confirmed", NULL},
    {"from:twins@twins.example", 0, false, NULL, "6 address confirmed, 7 address confirmed", NULL},
    {"from:press@weekly.example", 0, false, NULL, "9 address confirmed", NULL},
    /* Domains: sub-domains too, never a neighbour, never the public suffix. */
    {"from:who@northwind.example", 0, false, NULL, "2 domain confirmed",
        "From who@northwind.example is at northwind.example, a domain of Northwind"},
    {"cc:who@mail.eu.alder.co.uk", 0, false, NULL, "3 domain confirmed", NULL},
    {"from:who@other.co.uk cc:x@notnorthwind.example bcc:x@northwind.example.evil.example", 0, false, NULL, "", NULL},
    /* A public suffix below a domain on record: whoever has a bucket there is not theirs. */
    {"from:x@bucket.s3.amazonaws.com", 0, false, NULL, "", NULL},
    {"from:x@mail.amazonaws.com", 0, false, NULL, "3 domain confirmed", NULL},
    /* The strongest kind of one investor counts, wherever it stands. */
    {"from:who@northwind.example to:shared@northwind.example", 0, false, NULL, "2 address confirmed",
        "To shared@northwind.example is on record for Northwind"},
    {"to:shared@northwind.example to:who@northwind.example", 0, false, NULL, "2 address confirmed", NULL},
    /* Two investors in one message. */
    {"from:ines.okafor@gmail.com cc:x@alder.co.uk", 0, false, NULL, "5 address confirmed, 3 domain confirmed", NULL},
    /* Mail among ourselves, aliases and the mailboxes' addresses included; the thread is not asked. */
    {"from:mara@harbor.example to:jb@harbor.example cc:jonas.private@gmail.com bcc:hello@quay.example "
     "to:office@harbor.example",
        7, false, NULL, "", NULL},
    /* Our own domain tells nothing, and free mail neither. */
    {"from:temp@harbor.example to:stranger@gmail.com", 0, false, NULL, "", NULL},
    {"from:mara@harbor.example to:everybody@harbor.example cc:x@lists.harbor.example", 7, false, NULL, "", NULL},
    {"from:mara@harbor.example to:x@myharbor.example", 7, false, NULL, "2 thread confirmed", NULL},
    /* Threads: confirmed links that stand by themselves, and an outside address that nobody knows. */
    {"from:stranger@gmail.com to:mara@harbor.example", 7, false, NULL, "2 thread confirmed",
        "From stranger@gmail.com takes part in a thread that concerns Northwind"},
    {"from:stranger@gmail.com", 8, false, NULL, "", NULL},
    {"from:stranger@gmail.com", 9, false, NULL, "", NULL},
    {"from:stranger@gmail.com", 7, true, NULL, "", NULL},
    {"from:ines.okafor@gmail.com", 7, false, NULL, "5 address confirmed", NULL},
    {"from:x@alder.co.uk", 7, false, NULL, "2 thread confirmed", NULL},
    /* Bulk mail still matches by its own addresses. */
    {"from:kay@northwind.example", 7, true, NULL, "4 alias confirmed", NULL},
    /* Variants are proposed only. */
    {"from:ines.okafor+news@gmail.com", 0, false, NULL, "5 variant proposed",
        "From ines.okafor+news@gmail.com looks like ines.okafor@gmail.com, which is on record for Ines"},
    {"from:inesokafor@googlemail.com", 0, false, NULL, "5 variant proposed", NULL},
    {"from:press+x@weekly.example", 0, false, NULL, "9 variant proposed", NULL},
    {"from:p.ress@weekly.example", 0, false, NULL, "", NULL},
    {"from:kay+x@northwind.example", 0, false, NULL, "2 domain confirmed", NULL},
    {"from:+x@weekly.example", 0, false, NULL, "", NULL},
    /* A forged sender. */
    {"from:kay@northwind.example to:mara@harbor.example", 0, false, "fail", "4 alias unverified",
        "From kay@northwind.example is an alias on record for Kay; DMARC failed: the sender may be forged"},
    {"from:mara@harbor.example to:kay@northwind.example", 0, false, "fail", "4 alias unverified", NULL},
    {"from:ines.okafor+news@gmail.com", 0, false, "fail", "5 variant proposed", NULL},
    {"from:kay@northwind.example", 0, false, "none", "4 alias confirmed", NULL},
    /* Nobody, and what is removed. */
    {"", 7, false, NULL, "", NULL},
    {"from:nobody to:@ cc:x@ bcc:@northwind.example", 0, false, NULL, "2 domain confirmed", NULL},
    {"from:gone@left.example", 0, false, NULL, "", NULL},
};

static size_t parties_of(struct room *r, const char *text, struct match_party *parties, size_t max)
{
	struct people_words w = words(r, text);

	assert_true(w.count <= max);
	for (size_t i = 0; i < w.count; i++) {
		const char *colon = strchr(w.items[i], ':');
		parties[i].role = arena_strndup(&r->arena, w.items[i], (size_t)(colon - w.items[i]));
		parties[i].address = colon + 1;
	}
	return w.count;
}

static const char *links_text(struct room *r, const struct match_links *links)
{
	const char *text = "";

	for (size_t i = 0; i < links->count; i++)
		text = arena_printf(&r->arena, "%s%s%lld %s %s", text, i ? ", " : "",
		    (long long)links->items[i].investor_id, match_kind_name(links->items[i].kind),
		    match_status_name(links->items[i].status));
	return text;
}

static void check(struct room *r, struct matcher *m, const struct example *x)
{
	struct match_party parties[8];
	struct match_input in = {
	    .parties = parties, .thread_id = x->thread_id, .is_bulk = x->is_bulk, .dmarc = x->dmarc};
	struct match_links links;
	struct err e = {0};

	in.count = parties_of(r, x->parties, parties, 8);
	assert_int_equal(matcher_match(m, &r->arena, &in, &links, &e), 0);
	if (strcmp(links_text(r, &links), x->links) != 0)
		fail_msg("%s: \"%s\", expected \"%s\"", x->parties, links_text(r, &links), x->links);
	assert_int_equal(links.is_matched, strstr(x->links, "confirmed") || strstr(x->links, "unverified"));
	if (x->why)
		assert_string_equal(links.items[0].why, x->why);
}

static void test_examples(void **state)
{
	struct room *r = *state;
	struct contact_change remove = {.action = CONTACT_REMOVE, .record = "Gone", .now = NOW};
	enum people_change done;
	struct investor out;
	struct matcher *m;
	struct err e = {0};

	fill(r);
	assert_int_equal(contact_change(r->store, &r->arena, &remove, &done, &out, &e), 0);
	run_sql(r, threads);
	assert_int_equal(matcher_new(r->store, NULL, &m, &e), 0);
	assert_false(matcher_is_empty(m));
	assert_true(matcher_is_own(m, "hello@quay.example"));
	assert_false(matcher_is_own(m, "kay@northwind.example"));
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		check(r, m, &examples[i]);
	matcher_free(m);
}

/* A message does not support itself: its own links are left out when its thread is read. */
static void test_not_by_itself(void **state)
{
	struct room *r = *state;
	const struct match_party party = {"from", "stranger@gmail.com"};
	struct match_input in = {.parties = &party, .count = 1, .thread_id = 7, .email_id = 1};
	struct match_links links;
	struct matcher *m;
	struct err e = {0};

	fill(r);
	run_sql(r, threads);
	assert_int_equal(matcher_new(r->store, NULL, &m, &e), 0);
	assert_int_equal(matcher_match(m, &r->arena, &in, &links, &e), 0);
	assert_int_equal(links.count, 0);
	in.email_id = 2;
	assert_int_equal(matcher_match(m, &r->arena, &in, &links, &e), 0);
	assert_int_equal(links.count, 1);
	matcher_free(m);
}

/* A domain that became free mail, or our own, after it was put on record does not match any more. */
static void test_domain_turned(void **state)
{
	struct room *r = *state;
	const struct match_party parties[] = {{"from", "x@northwind.example"}, {"to", "x@alder.co.uk"}};
	const struct match_input in = {.parties = parties, .count = 2};
	struct match_links links;
	struct matcher *m;
	struct err e = {0};

	fill(r);
	put_member(r, "New", "new@northwind.example", "");
	assert_int_equal(matcher_new(r->store, "one.example, ALDER.co.uk", &m, &e), 0);
	assert_int_equal(matcher_match(m, &r->arena, &in, &links, &e), 0);
	assert_int_equal(links.count, 0);
	matcher_free(m);
	assert_int_equal(matcher_new(r->store, "no domain", &m, &e), 0);
	matcher_free(m);
	assert_int_equal(matcher_new(r->store, "a..b", &m, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

static void test_empty(void **state)
{
	struct room *r = *state;
	const struct match_party party = {"from", "x@northwind.example"};
	const struct match_input in = {.parties = &party, .count = 1};
	struct match_links links;
	struct matcher *m;
	struct err e = {0};

	assert_int_equal(matcher_new(r->store, NULL, &m, &e), 0);
	assert_true(matcher_is_empty(m));
	assert_int_equal(matcher_match(m, &r->arena, &in, &links, &e), 0);
	assert_int_equal(links.count, 0);
	assert_false(links.is_matched);
	matcher_free(m);
}

/* Many records and a message with as many addresses: every one is found, each investor once. */
static void test_many(void **state)
{
	enum { MANY = 5000 };
	struct room *r = *state;
	struct match_party *parties = arena_array(&r->arena, 2 * MANY, sizeof *parties);
	const struct match_input in = {.parties = parties, .count = 2 * MANY};
	struct match_links links;
	struct matcher *m;
	struct err e = {0};

	run_sql(r, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
	           "INSERT INTO investors (id, kind, name, created_at, updated_at) SELECT i, 'contact', 'n' "
	           "|| i, 0, 0 FROM n;"
	           "INSERT INTO investor_addresses (address, investor_id) SELECT 'a' || id || "
	           "'@many.example', id FROM investors;");
	for (size_t i = 0; i < 2 * MANY; i++)
		parties[i] = (struct match_party){"to", arena_printf(&r->arena, "a%zu@many.example", i % MANY + 1)};
	assert_int_equal(matcher_new(r->store, NULL, &m, &e), 0);
	assert_int_equal(matcher_match(m, &r->arena, &in, &links, &e), 0);
	assert_int_equal(links.count, MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(links.items[i].investor_id, i + 1);
	matcher_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_examples, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_not_by_itself, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_domain_turned, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_empty, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
