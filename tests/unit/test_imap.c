/* The IMAP client on whole conversations: the server's side is a text, and what the client makes of it is compared. The
 * client numbers its commands a1, a2, ..., so the answers can be written down before. */
#include "base/buf.h"
#include "net/imap.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HELLO "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n"

static struct imap *open_on(const char *text, size_t n, struct err *e)
{
	struct imap *m = NULL;

	if (imap_open_stream(&m, stream_of_bytes(text, n), STREAM_PLAIN, 0, e) < 0)
		return NULL;
	return m;
}

static int put_folder(const struct imap_folder *f, void *arg)
{
	buf_printf(arg, "%s|%d%s%s ", f->name, (int)f->use, f->guessed ? "?" : "", f->selectable ? "" : "-");
	return 0;
}

static int put_message(const struct imap_message *m, void *arg)
{
	static const char *const found[] = {"", "large", "gone", "unfetched"};

	buf_printf(arg, "%u:%s", m->uid, found[m->found]);
	if (m->found == IMAP_FOUND)
		buf_printf(arg, "%u/%s/%" PRId64 "/%" PRIu64 "/%" PRIu64, m->flags, m->keywords, m->received_at,
		    m->size, m->modseq);
	if (m->bytes)
		buf_printf(arg, "/%zu<%s>", m->len, m->bytes);
	buf_printf(arg, "%s ", m->words);
	return 0;
}

enum verb { FOLDERS, SELECT, LIST, CHANGES, UIDS, FETCH, LOGIN, OAUTH };

static int perform(struct imap *m, enum verb v, struct buf *out, struct err *e)
{
	static const struct imap_wanted wanted[] = {{7, 10}, {5, 0}, {9, 2000}, {6, 20}};
	const struct imap_fetch_options small = {.cap_bytes = 1000};
	struct imap_folder_state s;
	struct imap_set set = {0};
	int rc = 0;

	switch (v) {
	case FOLDERS: return imap_folders(m, put_folder, out, e);
	case SELECT:
		rc = imap_select(m, "INBOX", &s, e);
		if (rc == 0)
			buf_printf(out, "%u %u %u %" PRIu64, s.uidvalidity, s.uidnext, s.exists, s.highestmodseq);
		return rc;
	case LIST: return imap_list(m, 5, 0, 0, put_message, out, e);
	case CHANGES: return imap_list(m, 1, 100, 7, put_message, out, e);
	case UIDS:
		rc = imap_uids(m, 0, &set, e);
		imap_set_write(&set, out);
		imap_set_clear(&set);
		return rc;
	case FETCH: return imap_fetch(m, wanted, 4, &small, put_message, out, e);
	case LOGIN: return imap_login(m, "kay", "secret", e);
	case OAUTH: return imap_login_oauth(m, "kay@a.example", "token", e);
	}
	return rc;
}

