/* The SMTP client on whole conversations: the server's side is a text, and what the client makes of it is compared. */
#include "base/buf.h"
#include "net/smtp.h"
#include "net/smtp_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HELLO "220 mail.example ESMTP\r\n250-mail.example hi\r\n"
#define PLAIN HELLO "250 AUTH PLAIN LOGIN\r\n"
#define ALL HELLO "250-PIPELINING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN\r\n"
#define BASIC HELLO "250 HELP\r\n"
#define TEXT "Subject: x\r\n\r\nHello\r\n"

static const struct {
	const char *text;
	int code;
	const char *enhanced, *words; /* of an error: what its text contains */
} replies[] = {
    {"250 OK\r\n", 250, "", "OK"},
    {"250\r\n", 250, "", ""},
    {"250 \r\n", 250, "", ""},
    {"250 OK\n", 250, "", "OK"},
    {"250 2.1.5 Recipient OK\r\n", 250, "2.1.5", "Recipient OK"},
    {"550-5.1.1 no such\r\n550-5.1.1\r\n550 5.1.1 user here\r\n", 550, "5.1.1", "no such user here"},
    {"550-no\r\n550 5.7.1 way\r\n", 550, "5.7.1", "no way"},
    {"550 5.1.1\r\n", 550, "5.1.1", ""},
    {"550 5.123.456 x\r\n", 550, "5.123.456", "x"},
    {"550 4.1.1 another class\r\n", 550, "", "4.1.1 another class"},
    {"550 5.1.1.1 no code\r\n", 550, "", "5.1.1.1 no code"},
    {"550 5.1 no code\r\n", 550, "", "5.1 no code"},
    {"550 5.1234.1 no code\r\n", 550, "", "5.1234.1 no code"},
    {"550 5..1 no code\r\n", 550, "", "5..1 no code"},
    {"250 a\x1b[31mb\x7f\tc\r\n", 250, "", "a?[31mb??c"},
    {"250 caf\303\251 \377 \342\200\256x\r\n", 250, "", "caf\303\251 ? \?\?\?x"},
    {"250 a\rb\r\n", 250, "", "a?b"},
    {"354 go\r\n", 354, "", "go"},
    {"250-one\r\n", 0, "", "closed the connection"},
    {"", 0, "", "closed the connection"},
    {"250 OK", 0, "", "closed the connection"},
    {"250-one\r\n251 two\r\n", 0, "", "different codes"},
    {"250-one\r\nhello\r\n", 0, "", "no reply code"},
    {"250:OK\r\n", 0, "", "no reply code"},
    {"2500 OK\r\n", 0, "", "no reply code"},
    {"25 OK\r\n", 0, "", "no reply code"},
    {"150 OK\r\n", 0, "", "no reply code"},
    {"650 OK\r\n", 0, "", "no reply code"},
    {"\r\n", 0, "", "no reply code"},
    {"* OK IMAP4rev1\r\n", 0, "", "no reply code"},
};

static void replies_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		struct stream *s = stream_of_bytes(replies[i].text, strlen(replies[i].text));
		struct smtp_reply r = {0};
		struct err e = {0};
		int rc = smtp_reply_read(&r, s, NULL, NULL, &e);
		if (rc != (replies[i].code ? 0 : -1))
			fail_msg("%s: %d: %s", replies[i].text, rc, e.text);
		if (rc == 0) {
			assert_int_equal(r.code, replies[i].code);
			assert_string_equal(r.enhanced, replies[i].enhanced);
			assert_string_equal(buf_str(&r.words), replies[i].words);
		} else if (!strstr(e.text, replies[i].words)) {
			fail_msg("%s: %s", replies[i].text, e.text);
		}
		smtp_reply_clear(&r);
		stream_close(s);
	}
}

static void a_nul_in_a_reply_is_a_sign(void **state)
{
	struct stream *s = stream_of_bytes("250 a\0b\r\n", 9);
	struct smtp_reply r = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(smtp_reply_read(&r, s, NULL, NULL, &e), 0);
	assert_string_equal(buf_str(&r.words), "a?b");
	smtp_reply_clear(&r);
	stream_close(s);
}

