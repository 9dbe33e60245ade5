#include "job/import.h"

#include "base/clock.h"
#include "base/mem.h"
#include "job/pipeline.h"
#include "job/rematch.h"
#include "job/source.h"
#include "store/sources.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A batch is one transaction: large, since the full-text index is written in one piece at its end; short, since a kill loses it and
 * other programs wait for it. */
enum { BATCH_BYTES = 64 * 1024 * 1024, BATCH_MESSAGES = 8192, BATCH_CHECK = 64 };
/* The place of a failure that is the file itself. */
enum { WHOLE_FILE = -1 };

static const double batch_s = 4, progress_s = 0.2;

struct import {
	struct mailbox *mailbox;
	struct source *source;
	struct pipeline *pipeline;   /* reads the source ahead of us ... */
	struct source_cursor cursor; /* ... so this is how far we are */
	int64_t done, total;         /* and this, for progress */
	struct source_row row;
	struct run_counts counts; /* of this path */
	int64_t bytes;
	double progress_at_s;
	bool has_failed_items; /* places in this source that failed before */
	bool cut_short;        /* what follows a failed place cannot be read in this run */
};

static void show_progress(struct import *im)
{
	const struct mailbox_options *o = im->mailbox->o;
	double now = clock_monotonic_s();
	struct mailbox_progress p = {.messages = im->counts.seen,
	    .bytes = im->bytes,
	    .done = im->done,
	    .total = im->total,
	    .elapsed_s = now - im->mailbox->started_s};

	if (!o->progress || now < im->progress_at_s)
		return;
	im->progress_at_s = now + progress_s;
	o->progress(&p, o->progress_arg);
}

static int note_failure(struct import *im, const struct pipeline_item *item, const char *reason, struct err *e)
{
	struct mailbox *mb = im->mailbox;

	im->counts.failed++;
	if (mb->o->dry_run)
		return 0;
	return failed_put(mb->o->store, mb->account.id, im->row.id, item->offset, item->name, (int64_t)item->size_bytes,
	    reason, mb->o->now, e);
}

static int store_item(struct import *im, const struct pipeline_item *item, struct err *e)
{
	struct mailbox *mb = im->mailbox;
	struct capture_place place = {im->row.id, item->offset, item->name};
	struct capture_result result;
	int rc;

	rc = mb->o->dry_run ? capture_preview(mb->capture, &mb->scratch, &item->in, &result, e)
	                    : capture_store(mb->capture, &mb->scratch, &item->in, &place, &result, e);
	if (rc != 0)
		return -1;
	im->counts.stored += result.is_stored;
	im->counts.known += !result.is_stored;
	im->counts.matched += result.is_stored && result.is_matched;
	if (im->has_failed_items && !mb->o->dry_run)
		return failed_resolve_place(
		    mb->o->store, mb->account.id, im->row.id, item->offset, item->name, mb->o->now, e);
	return 0;
}

static int take_item(struct import *im, const struct pipeline_item *item, struct err *e)
{
	int rc;

	im->counts.seen++;
	im->bytes += (int64_t)item->size_bytes;
	im->cut_short = im->cut_short || item->is_last;
	rc = item->failure ? note_failure(im, item, item->failure, e) : store_item(im, item, e);
	arena_reset(&im->mailbox->scratch);
	return rc;
}

/* The next message from the pipeline, and how far that brings us. */
static int next_item(struct import *im, const struct pipeline_item **item, bool *more, struct err *e)
{
	if (pipeline_next(im->pipeline, item, more, e) != 0)
		return -1;
	im->cursor = (*item)->cursor;
	im->done = (*item)->done;
	im->total = (*item)->total;
	return 0;
}

/* Reads one batch; *more is false at the end of the source. */
static int read_batch(struct import *im, bool *more, struct err *e)
{
	double until = clock_monotonic_s() + batch_s;
	int64_t bytes_until = im->bytes + BATCH_BYTES;
	const struct pipeline_item *item;

	for (size_t n = 1; n <= BATCH_MESSAGES && im->bytes < bytes_until; n++) {
		if (next_item(im, &item, more, e) != 0)
			return -1;
		if (!*more)
			return 0;
		if (take_item(im, item, e) != 0)
			return err_prefix(e, "%s", im->source->path);
		if (item->is_last) {
			*more = false;
			return 0;
		}
		if (n % BATCH_CHECK == 0) {
			show_progress(im);
			if (clock_monotonic_s() >= until || mailbox_stopped(im->mailbox))
				return 0;
		}
	}
	return 0;
}

