/* Sending, against a transport that says what the test tells it to: what becomes of messages, recipients, attempts
 * and accounts. */
#include "base/config.h"
#include "base/zone.h"
#include "job/outbox.h"
#include "job/send.h"
#include "job/send_log.h"
#include "job/setup.h"
#include "store/attempts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t NOW = 1795161600; /* 2026-11-20T08:00:00Z */
enum { MOST = 16 };

/* What the other side does, and what it saw. */
static struct other_side {
	enum transport_readiness ready;
	bool fails_to_open, blames_account;
	enum err_code open_code;
	enum transport_outcome outcomes[MOST]; /* by call */
	int codes[MOST];
	enum transport_found found;
	bool cannot_open, cannot_find, finds_by_message_id, send_fails, all_recipients;
	size_t max_recipients;
	int64_t account_id;
	volatile sig_atomic_t *raise; /* set in the first send */
	size_t made, opened, sent, closed, looked_up;
	char recipients[MOST][200], envelope_ids[MOST][100];
} other;

static int other_open(void *state, bool *account_fault, struct err *e)
{
	(void)state;
	other.opened++;
	*account_fault = other.blames_account;
	return other.fails_to_open ? err_set(e, other.open_code, "no way in, token=abc") : 0;
}

static int other_send(void *state, struct arena *a, struct transport_message *m, struct err *e)
{
	size_t call = other.sent++;

	(void)state;
	assert_true(call < MOST);
	if (other.raise)
		*other.raise = 1;
	if (other.send_fails)
		return err_set(e, ERR_INPUT, "a line is too long");
	snprintf(other.envelope_ids[call], sizeof other.envelope_ids[call], "%s", m->envelope_id);
	for (size_t i = 0; i < m->recipient_count; i++) {
		struct transport_recipient *r = &m->recipients[i];
		size_t n = strlen(other.recipients[call]);
		snprintf(
		    other.recipients[call] + n, sizeof other.recipients[call] - n, "%s%s", n ? " " : "", r->address);
		r->outcome = other.outcomes[call];
		r->code = other.codes[call];
		r->words = arena_strdup(a, "said so");
	}
	return 0;
}

static int other_find(void *state, struct arena *a, const struct transport_message *m, enum transport_found *found,
    const char **remote_id, struct err *e)
{
	(void)state, (void)a, (void)m, (void)e;
	other.looked_up++;
	*found = other.found;
	*remote_id = other.found == TRANSPORT_FOUND ? "remote-1" : NULL;
	return 0;
}

static void other_close(void *state)
{
	(void)state;
	other.closed++;
}

static int other_readiness(const struct transport_context *c, const char *from, enum transport_readiness *ready,
    const char **why, struct err *e)
{
	(void)c, (void)from, (void)e;
	*ready = other.ready;
	*why = "the operator switched it off";
	return 0;
}

static int other_make(
    struct transport *out, const struct transport_context *c, const struct outbox_message *m, struct err *e)
{
	(void)c, (void)m, (void)e;
	other.made++;
	*out = (struct transport){.name = "smtp",
	    .server = "mx.example:587",
	    .account_id = other.account_id,
	    .max_recipients = other.max_recipients,
	    .all_recipients = other.all_recipients,
	    .finds_by_message_id = other.finds_by_message_id,
	    .open = other.cannot_open ? NULL : other_open,
	    .send = other_send,
	    .find = other.cannot_find ? NULL : other_find,
	    .close = other_close};
	return 0;
}

static const struct transport_kind smtp = {"smtp", NULL, other_readiness, other_make};
static const struct transport_kind gmail = {"gmail", "by delegation", other_readiness, other_make};
static const struct transport_kind *const kinds[] = {&smtp, NULL};
static const struct transport_kind *const gmail_kinds[] = {&gmail, NULL};

/* A room with two admins. */
struct room {
	char dir[64];
	struct config *config;
	struct store *store;
	sqlite3 *db; /* a second connection, to look and to set */
	struct arena arena;
};