/* n times `piece` between two texts. */
static const struct {
	const char *before, *piece, *after;
	size_t n;
	const char *error; /* NULL: it is good, and the words are cut */
} bombs[] = {
    {"250 ", "x", "\r\n", 4091, NULL},
    {"250 ", "x", "\r\n", 5000000, "a line without end"},
    {"", "x", "\r\n", 5000000, "a line without end"},
    {"", "250-x\r\n", "250 x\r\n", 199, NULL},
    {"", "250-x\r\n", "250 x\r\n", 200, "more lines"},
    {"", "250-x\r\n", "", 1000000, "more lines"},
    {"250 ", "\303\251", "\r\n", 1000, NULL},
};

static void bombs_do_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
		struct buf text = {0};
		struct smtp_reply r = {0};
		struct err e = {0};
		buf_puts(&text, bombs[i].before);
		for (size_t k = 0; k < bombs[i].n; k++)
			buf_puts(&text, bombs[i].piece);
		buf_puts(&text, bombs[i].after);
		struct stream *s = stream_of_bytes(text.data, text.len);
		int rc = smtp_reply_read(&r, s, NULL, NULL, &e);
		if (rc != (bombs[i].error ? -1 : 0) || (bombs[i].error && !strstr(e.text, bombs[i].error)))
			fail_msg("bomb %zu: %d %s", i, rc, e.text);
		assert_true(rc < 0 || strlen(buf_str(&r.words)) <= SMTP_WORDS_MAX);
		smtp_reply_clear(&r);
		stream_close(s);
		buf_clear(&text);
	}
}

static struct smtp *open_on(
    const char *text, size_t n, enum smtp_auth auth, const char *secret, bool *account, struct err *e)
{
	const struct smtp_options o = {
	    .auth = auth, .user = "kay", .secret = secret, .stream.security = STREAM_PLAIN, .helo = "test.example"};
	struct smtp *s = NULL;

	return smtp_open_stream(&s, stream_of_bytes(text, n), &o, account, e) < 0 ? NULL : s;
}

