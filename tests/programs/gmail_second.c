/* gmail_second URL TOKEN: the Gmail client against a fake Gmail that nobody here wrote. gmail_emulate.bats runs it. */
#include "base/json.h"
#include "base/mem.h"
#include "net/base64url.h"
#include "net/gmail_fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAILS = 30 };

static struct {
	const char *url, *token;
	struct http *http;
	struct gmail *g;
	struct arena a;
	struct err e;
} t;

static const char with_attachment[] =
    "From: kay@northwind.example\r\nTo: team@harbor.example\r\nSubject: Parts\r\nMessage-ID: <parts@test.example>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
    "text/plain\r\n\r\nHello\r\n--b\r\n"
    "Content-Type: application/octet-stream; name=x.bin\r\nContent-Disposition: attachment; filename=x.bin\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nAAEC/v8=\r\n--b--\r\n";

static int token_get(void *arg, struct buf *token, struct err *e)
{
	(void)arg;
	(void)e;
	buf_puts(token, t.token);
	return 0;
}

static void token_invalidate(void *arg, const char *token)
{
	(void)arg;
	(void)token;
	fail_msg("the token was refused");
}

static void good(int rc)
{
	if (rc != 0)
		fail_msg("%s", t.e.text);
}

/* The bytes of test message number i: some of them 8-bit, of many lengths, so that base64 ends in each way. */
static void put_mail(struct buf *b, int i)
{
	buf_printf(b, "From: kay%d@northwind.example\r\nTo: team@harbor.example\r\nSubject: Mail %d\r\n", i, i);
	buf_printf(b, "Message-ID: <%d@test.example>\r\nDate: Thu, 19 Nov 2026 10:00:%02d +0100\r\n\r\n", i, i);
	for (int k = 0; k < i * 37; k++)
		buf_putc(b, k % 70 == 69 ? '\n' : (char)(' ' + (k * 7 + i) % (i % 2 ? 90 : 200)));
	buf_puts(b, "\r\n");
}

/* messages.insert, which the client has no use for. */
static void insert(const void *bytes, size_t n)
{
	static const char *const headers[] = {"Content-Type: application/json", NULL};
	struct buf raw = {0}, body = {0};
	char *url = mem_printf("%s/gmail/v1/users/me/messages", t.url), *bearer = mem_printf("Bearer %s", t.token);
	struct http_response answer = {0};

	base64url_encode(bytes, n, &raw);
	buf_printf(&body, "{\"raw\": \"%s\", \"labelIds\": [\"INBOX\"]}", buf_str(&raw));
	struct http_request r = {.method = "POST",
	    .url = url,
	    .headers = headers,
	    .authorization = bearer,
	    .body = body.data,
	    .body_len = body.len};
	good(http_send(t.http, &r, &answer, &t.e));
	assert_int_equal(answer.status, 200);
	http_response_clear(&answer);
	buf_clear(&raw);
	buf_clear(&body);
	free(bearer);
	free(url);
}

static size_t list(const char *q, int page_size, const char **ids)
{
	struct gmail_query query = {.q = q, .page_size = page_size};
	struct gmail_page page;
	size_t n = 0;

	do {
		good(gmail_list(t.g, &query, &t.a, &page, &t.e));
		for (size_t i = 0; i < page.n; i++)
			ids[n++] = page.refs[i].id;
		query.page_token = page.next_page_token;
	} while (query.page_token);
	return n;
}

static void all_mail_is_fetched_byte_for_byte(void **state)
{
	const char *ids[MAILS + 1];
	bool seen[MAILS] = {false};
	const struct gmail_item *item;
	struct gmail_fetch *f;
	struct buf want = {0};

	(void)state;
	for (int i = 0; i < MAILS; i++) {
		buf_reset(&want);
		put_mail(&want, i);
		insert(want.data, want.len);
	}
	assert_int_equal(list(NULL, 7, ids), MAILS);
	ids[MAILS] = "no-such-message";
	f = gmail_fetch_open(t.g, ids, MAILS + 1);
	while (gmail_fetch_next(f, &item, &t.e) == 0 && item) {
		int i = -1;
		if (item->index == MAILS) {
			assert_int_equal(item->outcome, GMAIL_GONE);
			continue;
		}
		assert_int_equal(item->outcome, GMAIL_GOT);
		assert_int_equal(sscanf(strstr(item->message.raw, "Subject: Mail "), "Subject: Mail %d", &i), 1);
		buf_reset(&want);
		put_mail(&want, i);
		assert_int_equal(item->message.raw_len, want.len);
		assert_memory_equal(item->message.raw, want.data, want.len);
		assert_string_equal(item->message.labels[0], "INBOX");
		seen[i] = true;
	}
	assert_int_equal(t.e.code, ERR_NONE);
	for (int i = 0; i < MAILS; i++)
		assert_true(seen[i]);
	gmail_fetch_close(f);
	buf_clear(&want);
}

