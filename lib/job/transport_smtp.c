/* The transport over the sender's own mail server: one connection for a run of messages. */
#include "base/clock.h"
#include "base/mem.h"
#include "job/imap_access.h"
#include "job/imap_folders.h"
#include "job/sender_address.h"
#include "job/smtp_access.h"
#include "job/transports.h"
#include "mail/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 5321 section 4.5.3.1.8: so many recipients every server takes. A connection unused for longer may be gone. */
enum { RECIPIENTS_MAX = 100, IDLE_MAX_S = 20 };

struct transport_smtp {
	const struct transport_context *c;
	struct arena arena;
	struct account account;
	struct smtp_settings settings;
	struct arena settings_arena; /* that they live in */
	struct smtp *smtp;           /* NULL: none yet, or it broke */
	double used_at;              /* monotonic seconds */
	size_t sent;                 /* messages by this connection */
};

/* The sender's account with its mail server; *found false: none is set. An alias is not the address of an account. */
static int find_account(const struct transport_context *c, struct arena *a, const char *from, struct account *account,
    struct smtp_settings *s, bool *found, struct err *e)
{
	if (accounts_get(c->store, a, from, account, found, e) != 0)
		return -1;
	*found = *found && strcmp(account->address, from) == 0;
	return *found ? smtp_settings_get(c->store, a, account->id, s, found, e) : 0;
}

/* Copied, since what was read lives shorter than the context's arena. */
static const char *say(const struct transport_context *c, const char *text)
{
	return arena_strdup(c->arena, text);
}

int transport_smtp_readiness(const struct transport_context *c, const char *from, enum transport_readiness *ready,
    const char **why, struct err *e)
{
	struct arena *a = c->arena;
	struct account account;
	struct smtp_settings s;
	struct err outside = {0};
	bool found;

	if (find_account(c, a, from, &account, &s, &found, e) != 0)
		return -1;
	*ready = TRANSPORT_NOT_CONFIGURED;
	if (!found) {
		*why = arena_printf(a, "no mail server is set for %s (`account smtp`)", from);
		return 0;
	}
	*ready = TRANSPORT_STOPPED;
	if (!s.is_enabled) {
		*why = arena_printf(a, "the mail server of %s is off: %s", from, s.disabled_why ? s.disabled_why : "?");
	} else if (sender_address_check_not_outside(c->store, from, &outside) != 0) {
		if (outside.code != ERR_REFUSED) {
			*e = outside;
			return -1;
		}
		*why = say(c, outside.text);
	} else {
		*ready = TRANSPORT_READY;
		*why = arena_printf(a, "%s:%d is set for %s", s.host, s.port, from);
	}
	return 0;
}

static void drop(struct transport_smtp *t)
{
	smtp_close(t->smtp);
	t->smtp = NULL;
	t->sent = 0;
}

static bool is_alive(struct transport_smtp *t)
{
	struct err ignored = {0};

	if (!t->smtp || !smtp_is_open(t->smtp))
		return false;
	return clock_monotonic_s() - t->used_at < IDLE_MAX_S || smtp_noop(t->smtp, &ignored) == 0;
}

static int connect_anew(struct transport_smtp *t, bool *account_fault, struct err *e)
{
	struct smtp_access_options o = {.config = t->c->config, .store = t->c->store, .now = t->c->now};
	struct err other = {0};
	int rc;

	drop(t);
	rc = smtp_access_open(&o, &t->account, &t->settings, &t->smtp, account_fault, e);
	if (rc != 0 && !strstr(e->text, t->account.address))
		err_prefix(e, "%s", t->account.address);
	if (smtp_access_note(t->c->store, &t->account, rc == 0 ? NULL : e, *account_fault, t->c->now, &other) != 0 &&
	    rc == 0) {
		drop(t);
		*e = other;
		return -1;
	}
	t->used_at = clock_monotonic_s();
	return rc;
}

/* As it stands now: a person may have changed it since the last message, or switched it off. */
static int read_again(struct transport_smtp *t, struct err *e)
{
	struct arena a = {0};
	struct smtp_settings s;
	bool found;
	int rc = smtp_settings_get(t->c->store, &a, t->account.id, &s, &found, e);

	if (rc == 0 && !found)
		rc = err_set(e, ERR_CONFIG, "%s: its mail server was taken away", t->account.address);
	else if (rc == 0 && !s.is_enabled)
		rc = err_set(e, ERR_CONFIG, "%s: its mail server is off: %s", t->account.address, s.disabled_why);
	if (rc != 0) {
		arena_clear(&a);
		return -1;
	}
	arena_clear(&t->settings_arena);
	t->settings_arena = a;
	t->settings = s;
	return 0;
}