static const struct {
	enum smtp_auth auth;
	const char *server;
	enum err_code code;
	bool account;
	const char *words;
} openings[] = {
    {SMTP_AUTH_NONE, BASIC, ERR_NONE, false, ""},
    {SMTP_AUTH_NONE, "220-a\r\n220-b\r\n220 c\r\n250 hi\r\n", ERR_NONE, false, ""},
    {SMTP_AUTH_NONE, "", ERR_TEMPORARY, false, "closed the connection"},
    {SMTP_AUTH_NONE, "554 5.3.2 no SMTP here\r\n221 bye\r\n", ERR_UNAVAILABLE, false,
        "greeting: the server says 554 5.3.2 no SMTP here"},
    {SMTP_AUTH_NONE, "421 busy\r\n", ERR_TEMPORARY, false, "says 421 busy"},
    {SMTP_AUTH_NONE, "450 4.3.2 busy\r\n", ERR_TEMPORARY, false, "says 450 4.3.2 busy"},
    {SMTP_AUTH_NONE, "* OK IMAP4rev1\r\n", ERR_UNAVAILABLE, false, "no SMTP: no reply code"},
    {SMTP_AUTH_NONE, "HTTP/1.1 400 Bad Request\r\n", ERR_UNAVAILABLE, false, "no SMTP: no reply code"},
    {SMTP_AUTH_NONE, "220 a\r\n502 what\r\n", ERR_UNAVAILABLE, false, "EHLO: the server says 502 what"},
    {SMTP_AUTH_NONE, "220 a\r\n421 what\r\n", ERR_TEMPORARY, false, "EHLO: the server says 421 what"},
    {SMTP_AUTH_NONE, "220 a\r\n250-x\r\n", ERR_TEMPORARY, false, "closed the connection"},
    {SMTP_AUTH_PLAIN, BASIC, ERR_UNAVAILABLE, false, "the server offers no login without TLS"},
    {SMTP_AUTH_PLAIN, PLAIN "235 2.7.0 in\r\n", ERR_NONE, false, ""},
    {SMTP_AUTH_PLAIN, PLAIN "535 5.7.8 wrong\r\n", ERR_REFUSED, true, "AUTH PLAIN: the server says 535 5.7.8 wrong"},
    {SMTP_AUTH_PLAIN, PLAIN "534 5.7.9 weak\r\n", ERR_REFUSED, true, "534 5.7.9 weak"},
    {SMTP_AUTH_PLAIN, PLAIN "454 4.7.0 later\r\n", ERR_TEMPORARY, false, "says 454 4.7.0 later"},
    {SMTP_AUTH_PLAIN, PLAIN "421 4.7.0 later\r\n", ERR_TEMPORARY, false, "says 421 4.7.0 later"},
    {SMTP_AUTH_PLAIN, PLAIN "334 \r\n501 5.5.2 given up\r\n", ERR_REFUSED, true, "501 5.5.2 given up"},
    {SMTP_AUTH_PLAIN, PLAIN "334 \r\n334 \r\n", ERR_UNAVAILABLE, false, "makes no sense"},
    {SMTP_AUTH_PLAIN, PLAIN, ERR_TEMPORARY, false, "closed the connection"},
    {SMTP_AUTH_PLAIN, PLAIN "535 what is AGtheQBzZWNyZXQgd29yZA\r\n", ERR_REFUSED, true, "the server says 535"},
    {SMTP_AUTH_PLAIN, HELLO "250 AUTH=LOGIN\r\n334 a\r\n334 b\r\n235 in\r\n", ERR_NONE, false, ""},
    {SMTP_AUTH_LOGIN, PLAIN "334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n235 in\r\n", ERR_NONE, false, ""},
    {SMTP_AUTH_LOGIN, PLAIN "334 \r\n334 \r\n535 no\r\n", ERR_REFUSED, true, "AUTH LOGIN: the server says 535 no"},
    {SMTP_AUTH_LOGIN, PLAIN "334 \r\n535 no such user\r\n", ERR_REFUSED, true, "535 no such user"},
    {SMTP_AUTH_LOGIN, PLAIN "504 no LOGIN\r\n", ERR_REFUSED, true, "504 no LOGIN"},
    {SMTP_AUTH_LOGIN, PLAIN "334 \r\n334 \r\n535 not my secret!\r\n", ERR_REFUSED, true, "the server says 535"},
    {SMTP_AUTH_XOAUTH2, PLAIN, ERR_UNAVAILABLE, false, "no login by XOAUTH2, but by: PLAIN LOGIN"},
    {SMTP_AUTH_XOAUTH2,
        HELLO "250 auth xoauth2\r\n334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0=\r\n535 5.7.8 no\r\n",
        ERR_REFUSED, true, "AUTH XOAUTH2: the server says 535 5.7.8 no (token: 401)"},
    {SMTP_AUTH_OAUTHBEARER,
        HELLO "250-AUTH OAUTHBEARER\r\n250 AUTH PLAIN\r\n334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\r\n535 no\r\n",
        ERR_REFUSED, true, "AUTH OAUTHBEARER: the server says 535 no (token: invalid_token)"},
    {SMTP_AUTH_OAUTHBEARER, HELLO "250 AUTH XOAUTH2\r\n235 in\r\n", ERR_NONE, false, ""},
    {SMTP_AUTH_OAUTHBEARER, HELLO "250 AUTH PLAIN\r\n", ERR_UNAVAILABLE, false, "no login by OAUTHBEARER or XOAUTH2"},
};

static void openings_come_out_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
		struct err e = {0};
		bool account = !openings[i].account;
		struct smtp *s = open_on(
		    openings[i].server, strlen(openings[i].server), openings[i].auth, "secret word", &account, &e);
		if (e.code != openings[i].code || account != openings[i].account || !strstr(e.text, openings[i].words))
			fail_msg("opening %zu: code %d, account %d: %s", i, (int)e.code, account, e.text);
		assert_true((s != NULL) == (e.code == ERR_NONE));
		assert_null(strstr(e.text, "secret"));
		assert_null(strstr(e.text, "c2VjcmV0IHdvcm"));
		assert_null(strstr(e.text, "BzZWNyZXQgd29"));
		smtp_close(s);
	}
}