/* The cursor moves in the transaction that holds what it covers. */
static int keep_cursor(struct import *im, bool more, struct err *e)
{
	struct store *s = im->mailbox->o->store;

	if (im->mailbox->o->dry_run)
		return 0;
	im->row.cursor_offset = im->cursor.offset;
	memcpy(im->row.prefix_hash, im->cursor.hash, sizeof im->row.prefix_hash);
	im->row.messages = im->counts.seen - im->cut_short;
	if (sources_advance(s, &im->row, e) != 0)
		return -1;
	if (more || im->cut_short)
		return 0;
	const struct source_identity *id = &im->source->identity;
	im->row.device = id->device;
	im->row.inode = id->inode;
	im->row.size_bytes = id->size_bytes;
	im->row.mtime_ns = id->mtime_ns;
	im->row.ctime_ns = id->ctime_ns;
	return sources_complete(s, &im->row, im->mailbox->o->now, e);
}

static int read_batches(struct import *im, struct err *e)
{
	struct run_counts committed;
	bool more = true;

	while (more) {
		committed = im->counts;
		if (mailbox_stopped(im->mailbox))
			return err_set(e, ERR_TEMPORARY, "%s: stopped; run it again to go on", im->source->path);
		if (mailbox_begin(im->mailbox, e) != 0)
			return -1;
		if (read_batch(im, &more, e) != 0 || keep_cursor(im, more, e) != 0 ||
		    mailbox_commit(im->mailbox, &im->counts, e) != 0) {
			mailbox_rollback(im->mailbox);
			im->counts = committed;
			return -1;
		}
	}
	return 0;
}

static int read_source(struct import *im, struct err *e)
{
	struct mailbox *mb = im->mailbox;
	int rc;

	if (pipeline_start(im->source, mb->parser, &mb->o->message, mb->account.id, &im->pipeline, e) != 0)
		return -1;
	rc = read_batches(im, e);
	pipeline_stop(im->pipeline);
	return rc;
}

static const char *keep_name(const struct import *im)
{
	return im->mailbox->o->keep_all ? "all" : "matched";
}

static bool is_unchanged(const struct import *im)
{
	const struct source_identity *id = &im->source->identity;
	const struct source_row *row = &im->row;

	return row->is_complete && strcmp(row->keep, keep_name(im)) == 0 && row->device == id->device &&
	       row->inode == id->inode && row->size_bytes == id->size_bytes && row->mtime_ns == id->mtime_ns &&
	       row->ctime_ns == id->ctime_ns;
}

/* What lies before the cursor counts as known, or as failed where it still is. */
static int count_known(struct import *im, struct err *e)
{
	int64_t all, failed;

	if (failed_count(im->mailbox->o->store, im->mailbox->account.id, im->row.id, im->row.cursor_offset, &all,
	        &failed, e) != 0)
		return -1;
	if (failed > im->row.messages)
		failed = im->row.messages;
	im->counts.seen = im->row.messages;
	im->counts.failed = failed;
	im->counts.known = im->row.messages - failed;
	return 0;
}

static int new_row(struct import *im, struct err *e)
{
	struct mailbox *mb = im->mailbox;

	im->row.keep = keep_name(im);
	if (mb->o->dry_run)
		return 0;
	return sources_insert(mb->o->store, mb->account.id, source_kind_name(im->source->kind), im->source->path,
	    im->row.keep, &im->row.id, e);
}

/* From the cursor where what lies before it is unchanged, else from the start. */
static int find_start(struct import *im, struct err *e)
{
	struct mailbox *mb = im->mailbox;
	struct source_cursor c = {.offset = im->row.cursor_offset};
	bool resumed = false;
	int64_t failed, before;

	if (im->row.id == 0)
		return new_row(im, e);
	if (failed_count(mb->o->store, mb->account.id, im->row.id, im->row.cursor_offset, &failed, &before, e) != 0)
		return -1;
	im->has_failed_items = failed > 0;
	/* The file itself can be read now. */
	if (failed > 0 && !mb->o->dry_run &&
	    failed_resolve_place(mb->o->store, mb->account.id, im->row.id, WHOLE_FILE, NULL, mb->o->now, e) != 0)
		return -1;
	memcpy(c.hash, im->row.prefix_hash, sizeof c.hash);
	if (strcmp(im->row.keep, keep_name(im)) == 0 && im->source->resume(im->source, &c, &resumed, e) != 0)
		return -1;
	if (resumed)
		return count_known(im, e);
	im->row.messages = 0;
	im->row.cursor_offset = 0;
	if (mb->o->dry_run)
		return 0;
	return sources_restart(mb->o->store, im->row.id, source_kind_name(im->source->kind), keep_name(im), e);
}