static void history_and_search_find_what_came(void **state)
{
	const char *ids[MAILS + 2] = {NULL};
	struct gmail_message newest;
	struct gmail_history h;
	bool gone;

	(void)state;
	assert_int_equal(list("from:kay7@northwind.example", 0, ids), 1);
	good(gmail_get(t.g, ids[0], GMAIL_MINIMAL, &t.a, &newest, &gone, &t.e));
	for (size_t n = list(NULL, 0, ids); n-- > 0;) {
		struct gmail_message m;
		good(gmail_get(t.g, ids[n], GMAIL_MINIMAL, &t.a, &m, &gone, &t.e));
		if (strlen(m.history_id) > strlen(newest.history_id) ||
		    (strlen(m.history_id) == strlen(newest.history_id) && strcmp(m.history_id, newest.history_id) > 0))
			newest = m;
	}
	insert(with_attachment, sizeof with_attachment - 1);
	good(gmail_history(t.g, newest.history_id, GMAIL_ADDED, NULL, 0, &t.a, &h, &t.e));
	assert_false(h.expired);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.changes[0].kind, GMAIL_ADDED);
	assert_int_equal(list("subject:Parts", 0, ids), 1);
	assert_string_equal(h.changes[0].id, ids[0]);
	good(gmail_history(t.g, h.history_id, 0, NULL, 0, &t.a, &h, &t.e));
	assert_int_equal(h.n, 0);
}

static void attachments_come_apart(void **state)
{
	const char *ids[MAILS + 2] = {NULL};
	const struct gmail_part *file = NULL;
	struct gmail_message m = {0};
	struct buf bytes = {0};
	bool gone;

	(void)state;
	assert_int_equal(list("subject:Parts", 0, ids), 1);
	good(gmail_get(t.g, ids[0], GMAIL_FULL, &t.a, &m, &gone, &t.e));
	for (size_t i = 0; i < m.n_parts; i++)
		if (m.parts[i].filename && strcmp(m.parts[i].filename, "x.bin") == 0)
			file = &m.parts[i];
	if (!file || !file->attachment_id) {
		fail_msg("the attachment is not there");
		return;
	}
	good(gmail_attachment(t.g, ids[0], file->attachment_id, &bytes, &gone, &t.e));
	assert_int_equal(bytes.len, 5);
	assert_memory_equal(bytes.data, "\0\1\2\xfe\xff", 5);
	buf_clear(&bytes);
}

static void drafts_and_sent_mail_come_back(void **state)
{
	static const char mail[] =
	    "From: team@harbor.example\r\nTo: kay@northwind.example\r\nSubject: Re: Parts\r\n\r\nThanks\r\n";
	struct gmail_message m;
	struct gmail_ref ref;
	const char *draft;
	bool gone;

	(void)state;
	good(gmail_draft_create(t.g, mail, sizeof mail - 1, NULL, &t.a, &draft, &ref, &t.e));
	good(gmail_get(t.g, ref.id, GMAIL_RAW, &t.a, &m, &gone, &t.e));
	assert_false(gone);
	assert_string_equal(m.labels[0], "DRAFT");
	assert_non_null(strstr(m.raw, "Subject: Re: Parts"));
	if (gmail_send(t.g, mail, sizeof mail - 1, NULL, &t.a, &ref, &t.e) != GMAIL_SENT)
		fail_msg("%s", t.e.text);
	good(gmail_get(t.g, ref.id, GMAIL_METADATA, &t.a, &m, &gone, &t.e));
	assert_true(m.n_headers >= 3);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_mail_is_fetched_byte_for_byte),
	    cmocka_unit_test(history_and_search_find_what_came),
	    cmocka_unit_test(attachments_come_apart),
	    cmocka_unit_test(drafts_and_sent_mail_come_back),
	};
	struct gmail_token_source source = {token_get, token_invalidate, NULL};
	struct gmail_clock clock = gmail_clock_system();
	int failed;

	if (argc != 3) {
		fprintf(stderr, "usage: gmail_second URL TOKEN\n");
		return 64;
	}
	t.url = argv[1];
	t.token = argv[2];
	t.http = http_new(&(struct http_options){0});
	/* It has no batches. */
	t.g =
	    gmail_new(t.http, &(struct gmail_options){.api_url = t.url, .units_per_min = 1000000000}, &source, &clock);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gmail_free(t.g);
	http_free(t.http);
	arena_clear(&t.a);
	return failed;
}
