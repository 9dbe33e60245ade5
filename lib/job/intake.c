#include "job/intake.h"

#include "base/clock.h"
#include "base/mem.h"
#include "job/incoming.h"
#include "job/labels.h"
#include "store/sources.h"

#include <stdlib.h>
#include <string.h>

/* One transaction: large, since it ends with a sync of the disk and a piece of the full-text index; small in memory; and soon,
 * since a kill loses it. */
enum { BATCH_BYTES = 4 * 1024 * 1024, BATCH_MESSAGES = 500 };

static const double batch_s = 4;

int intake_open(struct intake *in, struct mailbox *mb, struct remote *remote, const struct cursor *c,
    struct run_counts *counts, struct err *e)
{
	int64_t all, before;

	*in = (struct intake){.mb = mb,
	    .remote = remote,
	    .counts = counts,
	    .source_id = c->source_id,
	    .listing = c->listing,
	    .at_start = remote->stats(remote)};
	if (failed_count(mb->o->store, mb->account.id, c->source_id, 0, &all, &before, e) != 0)
		return -1;
	in->has_failed_items = all > 0;
	return 0;
}

void intake_close(struct intake *in)
{
	free(in->items);
	arena_clear(&in->held);
	*in = (struct intake){0};
}

static int note_failure(struct intake *in, const struct remote_item *item, const char *reason, struct err *e)
{
	struct mailbox *mb = in->mb;

	in->counts->failed++;
	in->has_failed_items = true;
	return failed_put(
	    mb->o->store, mb->account.id, in->source_id, 0, item->id, (int64_t)item->raw_len, reason, mb->o->now, e);
}

static int resolve(struct intake *in, const char *id, struct err *e)
{
	struct mailbox *mb = in->mb;

	if (!in->has_failed_items)
		return 0;
	return failed_resolve_place(mb->o->store, mb->account.id, in->source_id, 0, id, mb->o->now, e);
}

/* A draft, spam or trash: remembered, so that it is not fetched again for nothing. */
static int leave_out(struct intake *in, const struct remote_message *m, struct err *e)
{
	in->counts->skipped++;
	return remotes_put(in->mb->o->store, in->mb->account.id, m, in->mb->o->now, e);
}

static int store_message(struct intake *in, const struct remote_item *item, struct remote_message *m, struct err *e)
{
	struct mailbox *mb = in->mb;
	struct capture_place place = {.source_id = in->source_id};
	struct capture_result result;
	struct incoming message;
	struct err why = {0};

	if (incoming_read(mb->parser, &mb->scratch, item->raw, item->raw_len, &mb->o->message, mb->account.id, &message,
	        &why) != 0)
		return note_failure(in, item, why.text, e);
	incoming_set_remote(&mb->scratch, &message, mb->account.id, item->thread_id, *m->labels ? m->labels : NULL);
	if (capture_store(mb->capture, &mb->scratch, &message, &place, &result, e) != 0)
		return -1;
	in->counts->stored += result.is_stored;
	in->counts->known += !result.is_stored;
	in->counts->matched += result.is_stored && result.is_matched;
	m->email_id = result.email_id;
	if (remotes_put(mb->o->store, mb->account.id, m, mb->o->now, e) != 0 ||
	    remotes_update_sighting(mb->o->store, mb->account.id, m->email_id, item->id, item->thread_id,
	        in->remote->is_sent(in->remote, item->labels, item->n_labels), mb->o->now, e) != 0)
		return -1;
	return resolve(in, item->id, e);
}

static int store_item(struct intake *in, const struct remote_item *item, struct err *e)
{
	struct remote_message m = {.remote_id = item->id, .received_at = item->received_at, .listing = in->listing};

	if (item->outcome == REMOTE_FAILED)
		return note_failure(in, item, item->why.text, e);
	if (item->outcome == REMOTE_GONE && !in->gone_is_final)
		return note_failure(in, item, "the mailbox no longer has it (404)", e);
	if (item->outcome == REMOTE_GONE) {
		in->counts->skipped++;
		return resolve(in, item->id, e);
	}
	m.labels = labels_text(&in->mb->scratch, item->labels, item->n_labels);
	m.is_deleted = in->remote->leaves_out(in->remote, item->labels, item->n_labels);
	if (m.is_deleted)
		return leave_out(in, &m, e) == 0 ? resolve(in, item->id, e) : -1;
	return store_message(in, item, &m, e);
}

