/* One remote mailbox: what is due, in which order, and what the database says about it afterwards. */
#include "job/sync_account.h"
#include "base/clock.h"
#include "job/refill_remote.h"
#include "job/rematch.h"
#include "job/sync_work.h"
#include "store/accounts.h"
#include "store/runs.h"
#include "store/sources.h"

#include <string.h>

enum {
	DAY_S = 86400,
	BACKOFF_FIRST_S = 120,
	BACKOFF_MOST_S = 3600,
	HEALTH_EVERY_S = 3600,
	KEEP_EMPTY_RUNS_S = 7 * DAY_S
};

const char *sync_keep(struct sync *s, const char *text)
{
	return arena_strdup(&s->mb->strings, text);
}

static int source_row(struct sync *s, int64_t *id, struct err *e)
{
	struct mailbox *mb = s->mb;
	struct source_row row;

	if (sources_get(mb->o->store, &mb->strings, mb->account.id, s->remote->kind, &row, e) != 0)
		return -1;
	*id = row.id;
	if (row.id)
		return 0;
	return sources_insert(mb->o->store, mb->account.id, s->remote->kind, s->remote->kind, "", id, e);
}

static int put_cursor(struct sync *s, struct err *e)
{
	struct mailbox *mb = s->mb;

	if (mailbox_begin(mb, e) != 0)
		return -1;
	if (source_row(s, &s->cursor.source_id, e) == 0 &&
	    cursors_put(mb->o->store, mb->account.id, &s->cursor, e) == 0 && store_commit(mb->o->store, e) == 0)
		return 0;
	mailbox_rollback(mb);
	return -1;
}

/* The cursor is taken before the first page: what comes during the listing lies behind it. */
static int begin_listing(struct sync *s, struct err *e)
{
	bool is_first = s->cursor.source_id == 0;
	const char *cursor;
	int64_t total;

	if (s->remote->cursor(s->remote, &s->page, &cursor, &total, e) != 0)
		return -1;
	s->cursor = (struct cursor){.source_id = s->cursor.source_id,
	    .phase = is_first ? CURSORS_PEOPLE : CURSORS_RECONCILE,
	    .cursor = sync_keep(s, cursor),
	    .cursor_at = mailbox_now(s->mb),
	    .listing = s->cursor.listing + 1,
	    .since = is_first ? s->o->since : s->cursor.since,
	    .total = total,
	    .begun_at = mailbox_now(s->mb),
	    .in_step_at = s->cursor.in_step_at};
	arena_reset(&s->page);
	return put_cursor(s, e);
}

/* Another --since than before: a backfill under way begins again, one that is done does when it did not go back far enough. */
static int heed_since(struct sync *s, struct err *e)
{
	struct cursor *c = &s->cursor;
	bool is_done = strcmp(c->phase, CURSORS_INCREMENT) == 0;

	if (strcmp(c->phase, CURSORS_RECONCILE) == 0 || s->o->since == c->since || (is_done && s->o->since > c->since))
		return 0;
	c->phase = CURSORS_PEOPLE;
	c->since = s->o->since;
	c->people_after = c->page_token = NULL;
	c->listed = c->finished_at = 0;
	c->begun_at = mailbox_now(s->mb);
	return put_cursor(s, e);
}

static bool is_listing(const struct sync *s)
{
	return strcmp(s->cursor.phase, CURSORS_INCREMENT) != 0;
}

/* One row of email_sync_runs. */
struct part {
	const char *kind;
	bool begin;    /* a new listing */
	bool list;     /* go on with the listing */
	bool *expired; /* out */
};

static int do_part(struct sync *s, const struct part *p, struct err *e)
{
	struct remote_stats at_start = s->remote->stats(s->remote);
	struct rematch_counts again;
	int64_t filled = 0;

	if (p->begin && begin_listing(s, e) != 0)
		return -1;
	if (intake_open(&s->intake, s->mb, s->remote, &s->cursor, &s->counts, e) != 0)
		return -1;
	s->intake.at_start = at_start;
	if (p->list && sync_listing(s, e) != 0)
		return -1;
	if (sync_changes(s, p->expired, e) != 0)
		return -1;
	if (rematch_marked(s->mb, &again, e) != 0)
		return -1;
	s->counts.matched += again.gained;
	s->counts.attachments += again.attachments;
	return refill_remote(s->mb, &s->mb->account, s->remote, false, &filled, &s->counts.attachments, e);
}

static void add_counts(struct run_counts *to, const struct run_counts *c)
{
	to->seen += c->seen;
	to->stored += c->stored;
	to->known += c->known;
	to->matched += c->matched;
	to->failed += c->failed;
	to->skipped += c->skipped;
	to->attachments += c->attachments;
	to->requests += c->requests;
	to->units += c->units;
}

