/* Postmark as a transport, against a fake in its documented form: what arrives there, and what each answer means. */
#include "base/file.h"
#include "base/mem.h"
#include "fake_gmail.h"
#include "job/transport_postmark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ENVELOPE "mr1.7.0123456789abcdef0123456789abcdef.1"

static const char message[] =
    "From: =?UTF-8?Q?Fj=C3=B6rd_\"Study\"?= <study@fjord.example>\r\n"
    "To: ada@home.example\r\n"
    "Subject: =?UTF-8?Q?Your_progress=2C_S=C3=B8ren?=\r\n"
    "Date: Fri, 20 Nov 2026 13:00:00 +0100\r\n"
    "Message-ID: <participant-digest.1@fjord.example>\r\n"
    "X-Mailroom-Message-ID: mr1.7.0123456789abcdef0123456789abcdef\r\n"
    "List-Id: Updates of\r\n <participant.fjord.example>\r\n"
    "Auto-Submitted: auto-generated\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "S=C3=B8ren: 9 of 10 days.\r\n"
    "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>9 of 10 days</p>\r\n--b--\r\n";

struct fixture {
	struct fake fake;
	char folder[32];
	struct config *config;
	struct transport t;
	struct arena a;
};

static void set(struct fixture *f, const char *key, const char *value)
{
	struct err e = {0};

	if (config_set(f->config, key, value, CONFIG_OPTION, &e) != 0)
		fail_msg("%s", e.text);
}

static void open_transport(struct fixture *f)
{
	struct transport_context context = {.config = f->config, .arena = &f->a, .may_ask = true};
	struct err e = {0};

	if (f->t.close)
		f->t.close(f->t.state);
	f->t.close = NULL;
	if (transport_postmark_open(&f->t, &context, NULL, &e) != 0)
		fail_msg("%s", e.text);
}