/* One command after the greeting. `got` is what came, or the end of the error with its code. */
static const struct {
	const char *name;
	enum verb verb;
	const char *server, *got;
	enum err_code code;
} talks[] = {
    {"folders", FOLDERS,
        "* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent &- seen\"\r\n* LIST (\\Noselect) \"/\" [Gmail]\r\n"
        "* LIST () NIL INBOX\r\n* LIST () \".\" {7}\r\na\"b\\c(d\r\n* LIST () \"/\" \"[Gmail]/Spam\" (\"OLDNAME\" "
        "(\"x\"))\r\n"
        "* LIST (\\Junk) \"/\" Entw&APw-rfe\r\n* LIST () \"/\" R&D\r\na1 OK\r\n",
        "Sent & seen|6 [Gmail]|0- INBOX|0 a\"b\\c(d|0 [Gmail]/Spam|5? Entw\303\274rfe|5 R&D|0 ", ERR_NONE},
    {"folders refused", FOLDERS, "a1 NO [UNAVAILABLE] later\r\n", "the server says NO: [UNAVAILABLE] later",
        ERR_TEMPORARY},
    {"a folder of raw bytes", FOLDERS, "* LIST () \"/\" \"a\377b\"\r\na1 OK\r\n", "a\357\277\275b|0- ", ERR_NONE},
    {"no folder list", FOLDERS, "* LIST \"/\" INBOX\r\na1 OK\r\n", "byte 0x22 where '(' is due", ERR_UNAVAILABLE},
    {"select", SELECT,
        "* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n* 0 RECENT\r\n* OK [UNSEEN 1] x\r\n* OK [UIDVALIDITY 38] ok\r\n* OK "
        "[UIDNEXT 4392] next\r\n"
        "* OK [PERMANENTFLAGS (\\Seen \"]\" \\*)] x\r\n* OK [HIGHESTMODSEQ 715194045007] x\r\na1 OK [READ-ONLY] "
        "done\r\n",
        "38 4392 3 715194045007", ERR_NONE},
    {"select without modseq", SELECT, "* 0 EXISTS\r\n* OK [UIDVALIDITY 1]\r\n* OK [NOMODSEQ] x\r\na1 OK\r\n", "1 0 0 0",
        ERR_NONE},
    {"select without uidvalidity", SELECT, "* 0 EXISTS\r\na1 OK\r\n", "(UIDVALIDITY)", ERR_UNAVAILABLE},
    {"select missing", SELECT, "a1 NO [NONEXISTENT] no such\r\n", "[NONEXISTENT] no such", ERR_NO_INPUT},
    {"uidvalidity too large", SELECT, "* OK [UIDVALIDITY 99999999999] x\r\na1 OK\r\n", "above 32 bits",
        ERR_UNAVAILABLE},
    {"list", LIST,
        "* 1 FETCH (UID 4 FLAGS () RFC822.SIZE 9)\r\n"
        "* 2 FETCH (UID 5 FLAGS (\\Seen $Work \\Deleted) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 44 "
        "MODSEQ (12))\r\n"
        "* 3 FETCH (RFC822.SIZE 18446744073709551 X-NEW (((\"a\" {3}\r\n)))NIL) x)) FLAGS () UID 6)\r\n"
        "* 3 FETCH (FLAGS (\\Seen))\r\n* 9 EXPUNGE\r\n* VANISHED (EARLIER) 41,43:116\r\n* XYZ \"{3}\" "
        "{5}\r\nab\r\nc\r\na1 OK\r\n",
        "5:9/\\Seen $Work \\Deleted/837596665/44/12 6:0//0/18446744073709551/0 ", ERR_NONE},
    {"changes", CHANGES,
        "* 2 FETCH (UID 5 MODSEQ (9) RFC822.SIZE NIL FLAGS (\\Answered))\r\n* 3 FETCH (UID 6 FLAGS ())\r\na1 OK\r\n",
        "5:2/\\Answered/0/0/9 ", ERR_NONE},
    {"uid out of range", LIST, "* 1 FETCH (UID 4294967296 FLAGS ())\r\na1 OK\r\n", "UID out of range", ERR_UNAVAILABLE},
    {"number too large", LIST, "* 1 FETCH (RFC822.SIZE 99999999999999999999)\r\na1 OK\r\n", "too large",
        ERR_UNAVAILABLE},
    {"unbalanced", LIST, "* 1 FETCH (UID 5 FLAGS ()\r\na1 OK\r\n", "a value is missing", ERR_UNAVAILABLE},
    {"another's tag", LIST, "a7 OK\r\n", "what was not asked", ERR_UNAVAILABLE},
    {"bye", LIST, "* BYE [UNAVAILABLE] going down\r\n", "ends the connection: going down", ERR_TEMPORARY},
    {"end", LIST, "* 1 FETCH (UID 5 FLA", "closed the connection", ERR_TEMPORARY},
    {"search", UIDS, "* SEARCH 1 2 3 9 7\r\n* SEARCH\r\na1 OK\r\n", "1:3,7,9", ERR_NONE},
    {"search with modseq", UIDS, "* SEARCH 2 5 (MODSEQ 917162500)\r\na1 OK\r\n", "2,5", ERR_NONE},
    {"esearch", UIDS, "* ESEARCH (TAG \"a1\") UID ALL 4:10,12\r\na1 OK\r\n", "4:10,12", ERR_NONE},
    {"esearch of nothing", UIDS, "* ESEARCH (TAG \"a1\") UID\r\na1 OK\r\n", "", ERR_NONE},
    {"search of 0", UIDS, "* SEARCH 0\r\na1 OK\r\n", "UID out of range", ERR_UNAVAILABLE},
    {"fetch", FETCH,
        "* 1 FETCH (UID 5 FLAGS () BODY[] {5}\r\nab\r\nc)\r\n* 3 FETCH (FLAGS (\\Seen) UID 7)\r\n* 8 FETCH (UID 8 "
        "BODY[] {1}\r\nx)\r\n"
        "* 3 FETCH (BODY[]<0> \"q\\\"q\" RFC822.SIZE 3 UID 7)\r\n* 3 FETCH (BODY[] {1}\r\ny UID 7)\r\na1 OK\r\n",
        "9:large 5:0//0/0/0/5<ab\r\nc> 7:0//0/3/0/3<q\"q> 6:gone ", ERR_NONE},
    {"fetch of a body that grew", FETCH, "* 1 FETCH (UID 5 BODY[] {1001}\r\n", "closed the connection", ERR_TEMPORARY},
    {"fetch of NIL", FETCH, "* 1 FETCH (UID 5 BODY[] NIL)\r\na1 OK\r\n", "9:large 5:gone 6:gone 7:gone ", ERR_NONE},
    {"fetch refused, then one by one", FETCH,
        "* 1 FETCH (UID 5 BODY[] {1}\r\nx)\r\na1 NO some\r\na2 NO broken message\r\n* 1 FETCH (UID 7 BODY[] "
        "{1}\r\ny)\r\na3 OK\r\n",
        "9:large 5:0//0/0/0/1<x> 6:unfetchedbroken message 7:0//0/10/0/1<y> ", ERR_NONE},
    {"fetch later", FETCH, "a1 NO [THROTTLED] slow down\r\n", "slow down", ERR_TEMPORARY},
    {"impossible literal", FETCH, "* 1 FETCH (UID 5 BODY[] {9999999999999}\r\n", "impossible size", ERR_UNAVAILABLE},
    {"cut literal", FETCH, "* 1 FETCH (UID 5 BODY[] {100}\r\nabc",
        "middle of a literal: localhost:143: the server has closed the connection", ERR_TEMPORARY},
    {"line end missing after literal size", FETCH, "* 1 FETCH (UID 5 BODY[] {5}abcde)\r\n", "line end is missing",
        ERR_UNAVAILABLE},
    {"structure unasked", FETCH,
        "* 1 FETCH (UID 5 BODY (\"TEXT\" (\"a\" NIL) 1) BODYSTRUCTURE ((\"x\")(\"y\" {2}\r\n\")) 4) ENVELOPE (NIL) "
        "BODY[] {1}\r\nx)\r\na1 OK\r\n",
        "9:large 5:0//0/0/0/1<x> 6:gone 7:gone ", ERR_NONE},
    {"login", LOGIN, "a1 OK [CAPABILITY IMAP4rev1] in\r\n", "", ERR_NONE},
    {"login, capabilities not told", LOGIN, "a1 OK in\r\n* CAPABILITY IMAP4rev1 CONDSTORE\r\na2 OK\r\n", "", ERR_NONE},
    {"login refused", LOGIN, "a1 NO nope\r\n", "PLAIN: the server says NO: nope", ERR_REFUSED},
    {"login later", LOGIN, "a1 NO [UNAVAILABLE] db down\r\n", "db down", ERR_TEMPORARY},
    {"too many", LOGIN, "a1 NO [ALERT] Too many simultaneous connections. (Failure)\r\n", "(Failure)", ERR_TEMPORARY},
    {"login echoed", LOGIN, "a1 BAD AUTHENTICATE PLAIN AGtheQBzZWNyZXQ= secret\r\n", "says BAD: ", ERR_UNAVAILABLE},
    {"oauth not offered", OAUTH, "", "neither OAUTHBEARER nor XOAUTH2)", ERR_REFUSED},
};

