/* The Gmail client against a fake Gmail that is in good health: lists, history, messages, attachments, drafts, sending, quota. */
#include "fake_gmail.h"
#include "net/gmail_fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { MAILS = 120 };

static struct fake fake;

static int start(void **state)
{
	static const char *const arguments[] = {
	    "--generate", "120", "--size", "3000", "--account", "mara@harbor.example", NULL};

	(void)state;
	fake_start(&fake, arguments);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fake_stop(&fake);
	return 0;
}

static int calm(void **state)
{
	(void)state;
	fake_calm(&fake);
	return 0;
}

/* A client of the mailbox that is empty at the start. */
static struct client *mara(void)
{
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50});

	c->token = "any:mara@harbor.example";
	return c;
}

static void good(int rc, const struct client *c)
{
	if (rc != 0)
		fail_msg("%s", c->e.text);
}

static void the_profile_is_read(void **state)
{
	struct client *c = client_new(&fake, &(struct gmail_options){0});
	struct gmail_profile p;

	(void)state;
	good(gmail_profile(c->g, &c->a, &p, &c->e), c);
	assert_string_equal(p.address, "team@harbor.example");
	assert_int_equal(p.messages, MAILS);
	assert_int_equal(p.threads, MAILS / 5);
	assert_string_equal(p.history_id, "1120");
	assert_int_equal(gmail_stats(c->g)->units, 1);
	client_free(c);
}

static void lists_come_whole_in_any_order(void **state)
{
	static const char *const orders[] = {"newest", "oldest", "shuffled"};
	static const char *ids[MAILS];

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++) {
		struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50});
		json_t *wanted = fake_wanted(&fake);
		struct fetched got;
		size_t n;
		fake_do(&fake, "{'op': 'set', 'order': '%s', 'list_page': %d}", orders[i], 1 + (int)i * 31);
		good(client_list(c, NULL, ids, &n), c);
		assert_int_equal(n, MAILS);
		good(client_fetch(c, ids, n, wanted, &got), c);
		assert_int_equal(got.got, MAILS);
		json_decref(wanted);
		client_free(c);
	}
}

static void searches_are_encoded(void **state)
{
	static const struct {
		const char *q;
		size_t n;
	} rows[] = {
	    {"from:person7@firm7.example", 1},
	    {"{from:person7@firm7.example from:person8@firm8.example}", 2},
	    {"subject:\"Message 11\" -subject:\"Message 110\"", 10},
	    {"from:\"nobody & nothing=%2B+?#\"", 0},
	    {"from:\xc3\xa9l\xc3\xa8ve", 0},
	};
	static const char *ids[MAILS];
	struct client *c = client_new(&fake, &(struct gmail_options){0});
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		good(client_list(c, rows[i].q, ids, &n), c);
		assert_int_equal(n, rows[i].n);
	}
	client_free(c);
}

static void labels_and_spam_are_chosen(void **state)
{
	static const char *const inbox[] = {"INBOX", NULL}, *const both[] = {"INBOX", "STARRED", NULL};
	static const struct {
		struct gmail_query q;
		size_t n;
	} rows[] = {
	    {{.label_ids = NULL}, 2},
	    {{.label_ids = inbox}, 2},
	    {{.label_ids = both}, 1},
	    {{.include_spam_trash = true}, 3},
	    {{.page_size = 1}, 1},
	    {{.page_size = 9999}, 2},
	};
	struct client *c = mara();
	struct gmail_page page;

	(void)state;
	fake_do(
	    &fake, "{'op': 'add', 'account': 'mara@harbor.example', 'raw': 'Subject: a\\n\\nb', 'labels': ['INBOX']}");
	fake_do(&fake, "{'op': 'add', 'account': 'mara@harbor.example', 'raw': 'Subject: a\\n\\nb', 'labels': "
	               "['INBOX', 'STARRED']}");
	fake_do(
	    &fake, "{'op': 'add', 'account': 'mara@harbor.example', 'raw': 'Subject: a\\n\\nb', 'labels': ['SPAM']}");
	for (size_t i = 0; i < COUNT(rows); i++) {
		good(gmail_list(c->g, &rows[i].q, &c->a, &page, &c->e), c);
		assert_int_equal(page.n, rows[i].n);
		assert_int_equal(page.next_page_token != NULL, rows[i].q.page_size == 1);
	}
	client_free(c);
}

