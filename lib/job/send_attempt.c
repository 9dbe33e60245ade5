#include "job/outbox.h"
#include "job/send_log.h"
#include "job/send_work.h"
#include "store/participants.h"

#include <string.h>

static const int64_t wait_s[] = {5 * 60, 15 * 60, 45 * 60, 2 * 60 * 60};

/* When the message is tried again after so many attempts: later than those in the table the runs of cron decide. */
static int64_t next_try_at(int64_t now, int attempt)
{
	size_t i = (size_t)(attempt > 0 ? attempt - 1 : 0);

	return i < sizeof wait_s / sizeof *wait_s ? now + wait_s[i] : now;
}

static const struct {
	enum attempt_status status;
	enum recipient_state state;
	enum send_what what;
	int weight; /* which of several recipients' outcomes stands for the message */
} outcomes[] = {
    [TRANSPORT_ACCEPTED] = {ATTEMPT_SENT, RECIPIENT_SENT, SEND_SENT, 0},
    [TRANSPORT_TEMPORARY] = {ATTEMPT_DEFERRED, RECIPIENT_DEFERRED, SEND_DEFERRED, 3},
    [TRANSPORT_PERMANENT] = {ATTEMPT_FAILED, RECIPIENT_FAILED, SEND_FAILED, 4},
    [TRANSPORT_ACCOUNT] = {ATTEMPT_ACCOUNT, RECIPIENT_WAITING, SEND_WAITING, 2},
    [TRANSPORT_UNKNOWN] = {ATTEMPT_UNKNOWN, RECIPIENT_UNKNOWN, SEND_UNKNOWN, 5},
    [TRANSPORT_SIMULATED] = {ATTEMPT_SIMULATED, RECIPIENT_SIMULATED, SEND_SIMULATED, 1},
};

static int weight_of(enum send_what what)
{
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		if (outcomes[i].what == what)
			return outcomes[i].weight;
	return 0;
}

static struct attempt attempt_of(const struct send_item *item, const struct transport_recipient *r)
{
	const struct outbox_message *m = item->message;
	struct attempt a = {.outbox_id = m->id,
	    .attempt = item->attempt,
	    .recipient = r->address,
	    .transport = item->route->kind->name,
	    .account_id = item->route->account_id,
	    .server = item->route->server,
	    .message_id = m->message_id,
	    .size_bytes = m->size_bytes,
	    .rendered_at = m->created_at,
	    .started_at = item->started_at};

	memcpy(a.sha256, m->sha256, sizeof a.sha256);
	return a;
}

static struct attempt result_of(struct send_item *item, const struct transport_recipient *r)
{
	struct attempt a = attempt_of(item, r);

	a.finished_at = item->finished_at;
	if (r->sent_message_id)
		a.message_id = r->sent_message_id;
	a.status = outcomes[r->outcome].status;
	a.code = r->code;
	a.enhanced = r->enhanced;
	a.words = r->words;
	a.remote_id = r->remote_id;
	return a;
}

static const struct outbox_recipient *recipient_of(const struct outbox_message *m, const char *address)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		if (strcmp(m->recipients[i].address, address) == 0)
			return &m->recipients[i];
	return NULL;
}

/* A service that sends nothing to an address any more, for it bounced there or complained, would refuse each day's update: the participant
 * is not written to until a person says so. */
static int rest_participant(
    struct send_work *w, const struct send_item *item, const struct transport_recipient *r, struct err *e)
{
	const struct outbox_recipient *to = recipient_of(item->message, r->address);
	struct arena a = {0};
	struct participant p;
	bool found, changed;
	int rc = 0;

	if (!to || !to->participant_id)
		return 0;
	rc = participants_get_by_id(w->o->store, &a, to->participant_id, &p, &found, e);
	if (rc == 0 && found && p.status == PARTICIPANT_ACTIVE)
		rc = participants_set_status(w->o->store, p.id, PARTICIPANT_INACTIVE,
		    arena_printf(&a, "%s sends nothing to %s: %s", item->route->kind->name, r->address,
		        r->words ? r->words : "inactive there"),
		    "digest-send", item->finished_at, &changed, e);
	arena_clear(&a);
	return rc;
}

