/* Messages of our own making: what each field comes out as, with LF and with CRLF line ends. */
#include "base/buf.h"
#include "base/err.h"
#include "mail/message.h"
#include "mail/message_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct message_parser *parser;
	struct arena arena;
	struct message m;
};

static const char *with_crlf(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, 2 * strlen(s) + 1), *o = out;

	for (; *s; s++) {
		if (*s == '\n')
			*o++ = '\r';
		*o++ = *s;
	}
	*o = '\0';
	return out;
}

static void parse(struct fixture *f, const char *raw, const struct message_options *options)
{
	struct err e = {0};

	assert_int_equal(message_parse(f->parser, &f->arena, raw, strlen(raw), options, &f->m, &e), 0);
}

static int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){.parser = message_parser_new()};
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	message_parser_free(f->parser);
	arena_clear(&f->arena);
	return 0;
}

static const char everything[] = "From ann@example.org Fri Nov 21 09:55:06 1997\n"
                                 "Received: from a by b; Fri, 21 Nov 1997 09:55:06 -0600\n"
                                 "From: =?utf-8?q?J=C3=BCrgen?= <ann@example.org>\n"
                                 "Sender: office@example.org\n"
                                 "Reply-To: Desk <desk@example.org>\n"
                                 "To: bob@example.net,\n\tCarol <carol@example.net>\n"
                                 "Cc: dave@example.net\n"
                                 "Bcc: erin@example.net\n"
                                 "Subject: A long\n =?utf-8?q?s=C3=BCbject?=\n"
                                 "Message-ID: <1@example.org>\n"
                                 "In-Reply-To: <0@example.net>\n"
                                 "References: <a@example.net>\n <0@example.net>\n"
                                 "Date: Fri, 21 Nov 1997 09:55:06 -0600\n"
                                 "List-Id: Team list <team.example.org>\n"
                                 "Auto-Submitted: Auto-Generated; x=y\n"
                                 "X-GM-THRID: 123\n"
                                 "X-Gmail-Labels: Inbox,=?utf-8?q?Caf=C3=A9?=\n"
                                 "MIME-Version: 1.0\n"
                                 "Content-Type: multipart/mixed; boundary=\"outer\"\n"
                                 "\n"
                                 "preamble\n"
                                 "--outer\n"
                                 "Content-Type: multipart/alternative; boundary=inner\n"
                                 "\n"
                                 "--inner\n"
                                 "Content-Type: text/plain; charset=iso-8859-1\n"
                                 "Content-Transfer-Encoding: quoted-printable\n"
                                 "\n"
                                 "gr=FC=DFe =\n"
                                 "an alle\n"
                                 "--inner\n"
                                 "Content-Type: text/html\n"
                                 "\n"
                                 "<p>other</p>\n"
                                 "--inner--\n"
                                 "epilogue\n"
                                 "--outer\n"
                                 "Content-Type: application/pdf; name=ignored.pdf\n"
                                 "Content-Disposition: attachment; filename*=utf-8''gr%C3%BC.pdf\n"
                                 "Content-Transfer-Encoding: base64\n"
                                 "Content-ID: <cid1@example.org>\n"
                                 "\n"
                                 "SGVsbG8=\n"
                                 "--outer--\n";

static void check_everything(struct fixture *f)
{
	struct message *m = &f->m;

	assert_string_equal(m->from.items[0].name, "J\xc3\xbcrgen");
	assert_string_equal(m->from.items[0].address, "ann@example.org");
	assert_string_equal(m->sender.items[0].address, "office@example.org");
	assert_string_equal(m->reply_to.items[0].name, "Desk");
	assert_int_equal(m->to.count, 2);
	assert_string_equal(m->to.items[1].address, "carol@example.net");
	assert_string_equal(m->cc.items[0].address, "dave@example.net");
	assert_string_equal(m->bcc.items[0].address, "erin@example.net");
	assert_string_equal(m->subject, "A long s\xc3\xbc"
	                                "bject");
	assert_string_equal(m->message_id, "1@example.org");
	assert_int_equal(m->in_reply_to.count, 1);
	assert_int_equal(m->references.count, 2);
	assert_string_equal(m->references.items[1], "0@example.net");
	assert_true(m->has_date);
	assert_int_equal(m->date, 880127706);
	assert_string_equal(m->list_id, "team.example.org");
	assert_string_equal(m->auto_submitted, "auto-generated");
	assert_true(m->bulk);
	assert_string_equal(m->gmail_thread_id, "123");
	assert_string_equal(m->gmail_labels, "Inbox,Caf\xc3\xa9");
	assert_string_equal(m->text, "gr\xc3\xbc\xc3\x9f"
	                             "e an alle");
	assert_int_equal(m->text_source, TEXT_PLAIN);
	assert_null(m->html);
	assert_int_equal(m->attachments.count, 1);
	assert_string_equal(m->attachments.items[0].filename, "gr\xc3\xbc.pdf");
	assert_string_equal(m->attachments.items[0].content_type, "application/pdf");
	assert_string_equal(m->attachments.items[0].content_id, "cid1@example.org");
	assert_int_equal(m->attachments.items[0].disposition, DISPOSITION_ATTACHMENT);
	assert_int_equal(m->attachments.items[0].size_bytes, 5);
	assert_memory_equal(m->attachments.items[0].data, "Hello", 5);
	assert_int_equal(m->defects.count, 0);
}