static const char *add(const char *raw, struct client *c)
{
	json_t *answer = fake_control(
	    &fake, "{'op': 'add', 'account': 'mara@harbor.example', 'raw': '%s', 'labels': ['INBOX']}", raw);
	const char *id = arena_strdup(&c->a, json_string_value(json_object_get(answer, "id")));

	json_decref(answer);
	return id;
}

static const char *history_now(struct client *c)
{
	struct gmail_profile p;

	good(gmail_profile(c->g, &c->a, &p, &c->e), c);
	return p.history_id;
}

/* "+id labels;", "-id;", ">id labels;" (put on), "<id labels;" (taken off), over all pages. *pages counts them. */
static char *history_text(struct client *c, const char *from, unsigned kinds, int *pages)
{
	static const char signs[] = {
	    [GMAIL_ADDED] = '+', [GMAIL_DELETED] = '-', [GMAIL_LABELS_ADDED] = '>', [GMAIL_LABELS_REMOVED] = '<'};
	struct gmail_history h = {0};
	struct buf b = {0};

	*pages = 0;
	do {
		good(gmail_history(c->g, from, kinds, h.next_page_token, 0, &c->a, &h, &c->e), c);
		assert_false(h.expired);
		for (size_t i = 0; i < h.n; i++) {
			buf_printf(&b, "%c%s", signs[h.changes[i].kind], h.changes[i].id);
			for (size_t l = 0; l < h.changes[i].n_labels; l++)
				buf_printf(&b, " %s", h.changes[i].labels[l]);
			buf_putc(&b, ';');
		}
		++*pages;
	} while (h.next_page_token);
	assert_string_equal(h.history_id, history_now(c));
	return buf_take(&b);
}

static void history_tells_what_changed(void **state)
{
	struct client *c = mara();
	const char *from = history_now(c), *one, *two;
	char *text, *want;
	int pages;

	(void)state;
	text = history_text(c, from, 0, &pages);
	assert_string_equal(text, "");
	free(text);
	one = add("Subject: one\\n\\n1", c);
	two = add("Subject: two\\n\\n2", c);
	fake_do(&fake,
	    "{'op': 'relabel', 'account': 'mara@harbor.example', 'id': '%s', 'add': ['A', 'B'], 'remove': ['INBOX']}",
	    one);
	fake_do(&fake, "{'op': 'delete', 'account': 'mara@harbor.example', 'id': '%s'}", two);
	assert_true(asprintf(&want, "+%s INBOX;+%s INBOX;>%s A B;<%s INBOX;-%s INBOX;", one, two, one, one, two) > 0);
	text = history_text(c, from, 0, &pages);
	assert_string_equal(text, want);
	assert_int_equal(pages, 1);
	free(text);
	/* One record a page, most of which hold nothing of what is asked for. */
	fake_do(&fake, "{'op': 'set', 'history_page': 1}");
	text = history_text(c, from, GMAIL_DELETED, &pages);
	assert_int_equal(pages, 5);
	free(want);
	assert_true(asprintf(&want, "-%s INBOX;", two) > 0);
	assert_string_equal(text, want);
	free(text);
	free(want);
	client_free(c);
}

static void old_history_is_an_outcome(void **state)
{
	static const char *const strange[] = {"1", "99999999", "text", ""};
	struct client *c = mara();
	const char *from = history_now(c);
	struct gmail_history h;

	(void)state;
	fake_do(&fake, "{'op': 'forget_history', 'account': 'mara@harbor.example'}");
	good(gmail_history(c->g, from, 0, NULL, 0, &c->a, &h, &c->e), c);
	assert_true(h.expired);
	assert_int_equal(h.n, 0);
	for (size_t i = 0; i < COUNT(strange); i++) {
		good(gmail_history(c->g, strange[i], 0, NULL, 0, &c->a, &h, &c->e), c);
		assert_true(h.expired);
	}
	good(gmail_history(c->g, history_now(c), 0, NULL, 0, &c->a, &h, &c->e), c);
	assert_false(h.expired);
	client_free(c);
}

