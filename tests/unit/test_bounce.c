/* Delivery reports of our own making, in the form of each mail server, with LF and with CRLF; then what no report may do. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/utf8.h"
#include "mail/bounce.h"
#include "mail/bounce_json.h"
#include "mail/bounce_phrases.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "mr1.4711.0123456789abcdef0123456789abcdef"

static const struct {
	const char *file;
	enum bounce_kind kind;
	const char *recipients; /* "address action status class reason", "; " between them */
} reports[] = {
    {"amavis-spam", BOUNCE_FAILED, "ana@dest.example failed 5.7.0 soft spam"},
    {"arf-abuse", BOUNCE_COMPLAINT, ""},
    {"arf-auth-failure", BOUNCE_REPORT, ""},
    {"arf-opt-out", BOUNCE_UNSUBSCRIBE, ""},
    {"barracuda", BOUNCE_FAILED, "ana@dest.example failed - soft blocked"},
    {"boxbe-dsn", BOUNCE_DELAYED, "ana@dest.example delayed 4.7.0 soft policy"},
    {"callout-of-the-sender", BOUNCE_FAILED, "ana@dest.example failed 5.0.0 soft sender"},
    {"challenge", BOUNCE_CHALLENGE, ""},
    {"communigate", BOUNCE_FAILED, "ana@dest.example failed 5.0.0 soft mailbox-full"},
    {"courier", BOUNCE_FAILED, "ana@dest.example failed 5.0.0 hard user-unknown"},
    {"discussed-on-list", BOUNCE_NONE, ""},
    {"dmarc-aggregate", BOUNCE_REPORT, ""},
    {"docomo", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"dovecot-sieve-reject", BOUNCE_FAILED, "ana@dest.example failed - soft mailbox-full"},
    {"dsn-as-text", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"dsn-base64-status", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"dsn-broken-boundary", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"eai-utf8-address", BOUNCE_FAILED, "мария@почта.example failed 5.1.1 hard user-unknown"},
    {"einsundeins-quota", BOUNCE_FAILED, "ana@dest.example failed - soft mailbox-full"},
    {"envid-token", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"exchange-chinese", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-czech", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-danish", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-dutch", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-finnish", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-french", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-german", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"exchange-hungarian", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-italian", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-japanese", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-korean", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-mailto", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"exchange-polish", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-portuguese", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-russian", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-spanish", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-swedish", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange-turkish", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"exchange2003-text", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"exim-delay", BOUNCE_DELAYED, "ana@dest.example delayed 4.7.0 soft policy"},
    {"exim-generated", BOUNCE_FAILED, "ana@dest.example failed - soft expired"},
    {"exim-multi", BOUNCE_FAILED,
        "ana@dest.example failed - hard user-unknown; bo@full.example failed 5.7.1 soft spam"},
    {"exim-user-unknown", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"failed-but-trying", BOUNCE_DELAYED, "ana@dest.example delayed 4.4.1 soft network"},
    {"forwarded-attached", BOUNCE_NONE, ""},
    {"forwarded-by-list", BOUNCE_NONE, ""},
    {"forwarded-inline", BOUNCE_NONE, ""},
    {"gmail-delay", BOUNCE_DELAYED, "ana@dest.example delayed 4.4.1 soft network"},
    {"gmail-disabled", BOUNCE_FAILED, "ana@dest.example failed 5.2.1 soft disabled"},
    {"gmail-english", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"gmail-french", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"gmail-full", BOUNCE_FAILED, "ana@dest.example failed 5.2.2 soft mailbox-full"},
    {"gmail-german", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"gmail-japanese", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"gmail-rate", BOUNCE_FAILED, "ana@dest.example failed 4.2.1 soft rate"},
    {"gmail-russian", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"gmail-spanish", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"gmx", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"groupwise", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"haraka", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"hmailserver", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"html-only", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"imail", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"imail-full", BOUNCE_FAILED, "ana@dest.example failed - soft mailbox-full"},
    {"ironport", BOUNCE_FAILED, "ana@dest.example failed 5.1.0 hard user-unknown"},
    {"ironport-delayed", BOUNCE_DELAYED, "ana@dest.example delayed 4.1.2 soft network"},
    {"james", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"kddi", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"libero-it", BOUNCE_FAILED, "ana@dest.example failed 5.2.2 soft mailbox-full"},
    {"list-held", BOUNCE_NONE, ""},
    {"list-nonmember", BOUNCE_NONE, ""},
    {"m365-delay", BOUNCE_DELAYED, "ana@dest.example delayed 4.4.7 soft expired"},
    {"m365-not-allowed", BOUNCE_FAILED, "ana@dest.example failed 5.7.133 soft security"},
    {"m365-notfound", BOUNCE_FAILED, "ana@dest.example failed 5.1.10 hard user-unknown"},
    {"mailenable", BOUNCE_FAILED, "ana@dest.example failed - hard host-unknown"},
    {"mailru", BOUNCE_FAILED, "ana@dest.example failed - soft mailbox-full"},
    {"mailscanner-virus", BOUNCE_FAILED, ""},
    {"mdaemon", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"mdn-deleted", BOUNCE_MDN, ""},
    {"mdn-read", BOUNCE_MDN, ""},
    {"mercury", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"mimecast", BOUNCE_FAILED, "ana@dest.example failed 5.7.54 soft sender"},
    {"mmdf", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"naver", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"netease-full", BOUNCE_FAILED, "ana@dest.example failed - soft mailbox-full"},
    {"netscape", BOUNCE_FAILED, "ana@dest.example failed - hard host-unknown"},
    {"no-longer-works-here", BOUNCE_NONE, ""},
    {"notes", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"opensmtpd", BOUNCE_FAILED, "ana@dest.example failed - soft network"},
    {"opensmtpd-delay", BOUNCE_DELAYED, "ana@dest.example delayed 4.3.2 soft rate"},
    {"orange-blocked", BOUNCE_FAILED, "ana@dest.example failed 5.2.0 soft blocked"},
    {"orange-fr", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"outlook-com", BOUNCE_FAILED, "ana@dest.example failed 5.5.0 hard user-unknown"},
    {"parcel-spam", BOUNCE_NONE, ""},
    {"pmdf", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"postfix-4xx-unverified", BOUNCE_FAILED, "ana@dest.example failed 4.1.1 soft user-unknown"},
    {"postfix-5.1.1-but-full", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 soft mailbox-full"},
    {"postfix-550-spamhaus", BOUNCE_FAILED, "ana@dest.example failed 5.7.1 soft blocked"},
    {"postfix-554-dmarc", BOUNCE_FAILED, "ana@dest.example failed 5.7.26 soft authentication"},
    {"postfix-alias", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"postfix-delay", BOUNCE_DELAYED, "ana@dest.example delayed 4.4.1 soft network"},
    {"postfix-dns-again", BOUNCE_FAILED, "ana@dest.example failed 4.4.3 soft network"},
    {"postfix-dns-gone", BOUNCE_FAILED, "ana@dest.example failed 5.4.4 hard host-unknown"},
    {"postfix-greylist-expired", BOUNCE_FAILED, "ana@dest.example failed 4.7.1 soft greylisted"},
    {"postfix-loop", BOUNCE_FAILED, "ana@dest.example failed 5.4.6 soft loop"},
    {"postfix-mail-from", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 soft sender"},
    {"postfix-mixed", BOUNCE_FAILED,
        "ana@dest.example failed 5.1.1 hard user-unknown; bob@dest.example expanded 2.0.0 none -; cy@dest.example "
        "delayed 4.2.2 soft mailbox-full"},
    {"postfix-null-mx", BOUNCE_FAILED, "ana@dest.example failed 5.1.0 hard no-mail"},
    {"postfix-success", BOUNCE_DELIVERED, "ana@dest.example relayed 2.0.0 none -"},
    {"postfix-tls", BOUNCE_FAILED, "ana@dest.example failed 4.7.5 soft security"},
    {"postfix-user-unknown", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"postmaster-writes", BOUNCE_NONE, ""},
    {"powermta", BOUNCE_FAILED, "ana@dest.example failed 5.2.2 soft mailbox-full"},
    {"qmail-expired", BOUNCE_FAILED, "ana@dest.example failed 4.4.3 soft network"},
    {"qmail-host", BOUNCE_FAILED, "ana@dest.example failed 5.1.2 hard host-unknown"},
    {"qmail-multi", BOUNCE_FAILED,
        "ana@dest.example failed 5.1.1 hard user-unknown; bo@full.example failed - soft mailbox-full; cy@slow.example "
        "failed 4.4.1 soft network"},
    {"qq", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"reply-with-quote", BOUNCE_NONE, ""},
    {"reply-without-address", BOUNCE_FAILED, "ana@dest.example failed 5.0.0 hard user-unknown"},
    {"sendgrid", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"sendmail-two", BOUNCE_FAILED,
        "ana@dest.example failed 5.1.1 hard user-unknown; cy@full.example failed 5.2.2 soft mailbox-full"},
    {"sendmail-warning", BOUNCE_DELAYED, "ana@dest.example delayed - soft network"},
    {"ses-json", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"ses-suppressed", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 soft suppressed"},
    {"seznam-cz", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"smail3", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"softbank", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"terra-es", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"tls-report", BOUNCE_REPORT, ""},
    {"unsubscribe-mail", BOUNCE_UNSUBSCRIBE, ""},
    {"uol-br", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"vacation-bare", BOUNCE_NONE, ""},
    {"vacation-german", BOUNCE_AUTO_REPLY, ""},
    {"vacation-header", BOUNCE_AUTO_REPLY, ""},
    {"vacation-italian-null", BOUNCE_NONE, ""},
    {"vacation-null-sender", BOUNCE_AUTO_REPLY, ""},
    {"verp-token", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"wp-pl", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"x400", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"yahoo-no-account", BOUNCE_FAILED, "ana@dest.example failed - hard user-unknown"},
    {"yandex", BOUNCE_FAILED, "ana@dest.example failed 5.7.1 hard user-unknown"},
    {"zimbra", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
    {"zoho", BOUNCE_FAILED, "ana@dest.example failed 5.1.1 hard user-unknown"},
};

static struct bounce_report read_bytes(struct arena *a, const char *bytes, size_t n)
{
	struct bounce_reader *r = bounce_reader_new();
	struct bounce_report b;
	struct err e = {0};

	assert_int_equal(bounce_read(r, a, bytes, n, NULL, &b, &e), 0);
	bounce_reader_free(r);
	return b;
}

static struct bounce_report read_text(struct arena *a, const char *text)
{
	return read_bytes(a, text, strlen(text));
}

static void load(const char *name, struct buf *out)
{
	char *file = file_join(BOUNCE_FIXTURES, name);
	struct err e = {0};

	if (file_read(file, -1, 1 << 20, out, &e) != 0)
		fail_msg("%s", e.text);
	free(file);
}

static void with_crlf(const struct buf *in, struct buf *out)
{
	for (size_t i = 0; i < in->len; i++) {
		if (in->data[i] == '\n')
			buf_putc(out, '\r');
		buf_putc(out, in->data[i]);
	}
}

static void put_recipients(struct buf *out, const struct bounce_report *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct bounce_recipient *r = &b->recipients[i];
		buf_printf(out, "%s%s %s %s %s %s", i ? "; " : "", r->address, bounce_action_name(r->action),
		    r->status ? r->status : "-", bounce_class_name(r->class),
		    r->class == BOUNCE_CLASS_NONE ? "-" : bounce_reason_name(r->reason));
	}
}

static int check(const char *file, const struct buf *bytes, enum bounce_kind kind, const char *recipients)
{
	struct arena a = {0};
	struct buf got = {0};
	struct bounce_report b = read_bytes(&a, bytes->data, bytes->len);
	int wrong = b.kind != kind;

	put_recipients(&got, &b);
	wrong |= strcmp(buf_str(&got), recipients) != 0;
	if (wrong)
		print_error("%s: %s, %s\n\twanted %s, %s\n", file, bounce_kind_name(b.kind), buf_str(&got),
		    bounce_kind_name(kind), recipients);
	buf_clear(&got);
	arena_clear(&a);
	return wrong;
}

static void reports_are_read(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
		struct buf lf = {0}, crlf = {0};
		char name[200];
		snprintf(name, sizeof name, "%s.eml", reports[i].file);
		load(name, &lf);
		with_crlf(&lf, &crlf);
		wrong += check(name, &lf, reports[i].kind, reports[i].recipients);
		wrong += check(name, &crlf, reports[i].kind, reports[i].recipients);
		buf_clear(&lf);
		buf_clear(&crlf);
	}
	assert_int_equal(wrong, 0);
}

static void each_fixture_is_in_the_table(void **state)
{
	DIR *d = opendir(BOUNCE_FIXTURES);
	size_t files = 0;

	(void)state;
	assert_non_null(d);
	for (struct dirent *f; (f = readdir(d));)
		files += strstr(f->d_name, ".eml") != NULL;
	closedir(d);
	assert_int_equal(files, sizeof reports / sizeof *reports);
}

static void our_mark_is_found(void **state)
{
	static const struct {
		const char *file, *token, *id;
	} rows[] = {{"exim-user-unknown.eml", TOKEN, "4711.1@lab.example"}, {"envid-token.eml", TOKEN, NULL},
	    {"verp-token.eml", TOKEN, NULL}, {"postfix-delay.eml", TOKEN, "4711.1@lab.example"},
	    {"notes.eml", NULL, NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena a = {0};
		struct buf bytes = {0};
		load(rows[i].file, &bytes);
		struct bounce_report b = read_bytes(&a, bytes.data, bytes.len);
		assert_true(rows[i].token ? b.token && strcmp(b.token, rows[i].token) == 0 : !b.token);
		assert_true(rows[i].id ? b.original_message_id && strcmp(b.original_message_id, rows[i].id) == 0
		                       : !b.original_message_id);
		buf_clear(&bytes);
		arena_clear(&a);
	}
}

static void a_mark_is_whole_or_none(void **state)
{
	static const struct {
		const char *to, *token;
	} rows[] = {
	    {"x+" TOKEN "@lab.example", TOKEN},
	    {"<x+MR1.4711.0123456789ABCDEF0123456789ABCDEF@lab.example>", TOKEN},
	    {"x+mr1.4711.0123456789abcdef0123456789abcde@lab.example", NULL},
	    {"x+mr1.4711.0123456789abcdef0123456789abcdef0@lab.example", NULL},
	    {"x+mr1..0123456789abcdef0123456789abcdef@lab.example", NULL},
	    {"xmr1.4711.0123456789abcdef0123456789abcdef@lab.example", NULL},
	    {"x+mr1.x.0123456789abcdef0123456789abcdef@lab.example, y+" TOKEN "@lab.example", TOKEN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena a = {0};
		char *text = arena_printf(&a, "To: %s\nSubject: x\n\nx\n", rows[i].to);
		struct bounce_report b = read_text(&a, text);
		assert_true(rows[i].token ? b.token && strcmp(b.token, rows[i].token) == 0 : !b.token);
		arena_clear(&a);
	}
}

static void the_report_tells_of_itself(void **state)
{
	struct arena a = {0};
	struct buf bytes = {0};

	(void)state;
	load("postfix-user-unknown.eml", &bytes);
	struct bounce_report b = read_bytes(&a, bytes.data, bytes.len);
	assert_string_equal(b.from, "MAILER-DAEMON@mx.relay.example");
	assert_string_equal(b.message_id, "report.1@mx.relay.example");
	assert_true(b.has_date);
	assert_int_equal(b.date, 1795078805);
	assert_string_equal(b.reporting_mta, "mx.relay.example");
	assert_string_equal(b.recipients[0].remote_mta, "mx.dest.example");
	assert_int_equal(b.confidence, BOUNCE_CONFIDENCE_COMPLETE);
	buf_clear(&bytes);
	load("arf-abuse.eml", &bytes);
	b = read_bytes(&a, bytes.data, bytes.len);
	assert_string_equal(b.feedback_type, "abuse");
	assert_string_equal(b.complained_about, "ana@dest.example");
	buf_clear(&bytes);
	load("postfix-alias.eml", &bytes);
	b = read_bytes(&a, bytes.data, bytes.len);
	assert_string_equal(b.recipients[0].final_address, "forward@other.example");
	buf_clear(&bytes);
	arena_clear(&a);
}

/* A longer phrase outweighs one that lies in it; "*" bridges a few words; a phrase begins where a word does. */
static void phrases_are_found(void **state)
{
	static const struct {
		const char *text;
		enum bounce_reason reason;
	} rows[] = {
	    {"550 User Unknown", BOUNCE_REASON_USER_UNKNOWN},
	    {"550 user\r\n\tunknown", BOUNCE_REASON_USER_UNKNOWN},
	    {"Recipient address rejected: Access denied", BOUNCE_REASON_USER_UNKNOWN},
	    {"Access denied", BOUNCE_REASON_BLOCKED},
	    {"User ana (a@b) not listed in Domino Directory", BOUNCE_REASON_USER_UNKNOWN},
	    {"Host not found, try again", BOUNCE_REASON_NETWORK},
	    {"Host not found", BOUNCE_REASON_HOST_UNKNOWN},
	    {"the mailbox of ana is full", BOUNCE_REASON_MAILBOX_FULL},
	    {"user unknown, mailbox full", BOUNCE_REASON_MAILBOX_FULL},
	    {"Le destinataire est inconnu : UTILISATEUR INCONNU", BOUNCE_REASON_USER_UNKNOWN},
	    {"ПОЛЬЗОВАТЕЛЬ НЕ НАЙДЕН", BOUNCE_REASON_USER_UNKNOWN},
	    {"superuser unknown", BOUNCE_REASON_UNDEFINED},
	    {"", BOUNCE_REASON_UNDEFINED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena a = {0};
		struct phrase_text t;
		phrase_text_init(&a, span_of(rows[i].text), &t);
		enum bounce_reason got = phrase_reason(phrase_seen(&t, 0, t.folded.len));
		if (got != rows[i].reason)
			fail_msg("%s: %s", rows[i].text, bounce_reason_name(got));
		arena_clear(&a);
	}
}

/* One line of replies.txt as a report: is its class the wanted one? */
static int check_reply(const char *line)
{
	const char *status = strchr(line, '|') + 1, *reply = strchr(status, '|') + 1;
	struct arena a = {0};
	char *text = arena_printf(&a,
	    "From: MAILER-DAEMON\nSubject: Undelivered Mail\nContent-Type: multipart/report; boundary=b\n\n--b\n"
	    "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; x@dest.example\nAction: failed\nStatus: "
	    "%.*s\n"
	    "Diagnostic-Code: smtp; %s\n\n--b--\n",
	    (int)(reply - status - 1), status, reply);
	struct bounce_report b = read_text(&a, text);

	assert_int_equal(b.count, 1);
	int wrong = b.recipients[0].class != (line[0] == 'h' ? BOUNCE_CLASS_HARD : BOUNCE_CLASS_SOFT);
	if (wrong)
		print_error("%s: %s\n", line, bounce_reason_name(b.recipients[0].reason));
	arena_clear(&a);
	return wrong;
}

static void replies_are_told_apart(void **state)
{
	struct buf text = {0};
	int wrong = 0, lines = 0;
	char *rest = NULL;

	(void)state;
	load("replies.txt", &text);
	for (char *line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (line[0] != '#') {
			wrong += check_reply(line);
			lines++;
		}
	assert_int_equal(wrong, 0);
	assert_true(lines > 150);
	buf_clear(&text);
}

static void only_dead_addresses_are_hard(void **state)
{
	(void)state;
	for (int r = BOUNCE_REASON_UNDEFINED; r <= BOUNCE_REASON_REJECTED; r++) {
		bool dead = r == BOUNCE_REASON_USER_UNKNOWN || r == BOUNCE_REASON_HOST_UNKNOWN ||
		            r == BOUNCE_REASON_MOVED || r == BOUNCE_REASON_NO_MAIL;
		assert_int_equal(
		    bounce_reason_class((enum bounce_reason)r), dead ? BOUNCE_CLASS_HARD : BOUNCE_CLASS_SOFT);
		assert_non_null(bounce_reason_name((enum bounce_reason)r));
	}
}

static void repeat(struct buf *b, const char *s, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_puts(b, s);
}

static void read_whatever(struct buf *b)
{
	struct arena a = {0};
	struct buf out = {0};
	struct json j = {.out = &out};
	struct bounce_report r = read_bytes(&a, buf_str(b), b->len);

	bounce_json(&j, "x", &r);
	assert_true(utf8_is_valid(out.data, out.len));
	buf_clear(&out);
	arena_clear(&a);
	buf_clear(b);
}

/* With a square in them these would run for minutes. */
static void hostile_reports_are_survived(void **state)
{
	static const char status[] = "From: MAILER-DAEMON\nContent-Type: multipart/report; "
	                             "boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n";
	static const char *const heads[] = {"From: MAILER-DAEMON\nSubject: failure notice\n\n", status,
	    "From: MAILER-DAEMON\nContent-Type: multipart/mixed\n\n", ""};
	static const char *const pieces[] = {"@", "a@b.c ", "<a@b.c>:\nuser unknown\n", "\n", "--b\n",
	    "--b\nContent-Type: multipart/mixed; boundary=b\n\n", "Final-Recipient: rfc822;a@b.c\n",
	    "Final-Recipient: rfc822;a@b.c\nAction: failed\n\n", " ", "\t\n", "mailbox ", "user ", "mr1.", "mr1.1.",
	    "Received: for <a@b.c>\n", "To: a@b.c\n", "\"", "<", "x;\n", "5.1.1", "5.", "\\x{41}", "+41",
	    "generated from ", ">>> \n", "--x\nContent-", "\xe3\x80\x80", "\xff", "<a@b.c> user unknown ",
	    ">>> RCPT TO:<a@b.c>\n"};

	(void)state;
	for (size_t h = 0; h < sizeof heads / sizeof *heads; h++)
		for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
			struct buf b = {0};
			buf_puts(&b, heads[h]);
			repeat(&b, pieces[i], 300000 / strlen(pieces[i]));
			read_whatever(&b);
		}
}

static void a_report_over_the_limit_is_refused(void **state)
{
	struct message_limits small = message_default_limits;
	struct bounce_reader *r = bounce_reader_new();
	struct arena a = {0};
	struct bounce_report b;
	struct err e = {0};

	(void)state;
	small.raw_bytes = 10;
	assert_int_equal(bounce_read(r, &a, "From: a@b.c\n", 12, &small, &b, &e), -1);
	assert_int_equal(e.code, ERR_REFUSED);
	assert_int_equal(bounce_read(r, &a, NULL, 0, &small, &b, &e), 0);
	assert_int_equal(b.kind, BOUNCE_NONE);
	arena_clear(&a);
	bounce_reader_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reports_are_read),
	    cmocka_unit_test(each_fixture_is_in_the_table),
	    cmocka_unit_test(our_mark_is_found),
	    cmocka_unit_test(a_mark_is_whole_or_none),
	    cmocka_unit_test(the_report_tells_of_itself),
	    cmocka_unit_test(phrases_are_found),
	    cmocka_unit_test(replies_are_told_apart),
	    cmocka_unit_test(only_dead_addresses_are_hard),
	    cmocka_unit_test(hostile_reports_are_survived),
	    cmocka_unit_test(a_report_over_the_limit_is_refused),
	};

	return cmocka_run_group_tests_name("bounce", tests, NULL, NULL);
}