static void a_login_that_cannot_be_is_not_tried(void **state)
{
	static const char *const secrets[] = {"a\r\nb", "a\1b"};
	struct smtp_options o = {.auth = SMTP_AUTH_PLAIN, .user = "kay"};
	struct smtp *s = NULL;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_null(open_on(PLAIN, strlen(PLAIN), SMTP_AUTH_PLAIN, secrets[i], NULL, &e));
		assert_int_equal(e.code, ERR_CONFIG);
		assert_null(open_on(PLAIN, strlen(PLAIN), SMTP_AUTH_LOGIN, secrets[i], NULL, &e));
		assert_int_equal(e.code, ERR_CONFIG);
	}
	assert_null(open_on(PLAIN, strlen(PLAIN), SMTP_AUTH_LOGIN, "", NULL, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(smtp_open_stream(&s, stream_of_bytes(PLAIN, strlen(PLAIN)), &o, NULL, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	static const char *const names[] = {"", "a b", "a\r\nb", "caf\303\251"};
	for (size_t i = 0; i < 4; i++) {
		o = (struct smtp_options){.helo = names[i]};
		assert_int_equal(smtp_open_stream(&s, stream_of_bytes(BASIC, strlen(BASIC)), &o, NULL, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
	}
}

/* One message after the opening. `got` is each recipient's outcome, code, enhanced code and words; "!" at the end: the
 * connection is over. */
static const struct {
	const char *name, *hello;
	const char *to; /* by commas */
	const char *text, *server, *got;
} sends[] = {
    {"good", BASIC, "a@x.example", TEXT, "250 ok\r\n250 ok\r\n354 go\r\n250 2.0.0 queued as 7\r\n",
        "accepted 250 2.0.0 queued as 7;"},
    {"good, pipelined", ALL, "a@x.example", TEXT, "250 ok\r\n250 ok\r\n354 go\r\n250 2.0.0 queued as 7\r\n",
        "accepted 250 2.0.0 queued as 7;"},
    {"251 and 252", ALL, "a@x.example,b@x.example", TEXT, "250 ok\r\n251 fwd\r\n252 so\r\n354 go\r\n250 ok\r\n",
        "accepted 250 - ok;accepted 250 - ok;"},
    {"one of two", ALL, "a@x.example,b@x.example", TEXT,
        "250 ok\r\n550 5.1.1 no such user\r\n250 ok\r\n354 go\r\n250 ok\r\n250 reset\r\n",
        "permanent 550 5.1.1 no such user;accepted 250 - ok;"},
    {"one of two, later", BASIC, "a@x.example,b@x.example", TEXT,
        "250 ok\r\n250 ok\r\n451 4.7.1 greylisted\r\n354 go\r\n250 ok\r\n",
        "accepted 250 - ok;temporary 451 4.7.1 greylisted;"},
    {"none of two", BASIC, "a@x.example,b@x.example", TEXT, "250 ok\r\n550 a\r\n551 b\r\n250 reset\r\n",
        "permanent 550 - a;permanent 551 - b;"},
    {"none of two, pipelined", ALL, "a@x.example,b@x.example", TEXT,
        "250 ok\r\n550 a\r\n450 b\r\n503 5.5.1 nobody\r\n250 reset\r\n", "permanent 550 - a;temporary 450 - b;"},
    {"none of two, and go on", ALL, "a@x.example,b@x.example", TEXT,
        "250 ok\r\n550 a\r\n450 b\r\n354 go\r\n554 no valid recipients\r\n250 reset\r\n",
        "permanent 550 - a;temporary 450 - b;"},
    {"none of two, and the line breaks", ALL, "a@x.example,b@x.example", TEXT, "250 ok\r\n550 a\r\n450 b\r\n354 go\r\n",
        "permanent 550 - a;temporary 450 - b;!"},
    {"too many", ALL, "a@x.example,b@x.example,c@x.example,d@x.example", TEXT,
        "250 ok\r\n250 ok\r\n452 4.5.3 many\r\n552 many\r\n552 5.2.2 full\r\n354 go\r\n250 ok\r\n",
        "accepted 250 - ok;temporary 452 4.5.3 many;temporary 552 - many;permanent 552 5.2.2 full;"},
    {"full at once", ALL, "a@x.example", TEXT, "250 ok\r\n552 full\r\n503 no\r\n250 reset\r\n",
        "permanent 552 - full;"},
    {"sender refused", ALL, "a@x.example", TEXT, "550 5.7.1 not you\r\n503 no\r\n503 no\r\n250 reset\r\n",
        "account 550 5.7.1 not you;"},
    {"sender refused, one by one", BASIC, "a@x.example", TEXT, "553 not yours\r\n250 reset\r\n",
        "account 553 - not yours;"},
    {"sender refused for now", BASIC, "a@x.example", TEXT, "451 4.3.0 later\r\n250 reset\r\n",
        "temporary 451 4.3.0 later;"},
    {"sender refused and yet", ALL, "a@x.example", TEXT, "550 not you\r\n250 ok\r\n354 go\r\n",
        "account 550 - not you;!"},
    {"sender refused and go on", ALL, "a@x.example", TEXT, "550 not you\r\n503 no\r\n354 go\r\n554 x\r\n250 reset\r\n",
        "account 550 - not you;"},
    {"too large says MAIL", BASIC, "a@x.example", TEXT, "552 5.3.4 large\r\n250 reset\r\n",
        "permanent 552 5.3.4 large;"},
    {"too large, no code", BASIC, "a@x.example", TEXT, "552 large\r\n250 reset\r\n", "permanent 552 - large;"},
    {"too large for now", BASIC, "a@x.example", TEXT, "452 4.3.4 large\r\n250 reset\r\n", "temporary 452 4.3.4 large;"},
    {"too large at the end", BASIC, "a@x.example", TEXT, "250\r\n250\r\n354\r\n552 5.3.4 large\r\n250 reset\r\n",
        "permanent 552 5.3.4 large;"},
    {"log in first", BASIC, "a@x.example", TEXT, "530 5.7.0 log in\r\n250 reset\r\n", "account 530 5.7.0 log in;"},
    {"log in first, says RCPT", BASIC, "a@x.example", TEXT, "250\r\n530 5.7.0 log in\r\n250 reset\r\n",
        "account 530 5.7.0 log in;"},
    {"log in first, at the end", BASIC, "a@x.example", TEXT, "250\r\n250\r\n354\r\n535 no\r\n250 reset\r\n",
        "account 535 - no;"},
    {"DATA refused", ALL, "a@x.example,b@x.example", TEXT, "250\r\n250\r\n550 b\r\n554 no data\r\n250 reset\r\n",
        "permanent 554 - no data;permanent 550 - b;"},
    {"DATA refused for now", BASIC, "a@x.example", TEXT, "250\r\n250\r\n451 not now\r\n250 reset\r\n",
        "temporary 451 - not now;"},
    {"refused at the end", ALL, "a@x.example,b@x.example", TEXT,
        "250\r\n250\r\n550 b\r\n354\r\n554 5.7.1 spam\r\n250 reset\r\n", "permanent 554 5.7.1 spam;permanent 550 - b;"},
    {"refused at the end for now", ALL, "a@x.example", TEXT, "250\r\n250\r\n354\r\n451 4.3.0 disk\r\n250 reset\r\n",
        "temporary 451 4.3.0 disk;"},
    {"no answer at the end", ALL, "a@x.example,b@x.example", TEXT, "250\r\n250\r\n550 b\r\n354\r\n",
        "unknown 0 - localhost:143: the server has closed the connection;permanent 550 - b;!"},
    {"half an answer at the end", ALL, "a@x.example", TEXT, "250\r\n250\r\n354\r\n250 o",
        "unknown 0 - localhost:143: the server has closed the connection;!"},
    {"nonsense at the end", ALL, "a@x.example", TEXT, "250\r\n250\r\n354\r\n354 more\r\n",
        "unknown 0 - localhost:143: the server's answer to the message makes no sense: 354 more;!"},
    {"junk at the end", ALL, "a@x.example", TEXT, "250\r\n250\r\n354\r\nOK\r\n",
        "unknown 0 - localhost:143: the server's answer is no SMTP: no reply code;!"},
    {"codes that differ at the end", ALL, "a@x.example", TEXT, "250\r\n250\r\n354\r\n250-a\r\n550 b\r\n",
        "unknown 0 - localhost:143: the server's answer is no SMTP: the lines of one answer have different codes;!"},
    {"421 at MAIL", ALL, "a@x.example", TEXT, "421 4.3.2 going down\r\n", "temporary 421 4.3.2 going down;!"},
    {"421 at RCPT", ALL, "a@x.example,b@x.example,c@x.example", TEXT, "250\r\n550 a\r\n421 down\r\n",
        "permanent 550 - a;temporary 421 - down;temporary 421 - down;!"},
    {"421 at DATA", ALL, "a@x.example", TEXT, "250\r\n250\r\n421 down\r\n", "temporary 421 - down;!"},
    {"421 at the end", ALL, "a@x.example", TEXT, "250\r\n250\r\n354\r\n421 down\r\n", "temporary 421 - down;!"},
    {"cut at MAIL", ALL, "a@x.example", TEXT, "",
        "temporary 0 - localhost:143: the server has closed the connection;!"},
    {"cut at RCPT", ALL, "a@x.example,b@x.example", TEXT, "250\r\n550 no\r\n",
        "permanent 550 - no;temporary 0 - localhost:143: the server has closed the connection;!"},
    {"cut at DATA", ALL, "a@x.example", TEXT, "250\r\n250\r\n",
        "temporary 0 - localhost:143: the server has closed the connection;!"},
    {"no sense at MAIL", ALL, "a@x.example", TEXT, "354 go\r\n",
        "temporary 0 - localhost:143: the server's answer to MAIL makes no sense: 354 go;!"},
    {"no sense at RCPT", ALL, "a@x.example", TEXT, "250\r\n354 go\r\n",
        "temporary 0 - localhost:143: the server's answer to RCPT makes no sense: 354 go;!"},
    {"no sense at DATA", ALL, "a@x.example", TEXT, "250\r\n250\r\n250 ok\r\n",
        "temporary 0 - localhost:143: the server's answer to DATA makes no sense: 250 ok;!"},
    {"RSET refused", ALL, "a@x.example", TEXT, "250\r\n550 no\r\n503 no\r\n500 what\r\n", "permanent 550 - no;!"},
    {"8 bits", ALL, "a@x.example", "S: x\r\n\r\n\303\251\r\n", "250\r\n250\r\n354\r\n250 ok\r\n", "accepted 250 - ok;"},
    {"8 bits not offered", BASIC, "a@x.example", "S: x\r\n\r\n\303\251\r\n", "",
        "permanent 0 - the message has bytes above 127, and the server takes none (it does not offer 8BITMIME);"},
    {"header in UTF-8", ALL, "a@x.example", "S: \303\251\r\n\r\nx\r\n", "250\r\n250\r\n354\r\n250 ok\r\n",
        "accepted 250 - ok;"},
    {"header in UTF-8 not offered", HELLO "250 8BITMIME\r\n", "a@x.example", "S: \303\251\r\n\r\nx\r\n", "",
        "permanent 0 - the server takes no addresses or headers beyond ASCII (it does not offer SMTPUTF8);"},
    {"one address in UTF-8 not offered", BASIC, "\303\251@x.example,b@\303\251.example", TEXT,
        "250\r\n250\r\n354\r\n250 ok\r\n",
        "permanent 0 - the server takes no addresses or headers beyond ASCII (it does not offer SMTPUTF8);"
        "accepted 250 - ok;"},
    {"too large", HELLO "250 SIZE 20\r\n", "a@x.example", TEXT, "",
        "permanent 0 - the message has 21 bytes, and the server takes at most 20;"},
    {"just small enough", HELLO "250 SIZE 21\r\n", "a@x.example", TEXT, "250\r\n250\r\n354\r\n250 ok\r\n",
        "accepted 250 - ok;"},
    {"SIZE 0 is no limit", HELLO "250 SIZE 0\r\n", "a@x.example", TEXT, "250\r\n250\r\n354\r\n250 ok\r\n",
        "accepted 250 - ok;"},
    {"SIZE without a number", HELLO "250 SIZE\r\n", "a@x.example", TEXT, "250\r\n250\r\n354\r\n250 ok\r\n",
        "accepted 250 - ok;"},
    {"SIZE beyond all numbers", HELLO "250 SIZE 99999999999999999999999\r\n", "a@x.example", TEXT,
        "250\r\n250\r\n354\r\n250 ok\r\n", "accepted 250 - ok;"},
};

static size_t split(char *list, struct smtp_recipient *out)
{
	size_t n = 0;

	for (char *p = strtok(list, ","); p; p = strtok(NULL, ","))
		out[n++] = (struct smtp_recipient){.address = p};
	return n;
}

static void put_outcomes(const struct smtp *s, const struct smtp_message *m, struct buf *out)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct smtp_recipient *r = &m->recipients[i];
		buf_printf(out, "%s %d %s %s;", smtp_outcome_name(r->outcome), r->code, r->enhanced ? r->enhanced : "-",
		    r->words);
	}
	buf_puts(out, smtp_is_open(s) ? "" : "!");
}

static void sends_come_out_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sends / sizeof *sends; i++) {
		struct buf server = {0}, got = {0};
		struct smtp_recipient to[10];
		struct arena a = {0};
		struct err e = {0};
		char list[200];

		buf_puts(&server, sends[i].hello);
		buf_puts(&server, sends[i].server);
		memcpy(list, sends[i].to, strlen(sends[i].to) + 1);
		struct smtp *s = open_on(server.data, server.len, SMTP_AUTH_NONE, NULL, NULL, &e);
		assert_non_null(s);
		struct smtp_message m = {.from = "list@y.example",
		    .recipients = to,
		    .n = split(list, to),
		    .bytes = sends[i].text,
		    .len = strlen(sends[i].text)};
		assert_int_equal(smtp_send(s, &a, &m, &e), 0);
		put_outcomes(s, &m, &got);
		if (strcmp(buf_str(&got), sends[i].got) != 0)
			fail_msg("%s: got\n%s, wanted\n%s", sends[i].name, buf_str(&got), sends[i].got);
		smtp_close(s);
		arena_clear(&a);
		buf_clear(&server);
		buf_clear(&got);
	}
}

/* A whole session cut after each byte: what was not taken is never "accepted", and "unknown" begins with the dot. */
static void every_cut_is_told(void **state)
{
	static const char before[] = ALL "250 ok\r\n250 ok\r\n354 go\r\n",
	                  all[] = ALL "250 ok\r\n250 ok\r\n354 go\r\n250-a\r\n250 ok\r\n";
	enum smtp_outcome want;

	(void)state;
	for (size_t n = 0; n <= sizeof all - 1; n++) {
		struct err e = {0};
		struct arena a = {0};
		struct smtp_recipient to = {.address = "a@x.example"};
		struct smtp_message m = {.from = "", .recipients = &to, .n = 1, .bytes = TEXT, .len = strlen(TEXT)};
		struct smtp *s = open_on(all, n, SMTP_AUTH_NONE, NULL, NULL, &e);
		if (n < strlen(ALL)) {
			assert_null(s);
			assert_int_equal(e.code, ERR_TEMPORARY);
			continue;
		}
		assert_int_equal(smtp_send(s, &a, &m, &e), 0);
		want = n < sizeof before - 1 ? SMTP_TEMPORARY : n < sizeof all - 1 ? SMTP_UNKNOWN : SMTP_ACCEPTED;
		assert_int_equal(to.outcome, want);
		assert_int_equal(smtp_is_open(s), want == SMTP_ACCEPTED);
		/* After a broken line nothing is tried any more. */
		assert_int_equal(smtp_send(s, &a, &m, &e), 0);
		assert_int_equal(to.outcome, SMTP_TEMPORARY);
		assert_int_equal(smtp_noop(s, &e), -1);
		smtp_close(s);
		arena_clear(&a);
	}
}

/* 120 recipients need several groups of commands. */
static void many_recipients_keep_their_answers(void **state)
{
	struct smtp_recipient to[120];
	struct buf server = {0};
	struct arena a = {0};
	struct err e = {0};

	(void)state;
	buf_puts(&server, ALL "250 ok\r\n");
	for (int i = 0; i < 120; i++) {
		to[i] = (struct smtp_recipient){.address = arena_printf(&a, "u%d@x.example", i)};
		buf_printf(&server, i % 3 ? "250 ok\r\n" : "550 5.1.1 no u%d\r\n", i);
	}
	buf_puts(&server, "354 go\r\n250 ok\r\n250 pong\r\n");
	struct smtp *s = open_on(server.data, server.len, SMTP_AUTH_NONE, NULL, NULL, &e);
	struct smtp_message m = {.from = "l@y.example", .recipients = to, .n = 120, .bytes = TEXT, .len = strlen(TEXT)};
	assert_int_equal(smtp_send(s, &a, &m, &e), 0);
	for (int i = 0; i < 120; i++) {
		assert_int_equal(to[i].outcome, i % 3 ? SMTP_ACCEPTED : SMTP_PERMANENT);
		assert_string_equal(to[i].words, i % 3 ? "ok" : arena_printf(&a, "no u%d", i));
	}
	assert_int_equal(smtp_noop(s, &e), 0);
	smtp_close(s);
	arena_clear(&a);
	buf_clear(&server);
}

static void words_with_the_secret_are_dropped(void **state)
{
	static const char server[] = PLAIN "235 in\r\n550 5.7.1 with my secret word you may not\r\n250 reset\r\n";
	struct smtp_recipient to = {.address = "a@x.example"};
	struct smtp_message m = {.from = "", .recipients = &to, .n = 1, .bytes = TEXT, .len = strlen(TEXT)};
	struct arena a = {0};
	struct err e = {0};
	struct smtp *s = open_on(server, sizeof server - 1, SMTP_AUTH_PLAIN, "secret word", NULL, &e);

	(void)state;
	assert_int_equal(smtp_send(s, &a, &m, &e), 0);
	assert_int_equal(to.outcome, SMTP_ACCOUNT);
	assert_string_equal(to.words, "");
	smtp_close(s);
	arena_clear(&a);
}

/* Bad input: -1, nothing is sent, and each recipient has an outcome all the same. */
static void bad_input_is_permanent(void **state)
{
	static const struct {
		const char *from, *to, *bytes, *id;
	} bad[] = {
	    {"a@x.example", "b@x.example", "no end", NULL},
	    {"a@x.example", "b@x.example\r\nDATA", TEXT, NULL},
	    {"a b@x.example", "b@x.example", TEXT, NULL},
	    {"a@x.example", "b@x.example", TEXT, "caf\303\251"},
	    {"a@x.example", "b@x.example", "a\0b\r\n", NULL},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = {0};
		struct smtp *s =
		    open_on(ALL "250 pong\r\n", strlen(ALL "250 pong\r\n"), SMTP_AUTH_NONE, NULL, NULL, &e);
		struct smtp_recipient to[] = {{.address = "c@x.example"}, {.address = bad[i].to}};
		struct smtp_message m = {bad[i].from, to, 2, bad[i].bytes, strlen(bad[i].bytes), bad[i].id};
		assert_int_equal(smtp_send(s, &a, &m, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
		for (int k = 0; k < 2; k++) {
			assert_int_equal(to[k].outcome, SMTP_PERMANENT);
			assert_string_equal(to[k].words, e.text);
		}
		assert_int_equal(smtp_noop(s, &e), 0); /* the conversation stands where it stood */
		m.n = 0;
		assert_int_equal(smtp_send(s, &a, &m, &e), -1);
		smtp_close(s);
	}
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replies_are_read),
	    cmocka_unit_test(a_nul_in_a_reply_is_a_sign),
	    cmocka_unit_test(bombs_do_nothing),
	    cmocka_unit_test(openings_come_out_right),
	    cmocka_unit_test(a_login_that_cannot_be_is_not_tried),
	    cmocka_unit_test(sends_come_out_right),
	    cmocka_unit_test(every_cut_is_told),
	    cmocka_unit_test(many_recipients_keep_their_answers),
	    cmocka_unit_test(words_with_the_secret_are_dropped),
	    cmocka_unit_test(bad_input_is_permanent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