static const char with_parts[] =
    "From: kay@northwind.example\\nTo: mara@harbor.example\\nSubject: Parts\\nMIME-Version: 1.0\\n"
    "Content-Type: multipart/mixed; boundary=b\\n\\n--b\\nContent-Type: text/plain\\n\\nHello\\n--b\\n"
    "Content-Type: application/octet-stream; name=x.bin\\nContent-Disposition: attachment; filename=x.bin\\n"
    "Content-Transfer-Encoding: base64\\n\\nAAEC/v8=\\n--b--\\n";

static void a_message_comes_in_each_format(void **state)
{
	struct client *c = mara();
	const char *id = add(with_parts, c);
	struct gmail_message m;
	struct buf bytes = {0};
	bool gone;

	(void)state;
	good(gmail_get(c->g, id, GMAIL_RAW, &c->a, &m, &gone, &c->e), c);
	assert_non_null(strstr(m.raw, "Subject: Parts\r\n"));
	assert_int_equal(m.n_headers, 0);
	good(gmail_get(c->g, id, GMAIL_METADATA, &c->a, &m, &gone, &c->e), c);
	assert_int_equal(m.n_headers, 5);
	assert_string_equal(m.headers[2].name, "Subject");
	assert_string_equal(m.headers[2].value, "Parts");
	assert_null(m.raw);
	good(gmail_get(c->g, id, GMAIL_MINIMAL, &c->a, &m, &gone, &c->e), c);
	assert_string_equal(m.id, id);
	assert_int_equal(m.n_headers, 0);
	good(gmail_get(c->g, id, GMAIL_FULL, &c->a, &m, &gone, &c->e), c);
	assert_int_equal(m.n_parts, 3);
	assert_string_equal(m.parts[0].mime_type, "multipart/mixed");
	assert_null(m.parts[0].data);
	assert_string_equal(m.parts[1].data, "Hello");
	assert_string_equal(m.parts[2].filename, "x.bin");
	assert_int_equal(m.parts[2].size_bytes, 5);
	good(gmail_attachment(c->g, id, m.parts[2].attachment_id, &bytes, &gone, &c->e), c);
	assert_int_equal(bytes.len, 5);
	assert_memory_equal(bytes.data, "\0\1\2\xfe\xff", 5);
	assert_false(gone);
	good(gmail_attachment(c->g, id, "none", &bytes, &gone, &c->e), c);
	assert_true(gone);
	good(gmail_get(c->g, "0/../1", GMAIL_RAW, &c->a, &m, &gone, &c->e), c);
	assert_true(gone);
	buf_clear(&bytes);
	client_free(c);
}

static void large_messages_fail_alone(void **state)
{
	static const char *ids[MAILS];
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50, .max_message_bytes = 6000});
	json_t *wanted = fake_wanted(&fake);
	struct fetched got;
	size_t n;

	(void)state;
	good(client_list(c, NULL, ids, &n), c);
	good(client_fetch(c, ids, n, wanted, &got), c);
	assert_in_range(got.failed, 5, 50);
	assert_int_equal(got.got + got.failed, MAILS);
	assert_int_equal(got.why.code, ERR_INPUT);
	assert_non_null(strstr(got.why.text, "larger than"));
	json_decref(wanted);
	client_free(c);
}

/* Nothing is read from the line while a message waits to be taken. */
static void memory_is_bounded_by_what_waits(void **state)
{
	static const char *ids[MAILS];

	(void)state;
	for (int batch = 0; batch <= 50; batch += 25) {
		struct client *c = client_new(&fake, &(struct gmail_options){.batch = batch, .ready_bytes = 1});
		json_t *wanted = fake_wanted(&fake);
		struct fetched got;
		size_t n;
		good(client_list(c, NULL, ids, &n), c);
		good(client_fetch(c, ids, n, wanted, &got), c);
		assert_int_equal(got.got, MAILS);
		json_decref(wanted);
		client_free(c);
	}
}

static void the_quota_is_kept(void **state)
{
	static const char *ids[MAILS];
	struct client *c = client_new(&fake, &(struct gmail_options){.batch = 50, .units_per_min = 600});
	json_t *wanted = fake_wanted(&fake);
	struct fetched got;
	size_t n;

	(void)state;
	good(client_list(c, NULL, ids, &n), c);
	good(client_fetch(c, ids, n, wanted, &got), c);
	assert_int_equal(got.got, MAILS);
	/* 120 messages at 20 units and a list at 5, 10 units a second, 300 saved up; the last batch may be owed. */
	assert_true(c->time.slept > (MAILS * 20 + 5 - 300 - 1000) / 10.0);
	assert_true(c->time.slept < (MAILS * 20 + 5) / 10.0);
	assert_true(gmail_stats(c->g)->waited_s >= c->time.slept);
	json_decref(wanted);
	client_free(c);
}