/* All of an item is on record: within the transaction. */
static int settle(struct send_work *w, struct send_item *item, struct err *e)
{
	struct store *s = w->o->store;
	int64_t id = item->message->id, now = item->finished_at;
	bool stopped;

	for (size_t i = 0; i < item->count; i++) {
		const struct transport_recipient *r = &item->recipients[i];
		struct attempt a = result_of(item, r);
		if (attempts_finish(s, &a, e) != 0 ||
		    outbox_set_recipient(s, id, r->address, outcomes[r->outcome].state, e) != 0)
			return -1;
		if (r->suppressed && rest_participant(w, item, r, e) != 0)
			return -1;
		if (r->outcome == TRANSPORT_ACCOUNT && send_route_is_smtp(item->route) && item->route->account_id &&
		    attempts_stop_account(
		        s, item->route->account_id, r->words ? r->words : "refused", now, &stopped, e) != 0)
			return -1;
	}
	return outbox_settle(s, id, next_try_at(now, item->attempt), now, e);
}

/* An item begins: within the transaction. *changed false: another program has changed the message meanwhile. */
static int begin(struct send_work *w, struct send_item *item, bool *changed, struct err *e)
{
	struct store *s = w->o->store;
	int64_t id = item->message->id;

	if (outbox_begin_attempt(s, id, item->was, item->attempt, item->started_at, changed, e) != 0)
		return -1;
	for (size_t i = 0; *changed && i < item->count; i++) {
		struct attempt a = attempt_of(item, &item->recipients[i]);
		if (attempts_insert(s, &a, e) != 0 ||
		    outbox_set_recipient(s, id, item->recipients[i].address, RECIPIENT_SENDING, e) != 0)
			return -1;
	}
	return 0;
}

static void tell_settled(struct send_work *w, struct send_item *item)
{
	item->is_open = false;
	if (item->is_last)
		send_tell(w, item->message, item->what, item->route, item->words);
}

/* One commit, synced: what became of the item before, and that the next one (NULL: none) is under way. */
static int commit(struct send_work *w, struct send_item *before, struct send_item *next, bool *changed, struct err *e)
{
	struct store *s = w->o->store;

	if (store_begin(s, e) != 0)
		return -1;
	if ((before->is_open && settle(w, before, e) != 0) || (next && begin(w, next, changed, e) != 0) ||
	    store_commit(s, e) != 0) {
		store_rollback(s);
		return -1;
	}
	if (before->is_open)
		tell_settled(w, before);
	return 0;
}

int send_flush(struct send_work *w, struct err *e)
{
	bool changed;

	for (size_t i = 0; i < 2; i++)
		if (w->items[i].is_open && commit(w, &w->items[i], NULL, &changed, e) != 0) {
			/* Not tried once more: it stays "sending", and the next run says "unknown". */
			w->items[i].is_open = false;
			return -1;
		}
	return 0;
}

/* What send itself could not do: nothing went out. */
static void fail_all(struct send_item *item, const struct err *e)
{
	bool may_pass = e->code == ERR_TEMPORARY || e->code == ERR_IO || e->code == ERR_SYSTEM;

	for (size_t i = 0; i < item->count; i++) {
		item->recipients[i] = (struct transport_recipient){.address = item->recipients[i].address,
		    .outcome = may_pass ? TRANSPORT_TEMPORARY : TRANSPORT_PERMANENT,
		    .words = arena_strdup(&item->arena, e->text)};
	}
}

static void add_words(struct send_item *item, const struct transport_recipient *r)
{
	struct arena *a = &item->arena;
	const char *code = r->code ? arena_printf(a, "%d ", r->code) : "";
	const char *enhanced = r->enhanced ? arena_printf(a, "%s ", r->enhanced) : "";

	item->words = arena_printf(a, "%s%s%s: %s%s%s", item->words ? item->words : "", item->words ? "; " : "",
	    r->address, code, enhanced, r->words ? r->words : "no word about it");
}

/* Counts and words of a call; what is wrong with the connection or the account concerns the messages that follow. */
static void weigh(struct send_work *w, struct send_item *item)
{
	bool lost = false;
	const char *account = NULL, *gone = NULL;

	for (size_t i = 0; i < item->count; i++) {
		struct transport_recipient *r = &item->recipients[i];
		bool may_be_there = r->outcome == TRANSPORT_ACCEPTED || r->outcome == TRANSPORT_UNKNOWN;
		r->words = send_log_words(&item->arena, r->words);
		w->t->recipients += may_be_there;
		w->run_left -= w->run_left > 0 && may_be_there;
		w->day_left -= w->day_left > 0 && may_be_there;
		lost |= r->outcome == TRANSPORT_UNKNOWN || (r->outcome == TRANSPORT_TEMPORARY && r->code == 0);
		if (r->outcome == TRANSPORT_ACCOUNT)
			account = r->words ? r->words : "refused";
		/* Without an open that finds it out, every message would wait for who does not answer. */
		if (r->outcome == TRANSPORT_TEMPORARY && r->code == 0 && !item->route->transport.open)
			gone = r->words ? r->words : "nobody answers";
		if (outcomes[r->outcome].weight > weight_of(item->what))
			item->what = outcomes[r->outcome].what;
		if (r->outcome != TRANSPORT_ACCEPTED && r->outcome != TRANSPORT_SIMULATED)
			add_words(item, r);
	}
	if (account || gone)
		send_route_block(w, item->route, account ? account : gone);
	else if (lost)
		send_route_reset(item->route);
}