static int set_up(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	const char *arguments[] = {f->folder, NULL};

	snprintf(f->folder, sizeof f->folder, "/tmp/mailroom-test-XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	fake_start_program(&f->fake, FAKE_POSTMARK, arguments);
	f->config = config_new();
	set(f, "MAILROOM_POSTMARK_URL", f->fake.url);
	set(f, "MAILROOM_POSTMARK_TOKEN", "server-token");
	open_transport(f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char *command = mem_printf("rm -rf %s", f->folder);
	int rc;

	f->t.close(f->t.state);
	fake_stop(&f->fake);
	rc = system(command);
	free(command);
	config_free(f->config);
	arena_clear(&f->a);
	free(f);
	return rc;
}

static void write_next(struct fixture *f, const char *text)
{
	char *path = file_join(f->folder, "next");
	struct err e = {0};

	assert_int_equal(file_write_atomic(path, text, strlen(text), 0600, &e), 0);
	free(path);
}

/* The lines of what it took, as one array. */
static json_t *taken(struct fixture *f)
{
	char *path = file_join(f->folder, "taken");
	json_t *list = json_array(), *m;
	struct buf text = {0};
	struct err e = {0};

	if (file_read(path, -1, 1 << 20, &text, &e) == 0)
		for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n")) {
			m = json_loads(line, 0, NULL);
			assert_non_null(m);
			json_array_append_new(list, m);
		}
	buf_clear(&text);
	free(path);
	return list;
}

static struct transport_recipient send_one(struct fixture *f, const char *bytes, const char *address)
{
	struct transport_recipient r = {.address = address};
	struct transport_message m = {
	    .from = "study@fjord.example",
	    .message_id = "participant-digest.1@fjord.example",
	    .envelope_id = ENVELOPE,
	    .bytes = bytes,
	    .len = strlen(bytes),
	    .recipients = &r,
	    .recipient_count = 1,
	};
	struct err e = {0};

	if (f->t.send(f->t.state, &f->a, &m, &e) != 0)
		fail_msg("%s", e.text);
	return r;
}

static void assert_text(const json_t *m, const char *key, const char *wanted)
{
	assert_string_equal(json_string_value(json_object_get(m, key)), wanted);
}

static const char *header(const json_t *m, const char *name)
{
	json_t *h;
	size_t i;

	json_array_foreach(
	    json_object_get(m, "Headers"), i, h) if (strcmp(json_string_value(json_object_get(h, "Name")), name) ==
	                                             0) return json_string_value(json_object_get(h, "Value"));
	return NULL;
}

static void all_of_it_arrives(void **state)
{
	struct fixture *f = *state;
	struct transport_recipient r = send_one(f, message, "ada@home.example");
	json_t *list = taken(f), *m = json_array_get(list, 0);

	assert_int_equal(r.outcome, TRANSPORT_ACCEPTED);
	assert_int_equal(r.code, 200);
	assert_int_equal(json_array_size(list), 1);
	assert_text(m, "MessageID", r.remote_id);
	assert_text(m, "From", "\"Fj\303\266rd \\\"Study\\\"\" <study@fjord.example>");
	assert_text(m, "To", "ada@home.example");
	assert_text(m, "Subject", "Your progress, S\303\270ren");
	assert_text(m, "TextBody", "S\303\270ren: 9 of 10 days.");
	assert_non_null(strstr(json_string_value(json_object_get(m, "HtmlBody")), "<p>9 of 10 days</p>"));
	assert_text(m, "MessageStream", "outbound");
	assert_text(json_object_get(m, "Metadata"), "mailroom", ENVELOPE);
	assert_string_equal(header(m, "Message-ID"), "<participant-digest.1@fjord.example>");
	assert_string_equal(header(m, "X-PM-KeepID"), "true");
	assert_string_equal(header(m, "List-Id"), "Updates of <participant.fjord.example>");
	assert_string_equal(header(m, "X-Mailroom-Message-ID"), "mr1.7.0123456789abcdef0123456789abcdef");
	assert_null(header(m, "Subject"));
	assert_null(header(m, "Content-Type"));
	json_decref(list);
}

static void answers_mean_what_they_say(void **state)
{
	static const struct {
		const char *next;
		enum transport_outcome outcome;
		int code;
		bool taken;
		const char *words;
	} rows[] = {
	    {"{\"status\": 422, \"body\": {\"ErrorCode\": 300, \"Message\": \"Invalid 'To' address\"}}",
	        TRANSPORT_PERMANENT, 422, false, "ErrorCode 300: Invalid 'To' address"},
	    {"{\"status\": 422, \"body\": {\"ErrorCode\": 405, \"Message\": \"out of credits\"}}", TRANSPORT_ACCOUNT,
	        422, false, "credits"},
	    {"{\"status\": 422, \"body\": {\"ErrorCode\": 400, \"Message\": \"no signature\"}}", TRANSPORT_ACCOUNT, 422,
	        false, "signature"},
	    {"{\"status\": 422, \"body\": {\"ErrorCode\": 100, \"Message\": \"Maintenance\"}}", TRANSPORT_TEMPORARY,
	        422, false, "Maintenance"},
	    {"{\"status\": 429, \"body\": {\"ErrorCode\": 429, \"Message\": \"slower\"}}", TRANSPORT_TEMPORARY, 429,
	        false, "slower"},
	    {"{\"status\": 503, \"body\": \"<html>\"}", TRANSPORT_TEMPORARY, 503, false, "HTTP 503"},
	    {"{\"status\": 500, \"body\": {\"ErrorCode\": 0, \"Message\": \"oops\"}}", TRANSPORT_UNKNOWN, 500, false,
	        "oops"},
	    {"{\"status\": 504, \"body\": \"\"}", TRANSPORT_UNKNOWN, 504, false, "HTTP 504"},
	    {"{\"status\": 413, \"body\": \"\"}", TRANSPORT_PERMANENT, 413, false, "HTTP 413"},
	    {"{\"status\": 200, \"body\": {\"ErrorCode\": 406, \"Message\": \"dropped\"}}", TRANSPORT_PERMANENT, 200,
	        false, "dropped"},
	    {"{\"status\": 200, \"body\": {\"ErrorCode\": 0, \"Message\": \"OK\"}}", TRANSPORT_UNKNOWN, 200, false,
	        "OK"},
	    {"{\"status\": 202, \"body\": \"\"}", TRANSPORT_UNKNOWN, 202, false, "HTTP 202"},
	    {"{\"status\": 302, \"body\": \"log in to this network\"}", TRANSPORT_ACCOUNT, 302, false, "HTTP 302"},
	    {"{\"status\": 400, \"body\": \"<html>\"}", TRANSPORT_ACCOUNT, 400, false, "HTTP 400"},
	    {"{\"status\": 408, \"body\": \"\"}", TRANSPORT_UNKNOWN, 408, false, "HTTP 408"},
	    {"{\"raw\": \"<html>Welcome to this hotel's network</html>\"}", TRANSPORT_UNKNOWN, 200, false, "HTTP 200"},
	    {"{\"status\": 422, \"body\": {\"ErrorCode\": 300, \"Message\": \"you said server-token\\nand\"}}",
	        TRANSPORT_PERMANENT, 422, false, "left out"},
	    {"{\"cut\": \"before\"}", TRANSPORT_UNKNOWN, 0, false, "127.0.0.1"},
	    {"{\"cut\": \"after\"}", TRANSPORT_UNKNOWN, 0, true, "127.0.0.1"},
	};
	struct fixture *f = *state;
	size_t before = 0;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct transport_recipient r;
		json_t *list;
		write_next(f, rows[i].next);
		r = send_one(f, message, "ada@home.example");
		if (r.outcome != rows[i].outcome || r.code != rows[i].code || !strstr(r.words, rows[i].words))
			fail_msg("%s: %d %d %s", rows[i].next, r.outcome, r.code, r.words);
		assert_null(strstr(r.words, "server-token"));
		list = taken(f);
		assert_int_equal(json_array_size(list), before + (rows[i].taken ? 1 : 0));
		before = json_array_size(list);
		json_decref(list);
	}
}

