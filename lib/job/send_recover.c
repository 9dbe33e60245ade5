#include "base/log.h"
#include "job/outbox.h"
#include "job/send_log.h"
#include "job/send_work.h"

#include <string.h>

enum {
	LOOK_AGAIN_S = 300,
	LOOK_UP_DAYS = 7,        /* a message that is unknown for longer is a person's to resolve */
	BELIEVE_ABSENCE_S = 900, /* the other side's index may lag behind: no trace of it proves nothing before */
	TEAM_ATTEMPTS = 3,       /* of a team digest that may be sent again without a trace of the first */
};

struct lines {
	struct buf *out;
	int attempt;
};

static void add_line(const struct attempt *a, void *arg)
{
	struct lines *l = arg;

	if (a->attempt == l->attempt)
		send_log_line(l->out, a);
}

int send_note(struct send_work *w, int64_t outbox_id, int attempt, struct err *e)
{
	struct buf out = {0};
	struct lines l = {&out, attempt};
	int rc = attempts_each_of(w->o->store, outbox_id, add_line, &l, e);

	if (rc == 0 && out.len > 0)
		rc = send_log_append(w->log_fd, &out, e);
	buf_clear(&out);
	return rc;
}

static int move_recipients(struct store *s, const struct outbox_message *m, enum recipient_state was,
    enum recipient_state state, struct err *e)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].state == was &&
		    outbox_set_recipient(s, m->id, m->recipients[i].address, state, e) != 0)
			return -1;
	return 0;
}

struct change {
	enum attempt_status was, status;
	enum recipient_state recipient_was, recipient;
	const char *words, *remote_id;
};

/* All that stood one way about a message stands another way, in one transaction and with its lines in the log. */
static int change(struct send_work *w, const struct outbox_message *m, const struct change *c, struct err *e)
{
	struct store *s = w->o->store;
	int64_t now = send_now(w);

	if (store_begin(s, e) != 0)
		return -1;
	if (attempts_change(s, m->id, c->was, c->status, c->words, c->remote_id, now, e) != 0 ||
	    move_recipients(s, m, c->recipient_was, c->recipient, e) != 0 ||
	    outbox_settle(s, m->id, m->next_try_at, now, e) != 0 || store_commit(s, e) != 0) {
		store_rollback(s);
		return -1;
	}
	return send_note(w, m->id, m->attempts, e);
}

/* The process that was sending is gone: its lock is ours. */
static int recover_sending(struct send_work *w, struct arena *a, struct err *e)
{
	const struct change c = {.was = ATTEMPT_SENDING,
	    .status = ATTEMPT_UNKNOWN,
	    .recipient_was = RECIPIENT_SENDING,
	    .recipient = RECIPIENT_UNKNOWN,
	    .words = "the run ended before it noted an answer"};
	struct outbox_message *m;
	int64_t *ids;
	size_t n;

	if (outbox_ids(w->o->store, a, OUTBOX_SENDING, &ids, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (outbox_get(w->o->store, a, ids[i], &m, e) != 0)
			return -1;
		if (!m || m->state != OUTBOX_SENDING)
			continue;
		if (change(w, m, &c, e) != 0)
			return -1;
		send_tell(w, m, SEND_UNKNOWN, NULL, c.words);
	}
	return 0;
}

/* The attempts at a message that got it to somebody, or may have. */
struct traces {
	size_t sent, unknown; /* recipients of all attempts */
	size_t attempts;      /* that are unknown for somebody */
	int last_attempt;
};

static void count_trace(const struct attempt *t, void *arg)
{
	struct traces *c = arg;

	c->sent += t->status == ATTEMPT_SENT;
	if (t->status != ATTEMPT_UNKNOWN)
		return;
	c->unknown++;
	c->attempts += t->attempt != c->last_attempt;
	c->last_attempt = t->attempt;
}

/* A copy of a message proves something about all who are unknown only if each attempt that may have left it was to all
 * of them: the copy may be of an earlier one that the server took for others. */
static int would_prove(
    struct send_work *w, const struct outbox_message *m, size_t unknown_recipients, bool *proves, struct err *e)
{
	struct traces c = {0};

	if (attempts_each_of(w->o->store, m->id, count_trace, &c, e) != 0)
		return -1;
	*proves = c.sent == 0 && c.unknown == c.attempts * unknown_recipients;
	return 0;
}

static int ask_transport(struct send_work *w, struct arena *a, const struct outbox_message *m, const struct attempt *t,
    enum transport_found *found, const char **remote_id, struct err *e)
{
	struct transport_choice choice;
	struct transport transport = {0};
	struct transport_message tm = {.outbox_id = m->id,
	    .kind = m->kind,
	    .from = m->from_address,
	    .message_id = m->message_id,
	    .built_at = m->created_at};
	bool proves = true;
	int rc = 0;

	if (m->token)
		tm.envelope_id = arena_printf(a, "%s.%d", m->token, t->attempt);
	*found = TRANSPORT_NO_TELLING;
	if (transports_choose(&w->context, m, t->transport, &choice, e) != 0)
		return -1;
	if (!choice.chosen || choice.chosen->ready != TRANSPORT_READY)
		return 0;
	if (choice.chosen->kind->open(&transport, &w->context, m, e) != 0)
		return -1;
	tm.recipients = arena_array(a, m->recipient_count, sizeof *tm.recipients);
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].state == RECIPIENT_UNKNOWN)
			tm.recipients[tm.recipient_count++] =
			    (struct transport_recipient){.address = m->recipients[i].address};
	if (transport.finds_by_message_id)
		rc = would_prove(w, m, tm.recipient_count, &proves, e);
	if (rc == 0 && proves && transport.find)
		rc = transport.find(transport.state, a, &tm, found, remote_id, e);
	if (transport.close)
		transport.close(transport.state);
	return rc;
}