static void a_deadline_ends_the_wait(void **state)
{
	static const char *ids[MAILS];
	struct client *c =
	    client_new(&fake, &(struct gmail_options){.batch = 50, .units_per_min = 600, .deadline_at = 60});
	json_t *wanted = fake_wanted(&fake);
	struct fetched got;
	size_t n;

	(void)state;
	good(client_list(c, NULL, ids, &n), c);
	assert_int_equal(client_fetch(c, ids, n, wanted, &got), -1);
	assert_int_equal(c->e.code, ERR_TEMPORARY);
	assert_true(got.got > 0 && c->time.now <= 60);
	json_decref(wanted);
	client_free(c);
}

static void a_draft_is_created_once(void **state)
{
	static const char mail[] = "Subject: Re: x\r\n\r\n\xff\0binary";
	struct client *c = mara();
	const char *draft, *id = add("Subject: x\\n\\ny", c);
	struct gmail_message m;
	struct gmail_ref ref, thread = {0};
	bool gone;

	(void)state;
	good(gmail_get(c->g, id, GMAIL_MINIMAL, &c->a, &m, &gone, &c->e), c);
	good(gmail_draft_create(c->g, mail, sizeof mail - 1, m.thread_id, &c->a, &draft, &ref, &c->e), c);
	assert_non_null(draft);
	assert_string_equal(ref.thread_id, m.thread_id);
	good(gmail_get(c->g, ref.id, GMAIL_RAW, &c->a, &m, &gone, &c->e), c);
	assert_int_equal(m.raw_len, sizeof mail - 1);
	assert_memory_equal(m.raw, mail, sizeof mail - 1);
	assert_string_equal(m.labels[0], "DRAFT");
	assert_int_equal(gmail_draft_create(c->g, mail, sizeof mail - 1, "nowhere", &c->a, &draft, &thread, &c->e), -1);
	assert_int_equal(c->e.code, ERR_INPUT);
	client_free(c);
}

static const struct {
	const char *fault;
	enum gmail_sent sent;
	int there; /* how many messages are in the mailbox afterwards */
	const char *words;
} sendings[] = {
    {NULL, GMAIL_SENT, 1, NULL},
    {"'status': 429, 'retry_after': 2", GMAIL_SENT, 1, NULL},
    {"'status': 403, 'reason': 'userRateLimitExceeded'", GMAIL_SENT, 1, NULL},
    {"'status': 401", GMAIL_SENT, 1, NULL},
    {"'status': 500", GMAIL_SENT_UNKNOWN, 0, "500"},
    {"'kind': 'reset'", GMAIL_SENT_UNKNOWN, 0, "connection"},
    {"'kind': 'reset_after'", GMAIL_SENT_UNKNOWN, 1, "connection"},
    {"'kind': 'cut'", GMAIL_SENT_UNKNOWN, 1, "connection"},
    {"'kind': 'slow', 'seconds': 1.2", GMAIL_SENT_UNKNOWN, 1, "time-out"},
    {"'status': 400, 'reason': 'invalidArgument'", GMAIL_SENT_PERMANENT, 0, "invalidArgument"},
    {"'status': 403, 'reason': 'insufficientPermissions'", GMAIL_SENT_PERMANENT, 0, "gmail.compose"},
    {"'status': 429, 'times': 100", GMAIL_SENT_TEMPORARY, 0, "tried 6 times"},
};