static void reads_everything(void **state)
{
	struct fixture *f = *state;
	unsigned char lf_hash[SHA256_BYTES];

	parse(f, everything, NULL);
	check_everything(f);
	memcpy(lf_hash, f->m.body_sha256, sizeof lf_hash);
	parse(f, with_crlf(&f->arena, everything), NULL);
	check_everything(f);
	assert_memory_equal(f->m.body_sha256, lf_hash, sizeof lf_hash);
	parse(f, everything, &(struct message_options){.want_html = true});
	assert_string_equal(f->m.html, "<p>other</p>");
}

struct text_row {
	const char *raw, *text; /* text NULL: TEXT_NONE */
	size_t attachments;
};

static const struct text_row texts[] = {
    {"", NULL, 0},
    {"\n", NULL, 0},
    {"\nbody", "body", 0},
    {"Subject: x\n", NULL, 0},
    {"Subject: x", NULL, 0},
    {"Subject: x\n\nbody\n", "body\n", 0},
    {"no header at all\njust text", "no header at all\njust text", 0},
    {"Subject: x\nno separator", "no separator", 0},
    {"Subject: x\nstray\nTo: a@b\n\nbody", "body", 0},
    {"\xef\xbb\xbfSubject: x\n\nbody", "body", 0},
    {">From x\nSubject: x\n\nbody", "body", 0},
    {"Content-Type: multipart/mixed\n\nlost", NULL, 0},
    {"Content-Type: multipart/mixed; boundary=b\n\nonly a preamble", NULL, 0},
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nnever closed", "never closed", 0},
    {"Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\nfirst\n--b\n\nsecond\n--b--", "first", 0},
    {"Content-Type: multipart/mixed; boundary=\"\\\"\"\n\n--\"\n\nquote\n--\"--", "quote", 0},
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<b>x</b>\n--b--", "x", 0},
    {"Content-Type: text/plain\nContent-Disposition: attachment\n\nbody", NULL, 1},
    {"Content-Type: image/png\n\nbody", NULL, 1},
    {"Content-Type: text\n\nbody", NULL, 1},
    {"Content-Type: message/rfc822\n\nSubject: inner\n\nbody", "body", 0},
    {"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: inner\n\nbody\n--b--", "body", 0},
    {"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
     "boundary=b\n\n--b\n\nx\n--a\n"
     "Content-Type: image/png\n\ny\n--a--",
        "x", 1},
    {"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/html\n\n<p>outer</p>\n--a\n"
     "Content-Type: message/rfc822\n\nSubject: inner\n\ninner\n--a--",
        "outer", 0},
    {"Content-Type: text/plain; format=flowed\n\none \ntwo\n", "one two\n", 0},
    {"Content-Type: text/html\n\n<meta charset=\"windows-1251\"><p>\xcf\xf0\xe8</p>", "\xd0\x9f\xd1\x80\xd0\xb8", 0},
    {"Content-Type: text/html; charset=utf-8\n\n<meta charset='windows-1251'><p>\xc3\xa9</p>", "\xc3\xa9", 0},
    {"Content-Transfer-Encoding: base64\n\nSGVsbG8=\n", "Hello", 0},
    {"Content-Transfer-Encoding: base64\n\nSABlAGwAbABvAA==\n", "Hello", 0},
    {"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n%:&5L;&\\ \n`\nend\n", "hello", 0},
};

static void check_texts(struct fixture *f, bool crlf)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		parse(f, crlf ? with_crlf(&f->arena, texts[i].raw) : texts[i].raw, NULL);
		if (texts[i].text)
			assert_string_equal(f->m.text, texts[i].text);
		else
			assert_int_equal(f->m.text_source, TEXT_NONE);
		assert_int_equal(f->m.attachments.count, texts[i].attachments);
	}
}

static void reads_texts(void **state)
{
	check_texts(*state, false);
	check_texts(*state, true);
}