static bool may_send_team_again(const struct send_work *w, const struct outbox_message *m)
{
	return strcmp(m->kind, "team") == 0 && m->attempts < TEAM_ATTEMPTS &&
	       config_bool(w->o->config, "MAILROOM_RETRY_UNKNOWN_TEAM");
}

static int apply_found(struct send_work *w, const struct outbox_message *m, const struct attempt *t,
    enum transport_found found, const char *remote_id, struct err *e)
{
	bool is_simulation = strcmp(t->transport, "simulation") == 0;
	struct change c = {.was = ATTEMPT_UNKNOWN, .recipient_was = RECIPIENT_UNKNOWN, .remote_id = remote_id};

	if (found == TRANSPORT_FOUND) {
		c.status = is_simulation ? ATTEMPT_SIMULATED : ATTEMPT_SENT;
		c.recipient = is_simulation ? RECIPIENT_SIMULATED : RECIPIENT_SENT;
		c.words = "looked up: it was sent";
	} else if (found == TRANSPORT_NOT_FOUND &&
	           (is_simulation || send_now(w) - t->started_at >= BELIEVE_ABSENCE_S)) {
		c.status = ATTEMPT_DEFERRED;
		c.recipient = RECIPIENT_WAITING;
		c.words = "looked up: it was not sent";
	} else if (found == TRANSPORT_NO_TELLING && may_send_team_again(w, m)) {
		c.status = ATTEMPT_UNKNOWN;
		c.recipient = RECIPIENT_WAITING;
		c.words = "sent again as MAILROOM_RETRY_UNKNOWN_TEAM says";
	} else {
		return 0;
	}
	if (change(w, m, &c, e) != 0)
		return -1;
	if (found == TRANSPORT_FOUND)
		send_tell(w, m, is_simulation ? SEND_SIMULATED : SEND_SENT, NULL, c.words);
	return 0;
}

/* A message that stays unknown is looked up again when it is twice as old: every run would be a login every few minutes. */
static int look_later(struct send_work *w, const struct outbox_message *m, const struct attempt *t, struct err *e)
{
	int64_t now = send_now(w), age = now - t->started_at;

	return outbox_set_next_look(w->o->store, m->id, now + (age > LOOK_AGAIN_S ? age : LOOK_AGAIN_S), e);
}

/* A look that fails is made again later; the message stays as it is. */
static int look_up(struct send_work *w, struct arena *a, const struct outbox_message *m, struct err *e)
{
	enum transport_found found = TRANSPORT_NO_TELLING;
	const char *remote_id = NULL;
	struct attempt *t;
	struct err trouble = {0};

	if (attempts_open_of(w->o->store, a, m->id, &t, e) != 0)
		return -1;
	if (!t || m->next_try_at > send_now(w) || send_now(w) - t->started_at > LOOK_UP_DAYS * INT64_C(86400))
		return 0;
	if (ask_transport(w, a, m, t, &found, &remote_id, &trouble) != 0) {
		/* Said once by the run that made it unknown; doctor and status remind of it. */
		log_info("outbox %lld: could not be looked up: %s", (long long)m->id, send_log_words(a, trouble.text));
		return look_later(w, m, t, e);
	}
	return look_later(w, m, t, e) == 0 ? apply_found(w, m, t, found, remote_id, e) : -1;
}

static int look_all_up(struct send_work *w, struct arena *a, struct err *e)
{
	struct outbox_message *m;
	int64_t *ids;
	size_t n;

	if (outbox_ids(w->o->store, a, OUTBOX_UNKNOWN, &ids, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (w->o->stop && *w->o->stop)
			return 0;
		if (outbox_get(w->o->store, a, ids[i], &m, e) != 0 || (m && look_up(w, a, m, e) != 0))
			return -1;
	}
	return 0;
}

int send_recover(struct send_work *w, struct err *e)
{
	struct arena a = {0};
	int rc = recover_sending(w, &a, e) == 0 && look_all_up(w, &a, e) == 0 ? 0 : -1;

	arena_clear(&a);
	return rc;
}