static void nothing_is_sent_twice(void **state)
{
	static const char mail[] = "To: kay@northwind.example\r\nSubject: x\r\n\r\ny\r\n";

	(void)state;
	for (size_t i = 0; i < COUNT(sendings); i++) {
		struct client *c = mara();
		struct gmail_profile before, after;
		struct gmail_ref ref;
		enum gmail_sent sent;

		fake_reset(&fake);
		good(gmail_profile(c->g, &c->a, &before, &c->e), c);
		if (sendings[i].fault)
			fake_do(&fake, "{'op': 'fault', 'method': 'messages.send', 'nth': 1, %s}", sendings[i].fault);
		sent = gmail_send(c->g, mail, sizeof mail - 1, NULL, &c->a, &ref, &c->e);
		print_message("%s: %s\n", sendings[i].fault, c->e.text);
		assert_int_equal(sent, sendings[i].sent);
		assert_int_equal(ref.id != NULL, sent == GMAIL_SENT);
		assert_int_equal(c->e.code == ERR_NONE, sent == GMAIL_SENT);
		if (sendings[i].words && !strstr(c->e.text, sendings[i].words))
			fail_msg("%s", c->e.text);
		client_free(c);
		/* Until the request that was given up on has been worked off. */
		fake_calm(&fake);
		c = mara();
		good(gmail_profile(c->g, &c->a, &after, &c->e), c);
		assert_int_equal(after.messages - before.messages, sendings[i].there);
		client_free(c);
	}
}

static const struct {
	const char *url;
	enum err_code code;
	const char *words;
} addresses[] = {
    {"http://mail.example", ERR_REFUSED, "use https"},
    {"http://127.0.0.1.example", ERR_REFUSED, "use https"},
    {"http://10.0.0.1:80", ERR_REFUSED, "use https"},
    {"ftp://127.0.0.1", ERR_REFUSED, "use https"},
    {"https://user:secret@127.0.0.1:1", ERR_REFUSED, "user name"},
    {"gopher", ERR_CONFIG, "https://"},
    {"", ERR_CONFIG, "https://"},
    {"http://127.0.0.1:1", ERR_TEMPORARY, "127.0.0.1:1: nobody answers"},
    {"http://[::1]:1", ERR_TEMPORARY, "[::1]:1: nobody answers"},
    {"https://no-such-host.invalid", ERR_TEMPORARY, "cannot be resolved"},
};

static void addresses_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct client *c =
		    client_new(&fake, &(struct gmail_options){.api_url = addresses[i].url, .retry_max = -1});
		struct gmail_profile p;
		assert_int_equal(gmail_profile(c->g, &c->a, &p, &c->e), -1);
		if (c->e.code != addresses[i].code || !strstr(c->e.text, addresses[i].words) ||
		    strstr(c->e.text, "secret"))
			fail_msg("%s: %d %s", addresses[i].url, (int)c->e.code, c->e.text);
		client_free(c);
	}
}

static void settings_become_options(void **state)
{
	struct config *c = config_new();
	struct gmail_options o;
	struct err e = {0};

	(void)state;
	gmail_configure(&o, c);
	assert_string_equal(o.api_url, "https://gmail.googleapis.com");
	assert_int_equal(o.units_per_min, 3600);
	assert_int_equal(o.batch, 50);
	assert_int_equal(o.retry_max, 5);
	assert_int_equal(o.max_message_bytes, 50 << 20);
	assert_false(o.legacy_quota);
	assert_int_equal(config_set(c, "MAILROOM_GMAIL_RETRY_MAX", "0", CONFIG_FILE, &e), 0);
	assert_int_equal(config_set(c, "MAILROOM_GMAIL_QUOTA", "legacy", CONFIG_FILE, &e), 0);
	gmail_configure(&o, c);
	assert_int_equal(o.retry_max, -1);
	assert_true(o.legacy_quota);
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(settings_become_options),
	    cmocka_unit_test_setup(the_profile_is_read, calm),
	    cmocka_unit_test_setup(lists_come_whole_in_any_order, calm),
	    cmocka_unit_test_setup(searches_are_encoded, calm),
	    cmocka_unit_test_setup(labels_and_spam_are_chosen, calm),
	    cmocka_unit_test_setup(history_tells_what_changed, calm),
	    cmocka_unit_test_setup(old_history_is_an_outcome, calm),
	    cmocka_unit_test_setup(a_message_comes_in_each_format, calm),
	    cmocka_unit_test_setup(large_messages_fail_alone, calm),
	    cmocka_unit_test_setup(memory_is_bounded_by_what_waits, calm),
	    cmocka_unit_test_setup(the_quota_is_kept, calm),
	    cmocka_unit_test_setup(a_deadline_ends_the_wait, calm),
	    cmocka_unit_test_setup(a_draft_is_created_once, calm),
	    cmocka_unit_test_setup(nothing_is_sent_twice, calm),
	    cmocka_unit_test_setup(addresses_are_checked, calm),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