static int note(struct send_work *w, struct send_item *item, struct err *e)
{
	struct buf lines = {0};
	int rc;

	for (size_t i = 0; i < item->count; i++) {
		struct attempt a = result_of(item, &item->recipients[i]);
		send_log_line(&lines, &a);
	}
	rc = send_log_append(w->log_fd, &lines, e);
	buf_clear(&lines);
	return rc;
}

/* Sends once; the item is then open until the next commit. */
static int transmit(struct send_work *w, struct send_item *item, struct err *e)
{
	const struct outbox_message *m = item->message;
	struct transport_message tm = {.outbox_id = m->id,
	    .kind = m->kind,
	    .from = m->from_address,
	    .message_id = m->message_id,
	    .envelope_id = m->token ? arena_printf(&item->arena, "%s.%d", m->token, item->attempt) : NULL,
	    .bytes = item->bytes.data,
	    .len = item->bytes.len,
	    .recipients = item->recipients,
	    .recipient_count = item->count};
	struct err trouble = {0};

	if (item->route->transport.send(item->route->transport.state, &item->arena, &tm, &trouble) != 0)
		fail_all(item, &trouble);
	item->finished_at = send_now(w);
	item->is_open = true;
	weigh(w, item);
	return note(w, item, e);
}

/* An attempt that did not get as far as the server. */
int send_defer(struct send_work *w, struct send_item *item, struct err *e)
{
	struct store *s = w->o->store;
	bool changed = true;

	item->finished_at = send_now(w);
	for (size_t i = 0; i < item->count; i++) {
		item->recipients[i].outcome = TRANSPORT_TEMPORARY;
		item->recipients[i].words = item->route->blocked;
	}
	if (store_begin(s, e) != 0)
		return -1;
	if (begin(w, item, &changed, e) != 0 || (changed && settle(w, item, e) != 0) || store_commit(s, e) != 0) {
		store_rollback(s);
		return -1;
	}
	if (!changed)
		return 0;
	send_tell(w, item->message, SEND_DEFERRED, item->route, item->route->blocked);
	return note(w, item, e);
}

/* Of several calls, those that come later wait: "ready" between the calls, not "deferred" from before. */
static int make_ready(struct send_work *w, struct send_item *item, struct err *e)
{
	size_t most = item->route->transport.max_recipients;

	if (!most || item->count <= most)
		return 0;
	if (send_flush(w, e) != 0 || store_begin(w->o->store, e) != 0)
		return -1;
	for (size_t i = 0; i < item->count; i++)
		if (outbox_set_recipient(
		        w->o->store, item->message->id, item->recipients[i].address, RECIPIENT_WAITING, e) != 0)
			goto fail;
	if (outbox_settle(w->o->store, item->message->id, 0, send_now(w), e) != 0 || store_commit(w->o->store, e) != 0)
		goto fail;
	item->was = OUTBOX_READY;
	return 0;
fail:
	store_rollback(w->o->store);
	return -1;
}

/* Each call of the attempt: one, but for transports that take few recipients at a time. */
int send_attempt(struct send_work *w, struct send_item *item, struct err *e)
{
	struct transport_recipient *all = item->recipients;
	size_t n = item->count, most = item->route->transport.max_recipients;
	bool changed = false;

	if (make_ready(w, item, e) != 0)
		return -1;
	for (size_t at = 0; at < n; at += item->count) {
		item->recipients = all + at;
		item->count = most && n - at > most ? most : n - at;
		item->is_last = at + item->count == n;
		item->started_at = send_now(w);
		if (commit(w, &w->items[w->at ^ 1], item, &changed, e) != 0)
			return -1;
		if (!changed)
			return 0;
		if (transmit(w, item, e) != 0)
			return -1;
		if (!item->route->is_ready)
			item->is_last = true;
		if (item->is_last)
			break;
		/* The rest waits in the database until its own turn: a kill here leaves it to the next run. */
		if (commit(w, item, NULL, &changed, e) != 0)
			return -1;
		item->was = OUTBOX_READY;
	}
	w->at ^= 1;
	return 0;
}