static void check_talk(
    const char *name, const char *got, const struct buf *out, int rc, const struct err *e, enum err_code code)
{
	const char *text = rc < 0 ? e->text : buf_str(out);
	size_t n = strlen(text), m = strlen(got);

	if ((rc < 0 ? e->code : ERR_NONE) != code || n < m || strcmp(text + n - m, got) != 0 || (rc == 0 && n != m))
		fail_msg("%s: rc %d, code %d: \"%s\"", name, rc, (int)e->code, text);
}

static void talks_come_out_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
		struct buf text = {0}, out = {0};
		struct err e = {0};
		buf_puts(&text, HELLO);
		buf_puts(&text, talks[i].server);
		struct imap *m = open_on(text.data, text.len, &e);
		assert_non_null(m);
		int rc = perform(m, talks[i].verb, &out, &e);
		check_talk(talks[i].name, talks[i].got, &out, rc, &e, talks[i].code);
		imap_close(m);
		buf_clear(&text);
		buf_clear(&out);
	}
}

/* No talk can be cut anywhere without an error: half an answer is never taken for a whole one. */
static void every_cut_is_an_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
		struct buf text = {0};
		buf_puts(&text, HELLO);
		size_t hello = text.len;
		buf_puts(&text, talks[i].server);
		for (size_t n = hello; n < text.len; n++) {
			struct buf out = {0};
			struct err e = {0};
			struct imap *m = open_on(text.data, n, &e);
			if (perform(m, talks[i].verb, &out, &e) == 0)
				fail_msg("%s: good when cut after %zu bytes", talks[i].name, n - hello);
			assert_true(e.code != ERR_NONE);
			imap_close(m);
			buf_clear(&out);
		}
		buf_clear(&text);
	}
}