int intake_update(struct intake *in, const struct remote_message *m, struct err *e)
{
	struct mailbox *mb = in->mb;

	if (remotes_put(mb->o->store, mb->account.id, m, mb->o->now, e) != 0)
		return -1;
	if (!m->email_id)
		return 0;
	return remotes_update_sighting(
	    mb->o->store, mb->account.id, m->email_id, m->remote_id, NULL, false, mb->o->now, e);
}

static int store_held(struct intake *in, struct err *e)
{
	for (size_t i = 0; i < in->count; i++) {
		if (store_item(in, &in->items[i], e) != 0)
			return err_prefix(e, "message %s", in->items[i].id);
		arena_reset(&in->mb->scratch);
	}
	return 0;
}

void intake_count_requests(struct intake *in)
{
	struct remote_stats now = in->remote->stats(in->remote);

	in->counts->requests += now.requests - in->at_start.requests;
	in->counts->units += now.units - in->at_start.units;
	in->at_start = now;
}

int intake_finish(struct intake *in, const struct cursor *c, struct err *e)
{
	struct mailbox *mb = in->mb;
	struct run_counts before;
	int rc;

	intake_count_requests(in);
	before = *in->counts;
	if (mailbox_begin(mb, e) != 0)
		return -1;
	rc = store_held(in, e);
	if (rc == 0 && c)
		rc = cursors_put(mb->o->store, mb->account.id, c, e);
	if (rc == 0)
		rc = mailbox_commit(mb, in->counts, e);
	if (rc != 0) {
		mailbox_rollback(mb);
		*in->counts = before;
	}
	in->count = in->bytes = 0;
	arena_reset(&in->held);
	return rc;
}

static void show_progress(const struct intake *in)
{
	const struct mailbox_options *o = in->mb->o;
	struct mailbox_progress p = {
	    .messages = in->counts->stored + in->counts->known, .elapsed_s = clock_monotonic_s() - in->mb->started_s};

	if (o->progress)
		o->progress(&p, o->progress_arg);
}

static const char *const *keep_labels(struct arena *a, const struct remote_item *item)
{
	const char **out = arena_array(a, item->n_labels, sizeof *out);

	for (size_t i = 0; i < item->n_labels; i++)
		out[i] = arena_strdup(a, item->labels[i]);
	return out;
}

static void hold(struct intake *in, const struct remote_item *item)
{
	struct remote_item *kept;

	if (in->count == in->cap) {
		in->cap = in->cap ? in->cap * 2 : 64;
		in->items = mem_realloc(in->items, in->cap, sizeof *in->items);
	}
	if (in->count == 0)
		in->since_s = clock_monotonic_s();
	kept = &in->items[in->count++];
	*kept = *item;
	kept->id = arena_strdup(&in->held, item->id);
	kept->thread_id = item->thread_id ? arena_strdup(&in->held, item->thread_id) : NULL;
	kept->raw = item->raw ? arena_strndup(&in->held, item->raw, item->raw_len) : NULL;
	kept->labels = keep_labels(&in->held, item);
	in->bytes += item->raw_len;
}

static int take(const struct remote_item *item, void *arg, struct err *e)
{
	struct intake *in = arg;

	hold(in, item);
	if (in->bytes < BATCH_BYTES && in->count < BATCH_MESSAGES && clock_monotonic_s() - in->since_s < batch_s)
		return 0;
	if (intake_finish(in, NULL, e) != 0)
		return -1;
	show_progress(in);
	if (mailbox_stopped(in->mb))
		return err_set(e, ERR_TEMPORARY, "stopped; the next run goes on");
	return 0;
}

int intake_fetch(struct intake *in, const char *const *ids, size_t n, struct err *e)
{
	struct err again = {0};
	int rc;

	if (n == 0)
		return 0;
	rc = in->remote->fetch(in->remote, ids, n, take, in, e);
	if (rc != 0 && in->count > 0 && intake_finish(in, NULL, &again) != 0 && e->code == ERR_NONE)
		*e = again;
	return rc;
}