static int open_line(void *state, bool *account_fault, struct err *e)
{
	struct transport_smtp *t = state;

	*account_fault = false;
	if (read_again(t, e) != 0)
		return -1;
	return is_alive(t) ? 0 : connect_anew(t, account_fault, e);
}

static enum transport_outcome outcome_of(enum smtp_outcome o)
{
	switch (o) {
	case SMTP_ACCEPTED: return TRANSPORT_ACCEPTED;
	case SMTP_TEMPORARY: return TRANSPORT_TEMPORARY;
	case SMTP_PERMANENT: return TRANSPORT_PERMANENT;
	case SMTP_ACCOUNT: return TRANSPORT_ACCOUNT;
	case SMTP_UNKNOWN: break;
	}
	return TRANSPORT_UNKNOWN;
}

static void take_outcomes(struct transport_message *m, const struct smtp_message *sent)
{
	for (size_t i = 0; i < m->recipient_count; i++) {
		const struct smtp_recipient *r = &sent->recipients[i];
		m->recipients[i].outcome = outcome_of(r->outcome);
		m->recipients[i].suppressed = false;
		m->recipients[i].code = r->code;
		m->recipients[i].enhanced = r->enhanced;
		m->recipients[i].words = r->words;
		m->recipients[i].remote_id = NULL;
	}
}

/* The line broke, and it is certain that nothing was taken. On a connection that was of use before, it is a server that ends it
 * after so many messages, or so long. */
static bool was_cut_off(const struct transport_smtp *t, const struct smtp_message *m)
{
	if (smtp_is_open(t->smtp))
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (m->recipients[i].outcome != SMTP_TEMPORARY)
			return false;
	return true;
}

static int send_once(struct transport_smtp *t, struct arena *a, struct smtp_message *m, struct err *e)
{
	int rc = smtp_send(t->smtp, a, m, e);

	t->used_at = clock_monotonic_s();
	if (rc == 0)
		t->sent++;
	return rc;
}

/* The server does not take this sender: mail stops until a person has looked. */
static int note_refusal(struct transport_smtp *t, const struct smtp_message *m, struct err *e)
{
	struct err how = {0};

	for (size_t i = 0; i < m->n; i++) {
		if (m->recipients[i].outcome != SMTP_ACCOUNT)
			continue;
		err_set(&how, ERR_REFUSED, "%s: %s:%d: the sender is refused: %s", t->account.address, t->settings.host,
		    t->settings.port, m->recipients[i].words);
		return smtp_access_note(t->c->store, &t->account, &how, true, t->c->now, e);
	}
	return 0;
}

static int check_sender(const struct transport_smtp *t, struct arena *a, const char *from, struct err *e)
{
	const char *address = address_normalise(a, from);

	if (address && strcmp(address, t->account.address) == 0)
		return 0;
	return err_set(e, ERR_REFUSED, "%s: its mail server does not send for %s", t->account.address, from);
}

/* Nothing was sent, and it is the same for all. */
static void refuse_all(
    struct transport_message *m, struct arena *a, enum transport_outcome outcome, const struct err *why)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		m->recipients[i] = (struct transport_recipient){
		    .address = m->recipients[i].address, .outcome = outcome, .words = arena_strdup(a, why->text)};
}

/* Whether a message can go out now: a person may have switched the account off, and the line may have broken, since the last
 * one. *ready false: every recipient has an outcome. */
static int get_ready(struct transport_smtp *t, struct arena *a, struct transport_message *m, bool *ready, struct err *e)
{
	struct err why = {0};
	bool fault = false;

	*ready = true;
	if (read_again(t, &why) != 0) {
		if (why.code != ERR_CONFIG) {
			*e = why;
			return -1;
		}
		*ready = false;
		refuse_all(m, a, TRANSPORT_ACCOUNT, &why);
	} else if ((!t->smtp || !smtp_is_open(t->smtp)) && connect_anew(t, &fault, &why) != 0) {
		*ready = false;
		refuse_all(m, a, fault ? TRANSPORT_ACCOUNT : TRANSPORT_TEMPORARY, &why);
	}
	return 0;
}