/* Quoting by mbox writers, line ends and trailing empty lines do not tell two copies apart; words do. */
static void digests_bodies(void **state)
{
	static const char *const same[] = {"Subject: a\n\nx\nFrom here\n", "Subject: b\n\nx\n>From here\n",
	    "Subject: b\r\n\r\nx\r\n>>From here\r\n\r\n\r\n", "\nx\nFrom here"};
	static const char *const other[] = {
	    "\nx\nFrom there", "\nx\n\nFrom here", "Content-Type: text/html\n\nx\nFrom here", "\nx\n> From here"};
	struct fixture *f = *state;
	unsigned char want[SHA256_BYTES];

	parse(f, same[0], NULL);
	memcpy(want, f->m.body_sha256, sizeof want);
	for (size_t i = 1; i < sizeof same / sizeof *same; i++) {
		parse(f, same[i], NULL);
		assert_memory_equal(f->m.body_sha256, want, sizeof want);
	}
	for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
		parse(f, other[i], NULL);
		assert_memory_not_equal(f->m.body_sha256, want, sizeof want);
	}
}

static void tells_bulk(void **state)
{
	static const struct {
		const char *raw;
		bool bulk;
	} rows[] = {{"Subject: x\n\n", false}, {"Precedence: bulk\n\n", true}, {"Precedence: LIST\n\n", true},
	    {"Precedence: first-class\n\n", false}, {"List-Id: <x>\n\n", true}, {"List-Unsubscribe: <x>\n\n", true},
	    {"Auto-Submitted: no\n\n", false}, {"Auto-Submitted: auto-replied\n\n", true},
	    {"Feedback-ID: a:b\n\n", true}};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		parse(f, rows[i].raw, NULL);
		assert_int_equal(f->m.bulk, rows[i].bulk);
	}
}

static void believes_trusted_servers_only(void **state)
{
	static const char raw[] = "Authentication-Results: evil.example; dmarc=pass\n"
	                          "Authentication-Results: mx.example.org; spf=pass; dmarc=fail\n\n";
	static const char *const trusted[] = {"MX.example.org", NULL}, *const others[] = {"other.example", NULL};
	struct fixture *f = *state;

	parse(f, raw, &(struct message_options){.trusted_authserv = trusted});
	assert_string_equal(f->m.auth.authserv_id, "mx.example.org");
	assert_string_equal(f->m.auth.dmarc, "fail");
	parse(f, raw, &(struct message_options){.trusted_authserv = others});
	assert_null(f->m.auth.authserv_id);
	parse(f, raw, NULL);
	assert_string_equal(f->m.auth.authserv_id, "evil.example");
}

/* Headers without a charset are read in the message's own; the next message knows nothing of it. */
static void guesses_by_the_body(void **state)
{
	struct fixture *f = *state;

	parse(f, "Content-Type: text/plain; charset=windows-1251\nSubject: \xcf\xf0\xe8\n\n", NULL);
	assert_string_equal(f->m.subject, "\xd0\x9f\xd1\x80\xd0\xb8");
	parse(f, "Content-Type: text/plain; charset=us-ascii\nSubject: caf\xe9\n\n", NULL);
	assert_string_equal(f->m.subject, "caf\xc3\xa9");
	parse(f, "Subject: caf\xe9\n\n", NULL);
	assert_string_equal(f->m.subject, "caf\xc3\xa9");
	parse(f, "Content-Type: text/plain; charset=windows-1251\nSubject: caf\xc3\xa9\n\n", NULL);
	assert_string_equal(f->m.subject, "caf\xc3\xa9");
}

static void writes_json(void **state)
{
	struct fixture *f = *state;
	struct buf b = {0};
	struct json j = {.out = &b};

	parse(f, "From: \"A \\\"q\\\"\" <a@b>\nSubject: x\n\nl1\n\tl2 \\ \x01", NULL);
	message_json(&j, "f", &f->m, false);
	json_close(&j, '}');
	assert_string_equal(buf_str(&b), "{\"file\": \"f\", \"format\": 1, \"message_id\": null, "
	                                 "\"in_reply_to\": [], \"references\": [], \"date\": null, "
	                                 "\"subject\": \"x\", \"from\": [{\"name\": \"A \\\"q\\\"\", "
	                                 "\"address\": \"a@b\"}], \"sender\": null, "
	                                 "\"reply_to\": [], \"to\": [], \"cc\": [], \"bcc\": [], "
	                                 "\"list_id\": null, \"auto_submitted\": null, "
	                                 "\"bulk\": false, \"authentication\": {\"authserv_id\": null, "
	                                 "\"spf\": null, \"dkim\": null, \"dmarc\": null}, "
	                                 "\"text\": \"l1\\n\\tl2 \\\\ \\u0001\", \"text_source\": \"plain\", "
	                                 "\"attachments\": [], \"defects\": []}");
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(reads_everything, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(reads_texts, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(digests_bodies, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(tells_bulk, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(believes_trusted_servers_only, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(guesses_by_the_body, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(writes_json, set_up, tear_down)};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