static void an_inactive_recipient_is_told(void **state)
{
	struct fixture *f = *state;
	struct transport_recipient r = send_one(f, message, "inactive@home.example");

	assert_int_equal(r.outcome, TRANSPORT_PERMANENT);
	assert_true(r.suppressed);
	r = send_one(f, message, "ada@home.example");
	assert_false(r.suppressed);
}

static void a_wrong_token_stops_the_account(void **state)
{
	struct fixture *f = *state;

	set(f, "MAILROOM_POSTMARK_TOKEN", "another");
	open_transport(f);
	assert_int_equal(send_one(f, message, "ada@home.example").outcome, TRANSPORT_ACCOUNT);
}

static void nobody_there_is_temporary(void **state)
{
	struct fixture *f = *state;

	set(f, "MAILROOM_POSTMARK_URL", "http://127.0.0.1:1");
	open_transport(f);
	assert_int_equal(send_one(f, message, "ada@home.example").outcome, TRANSPORT_TEMPORARY);
}

static void a_wrong_address_keeps_mail_back(void **state)
{
	struct fixture *f = *state;

	set(f, "MAILROOM_POSTMARK_URL", "http://postmark.example");
	open_transport(f);
	assert_int_equal(send_one(f, message, "ada@home.example").outcome, TRANSPORT_ACCOUNT);
}

/* What broke off after it was taken is found, what broke off before is not. */
static void it_is_looked_up(void **state)
{
	struct fixture *f = *state;
	struct transport_recipient r = {.address = "ada@home.example"};
	struct transport_message m = {
	    .message_id = "x", .envelope_id = ENVELOPE, .recipients = &r, .recipient_count = 1};
	enum transport_found found;
	const char *id;
	struct err e = {0};

	write_next(f, "{\"cut\": \"before\"}");
	send_one(f, message, "ada@home.example");
	assert_int_equal(f->t.find(f->t.state, &f->a, &m, &found, &id, &e), 0);
	assert_int_equal(found, TRANSPORT_NOT_FOUND);
	write_next(f, "{\"cut\": \"after\"}");
	send_one(f, message, "ada@home.example");
	assert_int_equal(f->t.find(f->t.state, &f->a, &m, &found, &id, &e), 0);
	assert_int_equal(found, TRANSPORT_FOUND);
	assert_non_null(id);
	m.envelope_id = "mr1.7.0123456789abcdef0123456789abcdef.2";
	assert_int_equal(f->t.find(f->t.state, &f->a, &m, &found, &id, &e), 0);
	assert_int_equal(found, TRANSPORT_NOT_FOUND);
	write_next(f, "{\"status\": 503}");
	assert_int_equal(f->t.find(f->t.state, &f->a, &m, &found, &id, &e), -1);
	assert_int_equal(e.code, ERR_TEMPORARY);
	write_next(f, "{\"status\": 401, \"body\": {\"ErrorCode\": 10, \"Message\": \"Bad token\"}}");
	assert_int_equal(f->t.find(f->t.state, &f->a, &m, &found, &id, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

static void a_token_file_is_read(void **state)
{
	struct fixture *f = *state;
	struct transport_context context = {.config = f->config, .arena = &f->a};
	char *path = file_join(f->folder, "token");
	struct transport t = {0};
	struct err e = {0};

	assert_int_equal(file_write_atomic(path, "server-token\n", 13, 0600, &e), 0);
	set(f, "MAILROOM_POSTMARK_TOKEN_FILE", path);
	open_transport(f);
	assert_int_equal(send_one(f, message, "ada@home.example").outcome, TRANSPORT_ACCEPTED);
	assert_int_equal(file_write_atomic(path, "server-token\nmore\n", 18, 0600, &e), 0);
	assert_int_equal(transport_postmark_open(&t, &context, NULL, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(file_write_atomic(path, "", 0, 0600, &e), 0);
	assert_int_equal(transport_postmark_open(&t, &context, NULL, &e), -1);
	assert_int_equal(file_write_atomic(path, "server-token\n", 13, 0644, &e), 0);
	assert_int_equal(transport_postmark_open(&t, &context, NULL, &e), -1);
	assert_int_equal(e.code, ERR_REFUSED);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(all_of_it_arrives, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(answers_mean_what_they_say, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(an_inactive_recipient_is_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_wrong_token_stops_the_account, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(nobody_there_is_temporary, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_wrong_address_keeps_mail_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(it_is_looked_up, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_token_file_is_read, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