static int hand_over(struct transport_smtp *t, struct arena *a, struct smtp_message *m, struct err *e)
{
	struct err ignored = {0};
	bool was_used = t->sent > 0, fault;

	if (send_once(t, a, m, e) != 0)
		return -1;
	if (was_used && was_cut_off(t, m) && connect_anew(t, &fault, &ignored) == 0)
		return send_once(t, a, m, e);
	return 0;
}

static int send_message(void *state, struct arena *a, struct transport_message *m, struct err *e)
{
	struct transport_smtp *t = state;
	struct smtp_message out = {.recipients = arena_array(a, m->recipient_count, sizeof *out.recipients),
	    .n = m->recipient_count,
	    .bytes = m->bytes,
	    .len = m->len,
	    .envelope_id = m->envelope_id};
	struct err ignored = {0};
	bool ready;

	if (check_sender(t, a, m->from, e) != 0 || get_ready(t, a, m, &ready, e) != 0)
		return -1;
	if (!ready)
		return 0;
	out.from = smtp_access_envelope_sender(&t->account, &t->settings);
	for (size_t i = 0; i < out.n; i++)
		out.recipients[i] = (struct smtp_recipient){.address = m->recipients[i].address};
	if (hand_over(t, a, &out, e) != 0)
		return -1;
	take_outcomes(m, &out);
	/* What became of the message counts, also when the note cannot be made: the engine stops the account, too. */
	note_refusal(t, &out, &ignored);
	return 0;
}

static int look_into(
    struct imap *imap, const struct imap_folder_list *folders, const char *message_id, bool *found, struct err *e)
{
	struct imap_folder_state state;
	struct imap_set uids = {0};
	int rc = 0;

	*found = false;
	for (size_t i = 0; i < folders->n && rc == 0 && !*found; i++) {
		if (folders->items[i].use != IMAP_USE_SENT)
			continue;
		rc = imap_select(imap, folders->items[i].name, &state, e);
		if (rc == 0)
			rc = imap_uids_by_id(imap, message_id, &uids, e);
		*found = rc == 0 && imap_set_count(&uids) > 0;
		imap_set_clear(&uids);
	}
	return rc;
}

/* In the Sent folder it was sent. Its absence tells nothing: many servers save no copy, or some time later. */
static int find_sent(void *state, struct arena *a, const struct transport_message *m, enum transport_found *found,
    const char **remote_id, struct err *e)
{
	struct transport_smtp *t = state;
	struct imap_access_options o = {.config = t->c->config, .store = t->c->store, .now = t->c->now};
	struct imap_settings settings;
	struct imap_folder_list folders;
	struct imap *imap = NULL;
	bool has = false;
	int rc;

	*found = TRANSPORT_NO_TELLING;
	*remote_id = NULL;
	if (imap_settings_get(t->c->store, a, t->account.id, &settings, &has, e) != 0)
		return -1;
	if (!has)
		return 0;
	rc = imap_access_open(&o, &t->account, a, &settings, &imap, e);
	if (rc == 0)
		rc = imap_folders_choose(imap, "", a, &folders, e);
	if (rc == 0)
		rc = look_into(imap, &folders, m->message_id, &has, e);
	imap_close(imap);
	if (rc == 0 && has)
		*found = TRANSPORT_FOUND;
	return rc;
}

static void close_line(void *state)
{
	struct transport_smtp *t = state;

	if (!t)
		return;
	drop(t);
	arena_clear(&t->settings_arena);
	arena_clear(&t->arena);
	free(t);
}

int transport_smtp_open(
    struct transport *out, const struct transport_context *c, const struct outbox_message *m, struct err *e)
{
	struct transport_smtp *t = mem_alloc(sizeof *t);
	const char *from = address_normalise(&t->arena, m->from_address);
	bool found = false;
	int rc = 0;

	t->c = c;
	if (from)
		rc = find_account(c, &t->arena, from, &t->account, &t->settings, &found, e);
	if (rc == 0 && !found)
		rc = err_set(e, ERR_CONFIG, "%s: no mail server is set for it (`account smtp`)", m->from_address);
	if (rc != 0) {
		close_line(t);
		return -1;
	}
	*out = (struct transport){.name = "smtp",
	    .server = arena_printf(
	        &t->arena, strchr(t->settings.host, ':') ? "[%s]:%d" : "%s:%d", t->settings.host, t->settings.port),
	    .account_id = t->account.id,
	    .max_recipients = RECIPIENTS_MAX,
	    .finds_by_message_id = true,
	    .open = open_line,
	    .send = send_message,
	    .find = find_sent,
	    .close = close_line,
	    .state = t};
	return 0;
}