static void sql(struct room *r, const char *text)
{
	char *message = NULL;

	if (sqlite3_exec(r->db, text, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", text, message);
}

static const char *ask(struct room *r, const char *text)
{
	sqlite3_stmt *st;
	const char *answer = "";

	assert_int_equal(sqlite3_prepare_v2(r->db, text, -1, &st, NULL), SQLITE_OK);
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
		answer = arena_strdup(&r->arena, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return answer;
}

static const char *states(struct room *r)
{
	return ask(r, "SELECT group_concat(state, ' ') FROM (SELECT state FROM outbox ORDER BY id)");
}

static const char *recipients(struct room *r)
{
	return ask(r,
	    "SELECT group_concat(state, ' ') FROM (SELECT state FROM outbox_recipients ORDER BY outbox_id, address)");
}

static int compose(void *arg, const struct outbox_stamp *stamp, struct buf *out, struct err *e)
{
	const char *word = arg;

	if (strcmp(word, "bad") == 0)
		return err_set(e, ERR_INPUT, "cannot be written");
	buf_printf(
	    out, "Message-ID: <%s>\r\nX-Mailroom-Message-ID: %s\r\n\r\n%s\r\n", stamp->message_id, stamp->token, word);
	return 0;
}

static struct outbox_draft draft_of(struct room *r, int n, const char *word)
{
	static const struct outbox_recipient to[] = {{.address = "ann@a.example"}, {.address = "bob@a.example"}};

	return (struct outbox_draft){.kind = "team",
	    .dedupe_key = arena_printf(&r->arena, "team:%d", n),
	    .subject = "S",
	    .from_address = "ann@a.example",
	    .domain = "a.example",
	    .period_start = NOW - 86400,
	    .period_end = NOW,
	    .recipients = to,
	    .recipient_count = 2,
	    .compose = compose,
	    .arg = (void *)(uintptr_t)word};
}

static void freeze(struct room *r, int n)
{
	struct outbox_draft d = draft_of(r, n, "words");
	struct outbox_frozen frozen;
	struct err e = {0};

	if (outbox_freeze(r->store, r->config, &r->arena, &d, NOW, &frozen, &e) != 0)
		fail_msg("%s", e.text);
}

static int set_up(void **state)
{
	struct room *r = calloc(1, sizeof *r);
	char *const no_environment[] = {NULL};
	struct err e = {0};
	bool made;
	int applied;

	*state = r;
	memset(&other, 0, sizeof other);
	other.ready = TRANSPORT_READY;
	strcpy(r->dir, "/tmp/mailroom-send-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	assert_int_equal(zone_use("UTC", &e), 0);
	r->config = config_new();
	assert_int_equal(config_set(r->config, "MAILROOM_DATA_DIR", r->dir, CONFIG_OPTION, &e), 0);
	assert_int_equal(config_finish(r->config, no_environment, &e), 0);
	assert_int_equal(setup_run(r->config, &made, &applied, &e), 0);
	assert_int_equal(store_open(config_text(r->config, "MAILROOM_DB"), STORE_WRITE, &r->store, &e), 0);
	assert_int_equal(sqlite3_open(config_text(r->config, "MAILROOM_DB"), &r->db), SQLITE_OK);
	sql(r, "INSERT INTO users (id, name, role, created_at) VALUES (1, 'Ann', 'admin', 1), (2, 'Bob', 'admin', 1);"
	       "INSERT INTO user_addresses (user_id, address, is_primary) VALUES (1, 'ann@a.example', 1), (2, "
	       "'bob@a.example', 1)");
	return 0;
}

static int tear_down(void **state)
{
	struct room *r = *state;
	char *command = arena_printf(&r->arena, "rm -r %s", r->dir);

	store_close(r->store);
	sqlite3_close(r->db);
	config_free(r->config);
	assert_int_equal(system(command), 0);
	arena_clear(&r->arena);
	free(r);
	return 0;
}

static void note(const struct send_event *v, void *arg)
{
	struct buf *b = arg;

	buf_printf(b, "%s%lld %s%s%s", b->len ? "; " : "", (long long)v->message->id, send_what_name(v->what),
	    v->words ? ": " : "", v->words ? v->words : "");
}

/* One run at this time; what was told of it. */
static const char *send_with(struct room *r, struct send_options o, int64_t now, struct send_totals *t)
{
	struct buf b = {0};
	struct err e = {0};
	const char *told;

	o.config = r->config;
	o.store = r->store;
	o.now = now;
	o.kinds = o.kinds ? o.kinds : kinds;
	o.told = note;
	o.arg = &b;
	if (send_run(&o, t, &e) != 0)
		fail_msg("%s", e.text);
	told = arena_strdup(&r->arena, buf_str(&b));
	buf_clear(&b);
	return told;
}

static const char *send_at(struct room *r, int64_t now)
{
	struct send_totals t;

	return send_with(r, (struct send_options){0}, now, &t);
}

static void test_outcomes(void **state)
{
	static const struct {
		enum transport_outcome outcome;
		int code;
		const char *message, *recipient, *attempt, *told;
	} rows[] = {
	    {TRANSPORT_ACCEPTED, 250, "sent", "sent", "sent", "sent"},
	    {TRANSPORT_TEMPORARY, 451, "deferred", "deferred", "deferred", "deferred"},
	    {TRANSPORT_PERMANENT, 550, "failed", "failed", "failed", "failed"},
	    {TRANSPORT_ACCOUNT, 535, "ready", "waiting", "account", "waiting"},
	    {TRANSPORT_UNKNOWN, 0, "unknown", "unknown", "unknown", "unknown"},
	    {TRANSPORT_SIMULATED, 0, "simulated", "simulated", "simulated", "simulated"},
	};
	struct room *r = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		memset(&other, 0, sizeof other);
		other.ready = TRANSPORT_READY;
		other.outcomes[0] = rows[i].outcome;
		other.codes[0] = rows[i].code;
		sql(r, "DELETE FROM send_attempts; DELETE FROM outbox_recipients; DELETE FROM outbox");
		freeze(r, 1);
		const char *told = send_at(r, NOW);
		assert_int_equal(strncmp(told + 2, rows[i].told, strlen(rows[i].told)), 0);
		assert_string_equal(states(r), rows[i].message);
		assert_string_equal(
		    ask(r, "SELECT group_concat(DISTINCT state) FROM outbox_recipients"), rows[i].recipient);
		assert_string_equal(ask(r, "SELECT group_concat(DISTINCT status) FROM send_attempts"), rows[i].attempt);
		assert_string_equal(ask(r, "SELECT count(*) || ' ' || group_concat(DISTINCT server) FROM send_attempts "
		                           "WHERE finished_at IS NOT NULL AND words = 'said so'"),
		    "2 mx.example:587");
		assert_string_equal(other.recipients[0], "ann@a.example bob@a.example");
	}
}

static void test_the_envelope_names_the_attempt(void **state)
{
	struct room *r = *state;

	freeze(r, 1);
	other.outcomes[0] = TRANSPORT_TEMPORARY;
	send_at(r, NOW);
	send_at(r, NOW + 400);
	assert_string_equal(other.envelope_ids[0], ask(r, "SELECT token || '.1' FROM outbox"));
	assert_string_equal(other.envelope_ids[1], ask(r, "SELECT token || '.2' FROM outbox"));
}

static void test_one_commit_joins_two_messages(void **state)
{
	struct room *r = *state;

	for (int i = 1; i <= 5; i++)
		freeze(r, i);
	assert_string_equal(send_at(r, NOW), "1 sent; 2 sent; 3 sent; 4 sent; 5 sent");
	assert_int_equal(other.opened, 5); /* asked before each, made once */
	assert_int_equal(other.made, 1);
	assert_int_equal(other.closed, 1);
	assert_string_equal(ask(r, "SELECT count(*) FROM send_attempts WHERE status = 'sent'"), "10");
}

static void test_retries(void **state)
{
	static const int64_t waits[] = {300, 900, 2700, 7200, 0, 0};
	struct room *r = *state;
	int64_t now = NOW;

	freeze(r, 1);
	for (size_t i = 0; i < MOST; i++)
		other.outcomes[i] = TRANSPORT_TEMPORARY;
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		send_at(r, now);
		assert_int_equal(other.sent, i + 1);
		assert_int_equal(atoll(ask(r, "SELECT next_try_at FROM outbox")), now + waits[i]);
		if (waits[i])
			assert_string_equal(send_at(r, now + waits[i] - 1), "");
		now += waits[i] + 1;
	}
	/* A day after its period it is stale. */
	assert_string_equal(send_at(r, NOW + 86400), "1 expired: was not sent while it was fresh");
	assert_int_equal(other.sent, sizeof waits / sizeof *waits);
	assert_string_equal(states(r), "expired");
}

static void test_few_recipients_a_call(void **state)
{
	struct room *r = *state;

	freeze(r, 1);
	other.max_recipients = 1;
	other.outcomes[0] = TRANSPORT_PERMANENT;
	other.codes[0] = 550;
	assert_string_equal(send_at(r, NOW), "1 failed: ann@a.example: 550 said so");
	assert_string_equal(other.recipients[0], "ann@a.example");
	assert_string_equal(other.recipients[1], "bob@a.example");
	assert_string_equal(states(r), "failed");
	assert_string_equal(recipients(r), "failed sent");
	assert_string_equal(ask(r, "SELECT attempts FROM outbox"), "1");
	/* Another way is taken when a person says so, and only for whom it failed. */
	struct send_totals t;
	assert_string_equal(send_with(r, (struct send_options){.id = 1}, NOW, &t),
	    "1 refused: it is failed: --transport NAME tries another way");
	assert_string_equal(send_with(r, (struct send_options){.id = 1, .transport = "smtp"}, NOW, &t), "1 sent");
	assert_string_equal(other.recipients[2], "ann@a.example");
	assert_string_equal(states(r), "sent");
}

static void test_a_lost_connection_between_calls(void **state)
{
	struct room *r = *state;

	freeze(r, 1);
	other.max_recipients = 1;
	other.outcomes[0] = TRANSPORT_UNKNOWN;
	other.cannot_find = true;
	assert_string_equal(send_at(r, NOW), "1 unknown: ann@a.example: said so");
	assert_string_equal(recipients(r), "unknown waiting");
	assert_string_equal(states(r), "ready");
	/* The rest goes with the next run; nobody sends to the first again. */
	assert_string_equal(send_at(r, NOW), "1 sent");
	assert_string_equal(other.recipients[1], "bob@a.example");
	assert_string_equal(states(r), "unknown");
	assert_string_equal(send_at(r, NOW), "");
}

static void test_who_was_refused_may_leave(void **state)
{
	struct send_totals t;
	struct room *r = *state;

	freeze(r, 1);
	sql(r, "UPDATE outbox_recipients SET state = 'failed' WHERE address = 'ann@a.example';"
	       "UPDATE outbox_recipients SET state = 'deferred' WHERE address = 'bob@a.example';"
	       "UPDATE outbox SET state = 'deferred', attempts = 1; UPDATE users SET active = 0 WHERE id = 1");
	assert_string_equal(send_with(r, (struct send_options){.id = 1, .transport = "smtp"}, NOW, &t),
	    "1 refused: ann@a.example is no active admin any more: build it again");
	assert_string_equal(send_at(r, NOW), "1 sent");
	assert_string_equal(other.recipients[0], "bob@a.example");
	assert_string_equal(recipients(r), "failed sent");
}

static void test_a_copy_that_an_earlier_attempt_left_proves_nothing(void **state)
{
	struct room *r = *state;

	freeze(r, 1);
	other.finds_by_message_id = true;
	other.found = TRANSPORT_FOUND;
	/* Ann has it, and the server keeps a copy for the sender; then nobody knows about Bob. */
	other.max_recipients = 1;
	other.outcomes[1] = TRANSPORT_UNKNOWN;
	assert_string_equal(send_at(r, NOW), "1 unknown: bob@a.example: said so");
	assert_string_equal(recipients(r), "sent unknown");
	assert_string_equal(send_at(r, NOW + 900), "");
	assert_string_equal(recipients(r), "sent unknown");
	assert_int_equal(other.looked_up, 0);
	/* Each unknown after an attempt of his or her own: whose is the copy? */
	sql(r,
	    "UPDATE outbox_recipients SET state = 'unknown'; UPDATE send_attempts SET status = 'unknown', attempt = id;"
	    "UPDATE outbox SET next_try_at = NULL");
	send_at(r, NOW + 900);
	assert_string_equal(recipients(r), "unknown unknown");
	/* Both were in both attempts. */
	sql(r,
	    "INSERT INTO send_attempts (outbox_id, attempt, recipient, transport, message_id, sha256, size_bytes,"
	    " rendered_at, started_at, status) SELECT outbox_id, 3 - attempt, recipient, transport, message_id, sha256,"
	    " size_bytes, rendered_at, started_at, status FROM send_attempts; UPDATE outbox SET next_try_at = NULL");
	assert_string_equal(send_at(r, NOW + 900), "1 sent: looked up: it was sent");
	assert_string_equal(recipients(r), "sent sent");
}

static void test_gmail_sends_to_all_or_nobody(void **state)
{
	struct room *r = *state;

	freeze(r, 1);
	other.all_recipients = true;
	sql(r, "UPDATE outbox_recipients SET state = 'sent' WHERE address = 'ann@a.example'");
	assert_string_equal(send_at(r, NOW),
	    "1 refused: smtp sends to all recipients of a message, and some of this one's are settled");
	assert_int_equal(other.sent, 0);
}

static void test_a_server_that_is_not_there(void **state)
{
	struct room *r = *state;

	freeze(r, 1);
	freeze(r, 2);
	other.fails_to_open = true;
	other.open_code = ERR_TEMPORARY;
	assert_string_equal(
	    send_at(r, NOW), "1 deferred: no way in, token=(left out); 2 waiting: no way in, token=(left out)");
	assert_int_equal(other.opened, 1);
	assert_string_equal(states(r), "deferred ready");
	assert_string_equal(ask(r, "SELECT group_concat(DISTINCT status) FROM send_attempts"), "deferred");
	other.open_code = ERR_UNAVAILABLE;
	assert_string_equal(send_at(r, NOW), "2 waiting: no way in, token=(left out)");
	assert_string_equal(ask(r, "SELECT count(*) FROM send_attempts"), "2");
}

/* Postmark's way: what it cannot reach is found out by the first message, and the others do not try it, too. */
static void test_a_service_that_is_not_there(void **state)
{
	struct room *r = *state;

	freeze(r, 1);
	freeze(r, 2);
	other.cannot_open = true;
	other.outcomes[0] = TRANSPORT_TEMPORARY;
	assert_string_equal(
	    send_at(r, NOW), "2 waiting: said so; 1 deferred: ann@a.example: said so; bob@a.example: said so");
	assert_int_equal(other.sent, 1);
	assert_string_equal(states(r), "deferred ready");
	/* "Later" of one that is there is about this message alone. */
	other.outcomes[1] = TRANSPORT_TEMPORARY;
	other.codes[1] = 429;
	freeze(r, 3);
	assert_string_equal(
	    send_at(r, NOW), "2 deferred: ann@a.example: 429 said so; bob@a.example: 429 said so; 3 sent");
}

static void add_smtp_account(struct room *r)
{
	sql(r, "INSERT INTO email_accounts (id, address, created_at) VALUES (5, 'ann@a.example', 1);"
	       "INSERT INTO email_smtp_settings (account_id, host, port, security, is_forced, auth, is_enabled, "
	       "updated_at)"
	       "VALUES (5, 'mx.example', 587, 'starttls', 0, 'plain', 1, 1)");
	other.account_id = 5;
}

static void test_an_account_at_fault_is_switched_off(void **state)
{
	struct room *r = *state;

	add_smtp_account(r);
	freeze(r, 1);
	freeze(r, 2);
	other.outcomes[0] = TRANSPORT_ACCOUNT;
	other.codes[0] = 550;
	assert_string_equal(
	    send_at(r, NOW), "2 waiting: said so; 1 waiting: ann@a.example: 550 said so; bob@a.example: 550 said so");
	assert_string_equal(ask(r, "SELECT is_enabled || ' ' || disabled_why FROM email_smtp_settings"), "0 said so");
	assert_string_equal(states(r), "ready ready");
	assert_int_equal(other.sent, 1);
}

static void test_a_login_that_fails_switches_it_off(void **state)
{
	struct room *r = *state;

	add_smtp_account(r);
	freeze(r, 1);
	other.fails_to_open = other.blames_account = true;
	other.open_code = ERR_REFUSED;
	send_at(r, NOW);
	assert_string_equal(ask(r, "SELECT is_enabled || ' ' || disabled_why FROM email_smtp_settings"),
	    "0 no way in, token=(left out)");
	assert_string_equal(states(r), "ready");
	assert_string_equal(ask(r, "SELECT count(*) FROM send_attempts"), "0");
}

static void test_what_gmail_refuses_leaves_smtp_on(void **state)
{
	struct room *r = *state;
	struct send_totals t;

	add_smtp_account(r);
	freeze(r, 1);
	other.outcomes[0] = TRANSPORT_ACCOUNT;
	send_with(r, (struct send_options){.kinds = gmail_kinds}, NOW, &t);
	assert_string_equal(ask(r, "SELECT is_enabled FROM email_smtp_settings"), "1");
	assert_string_equal(ask(r, "SELECT DISTINCT status || ' ' || transport FROM send_attempts"), "account gmail");
	assert_string_equal(states(r), "ready");
}

static void test_what_is_stopped_is_waited_for(void **state)
{
	struct room *r = *state;

	freeze(r, 1);
	other.ready = TRANSPORT_STOPPED;
	assert_string_equal(send_at(r, NOW), "1 waiting: smtp: the operator switched it off");
	other.ready = TRANSPORT_NOT_CONFIGURED;
	assert_string_equal(
	    send_at(r, NOW), "1 waiting: no transport is set up for ann@a.example (digest-send explain 1)");
	assert_string_equal(states(r), "ready");
}

/* As a run that is killed in the middle of a message leaves it. */
static void leave_sending(struct room *r)
{
	freeze(r, 1);
	other.outcomes[0] = TRANSPORT_ACCEPTED;
	send_at(r, NOW);
	sql(r, "UPDATE outbox SET state = 'sending'; UPDATE outbox_recipients SET state = 'sending';"
	       "UPDATE send_attempts SET status = 'sending', finished_at = NULL, words = NULL");
}

static void test_a_killed_run_is_looked_up(void **state)
{
	static const struct {
		enum transport_found found;
		int64_t later_s;
		const char *message, *attempts;
		size_t sent;
	} rows[] = {
	    {TRANSPORT_FOUND, 0, "sent", "sent", 1},
	    {TRANSPORT_NOT_FOUND, 899, "unknown", "unknown", 1},
	    {TRANSPORT_NOT_FOUND, 900, "sent", "deferred,sent", 2},
	    {TRANSPORT_NO_TELLING, 80000, "unknown", "unknown", 1},
	};
	struct room *r = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		memset(&other, 0, sizeof other);
		other.ready = TRANSPORT_READY;
		sql(r, "DELETE FROM send_attempts; DELETE FROM outbox_recipients; DELETE FROM outbox");
		leave_sending(r);
		other.found = rows[i].found;
		send_at(r, NOW + rows[i].later_s);
		assert_int_equal(other.looked_up, 1);
		assert_string_equal(states(r), rows[i].message);
		assert_string_equal(
		    ask(r, "SELECT group_concat(DISTINCT status) FROM (SELECT status FROM send_attempts ORDER BY id)"),
		    rows[i].attempts);
		assert_int_equal(other.sent, rows[i].sent);
	}
	/* It is looked up again when it is twice as old. */
	for (size_t i = 0; i < 4; i++) {
		static const int64_t later[] = {80001, 159999, 160000, 320000};
		other.looked_up = 0;
		send_at(r, NOW + later[i]);
		assert_int_equal(other.looked_up, i >= 2);
	}
	sql(r, "DELETE FROM send_attempts; DELETE FROM outbox_recipients; DELETE FROM outbox");
	leave_sending(r);
	other.found = TRANSPORT_FOUND;
	send_at(r, NOW);
	assert_string_equal(ask(r, "SELECT DISTINCT remote_id FROM send_attempts"), "remote-1");
}

static void test_a_signal_ends_the_run_after_the_message(void **state)
{
	static volatile sig_atomic_t stop;
	struct room *r = *state;
	struct send_totals t;

	freeze(r, 1);
	freeze(r, 2);
	stop = 0;
	other.raise = &stop;
	assert_string_equal(send_with(r, (struct send_options){.stop = &stop}, NOW, &t), "1 sent");
	assert_string_equal(t.stopped, "a signal asked for it");
	assert_string_equal(states(r), "sent ready");
}

static void test_max_counts_recipients(void **state)
{
	struct room *r = *state;
	struct send_totals t;

	for (int i = 1; i <= 3; i++)
		freeze(r, i);
	send_with(r, (struct send_options){.max = 5}, NOW, &t);
	assert_string_equal(states(r), "sent sent ready");
	assert_true(t.stopped_by_run_limit);
	assert_int_equal(t.recipients, 4);
}

static void test_send_that_cannot(void **state)
{
	struct room *r = *state;

	freeze(r, 1);
	other.send_fails = true;
	assert_string_equal(
	    send_at(r, NOW), "1 failed: ann@a.example: a line is too long; bob@a.example: a line is too long");
}

static void test_a_batch(void **state)
{
	struct room *r = *state;
	struct outbox_batch *b;
	struct outbox_frozen out;
	struct err e = {0};
	struct stat st;

	freeze(r, 1);
	send_at(r, NOW);
	assert_int_equal(outbox_freeze_begin(r->store, r->config, NOW, &b, &e), 0);
	for (int i = 1; i <= 4; i++) {
		struct outbox_draft d = draft_of(r, i, i == 3 ? "bad" : "words");
		int rc = outbox_freeze_add(b, &r->arena, &d, &out, &e);
		assert_int_equal(rc, i == 1 || i == 3 ? -1 : 0);
		if (rc != 0)
			assert_int_equal(e.code, i == 1 ? ERR_REFUSED : ERR_INPUT);
	}
	assert_string_equal(states(r), "sent");
	assert_int_equal(outbox_freeze_commit(b, &e), 0);
	assert_string_equal(states(r), "sent ready ready");
	assert_int_equal(stat(arena_printf(&r->arena, "%s/outbox/3.eml", r->dir), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_string_equal(send_at(r, NOW), "2 sent; 3 sent");
	/* An abort, or a kill, leaves files that the next one sweeps. */
	assert_int_equal(outbox_freeze_begin(r->store, r->config, NOW, &b, &e), 0);
	struct outbox_draft d = draft_of(r, 5, "words");
	assert_int_equal(outbox_freeze_add(b, &r->arena, &d, &out, &e), 0);
	outbox_freeze_abort(b);
	assert_int_equal(stat(arena_printf(&r->arena, "%s/outbox/4.eml", r->dir), &st), 0);
	assert_int_equal(outbox_freeze_begin(r->store, r->config, NOW, &b, &e), 0);
	assert_int_equal(stat(arena_printf(&r->arena, "%s/outbox/4.eml", r->dir), &st), -1);
	outbox_freeze_abort(b);
}

static void test_words(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
	    {"550 5.1.1 no such user", "550 5.1.1 no such user"},
	    {"Authorization: Bearer ya29.a0Af-x_y.z failed",
	        "Authorization: Bearer (left out)(left out)(left out) failed"},
	    {"https://x.example/?access_token=abc123&x=1", "https://x.example/?access_token=(left out)&x=1"},
	    {"kept in /var/lib/mailroom/outbox/simulated/a-rather-long-folder/of-theirs/12.eml",
	        "kept in /var/lib/mailroom/outbox/simulated/a-rather-long-folder/of-theirs/12.eml"},
	    {"x 0123456789012345678901234567890123456789012345678901234567890123 y", "x (left out) y"},
	    {"two\r\nlines\033[0m", "two??lines?[0m"},
	    {"", ""},
	};
	struct arena a = {0};
	char *long_words = arena_alloc(&a, 2001);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(send_log_words(&a, rows[i].in), rows[i].out);
	assert_null(send_log_words(&a, NULL));
	for (size_t i = 0; i < 2000; i++)
		long_words[i] = i % 2 ? 'x' : ' ';
	long_words[2000] = '\0';
	assert_int_equal(strlen(send_log_words(&a, long_words)), 500);
	arena_clear(&a);
}

static void test_when_it_is_stale(void **state)
{
	static const struct {
		int64_t start, end, created, expires, stale;
	} rows[] = {
	    {100, 200, 210, 0, 310},   /* built after its period: as long again */
	    {100, 200, 150, 0, 300},   /* built within it */
	    {100, 200, 9000, 0, 9100}, /* built late */
	    {100, 200, 210, 250, 250},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct outbox_message m = {.period_start = rows[i].start,
		    .period_end = rows[i].end,
		    .created_at = rows[i].created,
		    .expires_at = rows[i].expires};
		assert_int_equal(outbox_stale_at(&m), rows[i].stale);
	}
}

#define WITH_ROOM(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_ROOM(test_outcomes),
	    WITH_ROOM(test_the_envelope_names_the_attempt),
	    WITH_ROOM(test_one_commit_joins_two_messages),
	    WITH_ROOM(test_retries),
	    WITH_ROOM(test_few_recipients_a_call),
	    WITH_ROOM(test_a_lost_connection_between_calls),
	    WITH_ROOM(test_who_was_refused_may_leave),
	    WITH_ROOM(test_a_copy_that_an_earlier_attempt_left_proves_nothing),
	    WITH_ROOM(test_gmail_sends_to_all_or_nobody),
	    WITH_ROOM(test_a_server_that_is_not_there),
	    WITH_ROOM(test_a_service_that_is_not_there),
	    WITH_ROOM(test_an_account_at_fault_is_switched_off),
	    WITH_ROOM(test_a_login_that_fails_switches_it_off),
	    WITH_ROOM(test_what_gmail_refuses_leaves_smtp_on),
	    WITH_ROOM(test_what_is_stopped_is_waited_for),
	    WITH_ROOM(test_a_killed_run_is_looked_up),
	    WITH_ROOM(test_a_signal_ends_the_run_after_the_message),
	    WITH_ROOM(test_max_counts_recipients),
	    WITH_ROOM(test_send_that_cannot),
	    WITH_ROOM(test_a_batch),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_when_it_is_stale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