static int run_part(struct sync *s, const struct part *p, struct run_counts *total, struct err *e)
{
	struct err end = {0};
	int rc;

	s->counts = (struct run_counts){0};
	if (mailbox_begin_run(s->mb, p->kind, NULL, e) != 0)
		return -1;
	rc = do_part(s, p, e);
	if (s->intake.remote)
		intake_count_requests(&s->intake);
	intake_close(&s->intake);
	if (mailbox_end_run(s->mb, &s->counts, e, &end) != 0 && rc == 0) {
		*e = end;
		rc = -1;
	}
	add_counts(total, &s->counts);
	return rc;
}

static bool is_stale(const struct sync *s)
{
	return s->o->stale_days > 0 && s->cursor.cursor_at < s->mb->o->now - (int64_t)s->o->stale_days * DAY_S;
}

/* Changes first, also while a listing is under way: new mail does not wait for old mail. */
static int run_parts(struct sync *s, struct run_counts *total, struct err *e)
{
	bool lost = s->cursor.source_id == 0 || is_stale(s), ignored;

	if (!lost && heed_since(s, e) != 0)
		return -1;
	if (!lost && run_part(s, &(struct part){.kind = "increment", .expired = &lost}, total, e) != 0)
		return -1;
	if (!lost && !is_listing(s))
		return 0;
	struct part listing = {.begin = lost, .list = true, .expired = &ignored};
	listing.kind = s->cursor.source_id != 0 && (lost || strcmp(s->cursor.phase, CURSORS_RECONCILE) == 0)
	                   ? "reconcile"
	                   : "backfill";
	return run_part(s, &listing, total, e);
}

static int note_end(struct sync *s, const struct err *why, struct err *e)
{
	struct mailbox *mb = s->mb;
	const struct account *a = &mb->account;
	int64_t now = mailbox_now(mb), wait = BACKOFF_FIRST_S, failures = why->code ? s->failures + 1 : 0, next = 0;
	bool is_imap = strcmp(a->provider, ACCOUNTS_IMAP) == 0;

	if (!why->code && a->last_ok_at > now - HEALTH_EVERY_S && !a->last_error_at && !s->failures && !is_imap)
		return 0;
	for (int64_t i = 1; i < failures && wait < BACKOFF_MOST_S; i++)
		wait *= 2;
	if (is_imap)
		next = now + (failures == 0 ? s->o->imap_poll_s : wait < BACKOFF_MOST_S ? wait : BACKOFF_MOST_S);
	if (mailbox_begin(mb, e) != 0)
		return -1;
	if (accounts_set_health(mb->o->store, a->id, why->code ? why->text : NULL, now, e) == 0 &&
	    cursors_delay(mb->o->store, a->id, failures, next, e) == 0 &&
	    runs_prune(mb->o->store, a->id, now - KEEP_EMPTY_RUNS_S, e) == 0 && store_commit(mb->o->store, e) == 0)
		return 0;
	mailbox_rollback(mb);
	return -1;
}

static bool is_too_early(const struct sync *s)
{
	return !s->o->mailbox.address && s->next_at > s->mb->o->now;
}

static int capture(struct sync *s, struct sync_result *r, struct err *e)
{
	const struct mailbox_options *o = s->mb->o;

	if (cursors_get(o->store, &s->mb->strings, s->mb->account.id, &s->cursor, e) != 0 ||
	    cursors_get_delay(o->store, s->mb->account.id, &s->failures, &s->next_at, e) != 0)
		return -1;
	r->is_delayed = is_too_early(s);
	if (r->is_delayed)
		return 0;
	if (o->remotes->open(o->remotes->arg, o->store, &s->mb->account, &s->remote, e) != 0)
		return -1;
	return run_parts(s, &r->counts, e);
}

/* With the mailbox open. */
static void work(struct sync *s, struct sync_result *r)
{
	struct err end = {0};

	if (capture(s, r, &r->err) == 0)
		r->err = (struct err){0};
	r->is_cut = r->err.code && mailbox_stopped(s->mb);
	if (!r->is_delayed && !r->is_cut && note_end(s, &r->err, &end) != 0 && !r->err.code)
		r->err = end;
}

void sync_account(const struct sync_options *o, const char *address, struct sync_result *r)
{
	struct sync_options mine = *o;
	struct mailbox_options mo = o->mailbox;
	struct mailbox mb;
	struct sync s = {.o = &mine, .mb = &mb};

	*r = (struct sync_result){0};
	mo.address = address;
	if (store_open(o->database, STORE_WRITE, &mo.store, &r->err) != 0)
		return;
	if (mailbox_open(&mb, &mo, &r->err) == 0) {
		if (mine.max == 0 && strcmp(mb.account.provider, ACCOUNTS_IMAP) == 0)
			mine.max = o->imap_max;
		s.left = mine.max;
		work(&s, r);
	}
	if (s.remote)
		s.remote->close(s.remote);
	arena_clear(&s.page);
	mailbox_close(&mb);
	store_close(mo.store);
}