static const struct {
	const char *server, *words;
	enum err_code code;
} greetings[] = {
    {"", "closed the connection", ERR_TEMPORARY},
    {"* BYE too many\r\n", "too many", ERR_TEMPORARY},
    {"220 smtp.example ESMTP\r\n", "where '*' is due", ERR_UNAVAILABLE},
    {"* NO\r\n", "the greeting", ERR_UNAVAILABLE},
    {"* OK hi\r\na1 BAD what\r\n", "CAPABILITY: the server says BAD: what", ERR_UNAVAILABLE},
};

static void odd_greetings_are_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof greetings / sizeof *greetings; i++) {
		struct err e = {0};
		assert_null(open_on(greetings[i].server, strlen(greetings[i].server), &e));
		assert_int_equal(e.code, greetings[i].code);
		assert_non_null(strstr(e.text, greetings[i].words));
	}
}

/* STARTTLS: refused by the server, or made impossible by a greeting that logs us in. */
static void no_starttls_no_connection(void **state)
{
	static const char *const servers[] = {
	    "* OK hi\r\na1 NO none\r\n", "* OK hi\r\na1 BAD none\r\n", "* PREAUTH [CAPABILITY IMAP4rev1] in\r\n"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct err e = {0};
		struct imap *m = NULL;
		assert_int_equal(
		    imap_open_stream(&m, stream_of_bytes(servers[i], strlen(servers[i])), STREAM_STARTTLS, 0, &e), -1);
		assert_int_equal(e.code, ERR_UNAVAILABLE);
	}
}

/* After what is no IMAP the connection is not used again. */
static void a_broken_connection_stays_broken(void **state)
{
	static const char server[] = HELLO "what?\r\na2 OK\r\n";
	struct err e = {0};
	struct imap_folder_state s;
	struct imap *m = open_on(server, sizeof server - 1, &e);

	(void)state;
	assert_int_equal(imap_select(m, "INBOX", &s, &e), -1);
	assert_int_equal(imap_select(m, "INBOX", &s, &e), -1);
	assert_non_null(strstr(e.text, "connection is lost"));
	assert_int_equal(imap_login(m, "a", "b", &e), -1);
	imap_close(m);
}