static int start_source(struct import *im, struct err *e)
{
	if (mailbox_begin(im->mailbox, e) != 0)
		return -1;
	if (find_start(im, e) == 0 && (im->mailbox->o->dry_run || store_commit(im->mailbox->o->store, e) == 0))
		return 0;
	mailbox_rollback(im->mailbox);
	return -1;
}

static int read_open_source(struct import *im, struct err *e)
{
	struct mailbox *mb = im->mailbox;

	if (sources_get(mb->o->store, &mb->strings, mb->account.id, im->source->path, &im->row, e) != 0)
		return -1;
	if (is_unchanged(im))
		return count_known(im, e);
	if (start_source(im, e) != 0)
		return -1;
	return read_source(im, e);
}

/* The file itself cannot be read: that is one failed item. */
static int note_unreadable(struct import *im, const char *path, const struct err *why, struct err *e)
{
	struct mailbox *mb = im->mailbox;
	struct pipeline_item item = {.offset = WHOLE_FILE};

	im->counts.seen++;
	if (mailbox_begin(mb, e) != 0)
		return -1;
	if (sources_get(mb->o->store, &mb->strings, mb->account.id, path, &im->row, e) == 0 &&
	    (im->row.id || mb->o->dry_run ||
	        sources_insert(mb->o->store, mb->account.id, "mbox", path, keep_name(im), &im->row.id, e) == 0) &&
	    note_failure(im, &item, why->text, e) == 0 && (mb->o->dry_run || store_commit(mb->o->store, e) == 0))
		return 0;
	mailbox_rollback(mb);
	return -1;
}

int import_path(struct mailbox *mb, const char *path, struct run_counts *counts, struct err *e)
{
	struct import im = {.mailbox = mb};
	size_t max_bytes = mb->o->message.limits ? mb->o->message.limits->raw_bytes : message_default_limits.raw_bytes;
	struct err why = {0};
	int rc;

	if (source_open(path, max_bytes, &im.source, &why) != 0) {
		rc = note_unreadable(&im, path, &why, e);
	} else {
		rc = read_open_source(&im, e);
		im.source->close(im.source);
	}
	*counts = im.counts;
	return rc;
}

static void add_counts(struct run_counts *to, const struct run_counts *c)
{
	to->seen += c->seen;
	to->stored += c->stored;
	to->known += c->known;
	to->matched += c->matched;
	to->failed += c->failed;
	to->attachments += c->attachments;
}

/* One path, one run. It also matches again what the new mail has changed. */
static int run_path(struct mailbox *mb, const char *given, struct run_counts *counts, struct err *e)
{
	char *path = realpath(given, NULL);
	struct rematch_counts again = {0};
	struct run_counts here = {0};
	struct err end = {0};
	int rc;

	if (!path)
		return err_errno(e, "%s", given);
	rc = mailbox_begin_run(mb, "import", path, e);
	if (rc == 0) {
		rc = import_path(mb, path, &here, e);
		if (rc == 0)
			rc = rematch_marked(mb, &again, e);
		here.matched += again.gained;
		here.attachments += again.attachments;
		if (mailbox_end_run(mb, &here, e, &end) != 0 && rc == 0) {
			*e = end;
			rc = -1;
		}
	}
	add_counts(counts, &here);
	free(path);
	return rc;
}

int import_run(const struct mailbox_options *o, char *const *paths, size_t n, struct run_counts *counts, struct err *e)
{
	struct mailbox mb;
	int rc;

	*counts = (struct run_counts){0};
	for (size_t i = 0; i < n; i++)
		if (access(paths[i], F_OK) != 0)
			return err_errno(e, "%s", paths[i]);
	rc = mailbox_open(&mb, o, e);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = run_path(&mb, paths[i], counts, e);
	mailbox_close(&mb);
	return rc;
}