static void names_that_would_break_the_line_are_refused(void **state)
{
	static const char server[] = "* OK [CAPABILITY IMAP4rev1] hi\r\n";
	static const char *const names[] = {"", "a\r\nx LOGOUT", "a\nb", "\377"};
	struct err e = {0};
	struct imap_folder_state s;
	struct imap *m = open_on(server, sizeof server - 1, &e);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(imap_select(m, names[i], &s, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
	}
	assert_int_equal(imap_login(m, "a", "b\r\nx", &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	imap_close(m);
}

/* n times `piece` between two texts. */
static void put_bomb(struct buf *b, const char *before, const char *piece, size_t n, const char *after)
{
	buf_puts(b, HELLO);
	buf_puts(b, before);
	for (size_t i = 0; i < n; i++)
		buf_puts(b, piece);
	buf_puts(b, after);
}

static const struct {
	const char *before, *piece;
	size_t n;
	const char *words;
} bombs[] = {
    {"* 1 FETCH (BODYSTRUCTURE ", "(", 30000, "nested too deeply"},
    {"* 1 FETCH (BODYSTRUCTURE ", "(", 5000000, "nested too deeply"},
    {"* 1 FETCH (X ", "x", 5000000, "a line without end"},
    {"* 1 FETCH (UID 5 FLAGS (", "x ", 5000000, "a line without end"},
    {"* OK ", "x", 5000000, "a line without end"},
    {"* ", "x", 5000000, "word without end"},
    {"", "x", 5000000, "word without end"},
    {"* CAPABILITY", " AB", 5000000, "a line without end"},
    {"* OK [X ", "\"", 5000000, "a line without end"},
    {"* THREAD ", "(", 5000000, "a line without end"},
    {"* 1 FETCH (X \"", "x", 5000000, "a line without end"},
    {"* ", "1", 100, "number too large"},
    {"* 1 FETCH (UID 5 BODY[", "x", 5000000, "a line without end"},
};

static void bombs_do_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
		struct buf text = {0}, out = {0};
		struct err e = {0};
		put_bomb(&text, bombs[i].before, bombs[i].piece, bombs[i].n, "\r\na1 OK\r\n");
		struct imap *m = open_on(text.data, text.len, &e);
		assert_int_equal(imap_list(m, 1, 0, 0, put_message, &out, &e), -1);
		if (e.code != ERR_UNAVAILABLE || !strstr(e.text, bombs[i].words))
			fail_msg("%s: %s", bombs[i].before, e.text);
		imap_close(m);
		buf_clear(&text);
		buf_clear(&out);
	}
}

/* 200,000 UIDs in one line are no bomb. */
static void a_long_search_is_read(void **state)
{
	struct buf text = {0};
	struct imap_set set = {0};
	struct err e = {0};

	(void)state;
	buf_puts(&text, HELLO "* SEARCH");
	for (unsigned i = 1; i <= 200000; i++)
		buf_printf(&text, " %u", 2 * i);
	buf_puts(&text, "\r\na1 OK\r\n");
	struct imap *m = open_on(text.data, text.len, &e);
	assert_int_equal(imap_uids(m, 0, &set, &e), 0);
	assert_int_equal(imap_set_count(&set), 200000);
	assert_true(imap_set_has(&set, 400000));
	imap_set_clear(&set);
	imap_close(m);
	buf_clear(&text);
}

static int stop_at_once(const struct imap_message *m, void *arg)
{
	(void)m;
	(void)arg;
	return 7;
}

static void a_callback_may_stop(void **state)
{
	static const char server[] =
	    HELLO "* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 1)\r\n* 2 FETCH (UID 2 FLAGS () RFC822.SIZE 1)\r\na1 OK\r\n";
	struct err e = {0};
	struct imap *m = open_on(server, sizeof server - 1, &e);

	(void)state;
	assert_int_equal(imap_list(m, 1, 0, 0, stop_at_once, NULL, &e), 7);
	assert_int_equal(imap_list(m, 1, 0, 0, stop_at_once, NULL, &e), -1);
	imap_close(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(talks_come_out_right),
	    cmocka_unit_test(every_cut_is_an_error),
	    cmocka_unit_test(odd_greetings_are_errors),
	    cmocka_unit_test(no_starttls_no_connection),
	    cmocka_unit_test(a_broken_connection_stays_broken),
	    cmocka_unit_test(names_that_would_break_the_line_are_refused),
	    cmocka_unit_test(bombs_do_nothing),
	    cmocka_unit_test(a_long_search_is_read),
	    cmocka_unit_test(a_callback_may_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
