/* Increments: what the mailbox says has happened behind the cursor. */
#include "base/buf.h"
#include "job/labels.h"
#include "job/sync_work.h"
#include "store/remotes.h"
#include "store/sources.h"

#include <stdlib.h>
#include <string.h>

/* The new messages of one page of changes. */
struct fresh {
	const char **ids;
	size_t count;
};

static void remove_id(struct fresh *f, const char *id)
{
	size_t left = 0;

	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->ids[i], id) != 0)
			f->ids[left++] = f->ids[i];
	f->count = left;
}

static int take_added(
    struct sync *s, const struct remote_change *c, struct remote_message *known, struct fresh *f, struct err *e)
{
	bool left_out = s->remote->leaves_out(s->remote, c->labels, c->n_labels);

	if (!known->email_id) {
		if (!left_out)
			f->ids[f->count++] = c->id;
		return 0;
	}
	if (!known->is_deleted)
		return 0;
	known->is_deleted = left_out;
	if (c->n_labels > 0)
		known->labels = labels_text(&s->mb->scratch, c->labels, c->n_labels);
	return intake_update(&s->intake, known, e);
}

static int take_deleted(
    struct sync *s, const struct remote_change *c, struct remote_message *known, struct fresh *f, struct err *e)
{
	struct mailbox *mb = s->mb;

	remove_id(f, c->id);
	if (failed_resolve_place(mb->o->store, mb->account.id, s->cursor.source_id, 0, c->id, mb->o->now, e) != 0)
		return -1;
	if (!known->remote_id || known->is_deleted)
		return 0;
	known->is_deleted = true;
	return intake_update(&s->intake, known, e);
}

static const char *changed_labels(struct arena *a, const struct remote_change *c, const char *old)
{
	switch (c->kind) {
	case REMOTE_LABELS_ADDED: return labels_add(a, old, c->labels, c->n_labels);
	case REMOTE_LABELS_REMOVED: return labels_remove(a, old, c->labels, c->n_labels);
	default: return labels_text(a, c->labels, c->n_labels);
	}
}

/* A message that was left out and is no draft, spam or trash any more is new to us. */
static int take_labels(
    struct sync *s, const struct remote_change *c, struct remote_message *known, struct fresh *f, struct err *e)
{
	struct arena *a = &s->mb->scratch;
	const char *const *labels;
	bool left_out;
	size_t n;

	if (!known->remote_id) {
		if (c->kind == REMOTE_LABELS_REMOVED && s->remote->leaves_out(s->remote, c->labels, c->n_labels))
			f->ids[f->count++] = c->id;
		return 0;
	}
	known->labels = changed_labels(a, c, known->labels);
	labels = labels_split(a, known->labels, &n);
	left_out = s->remote->leaves_out(s->remote, labels, n);
	if (!known->email_id && !left_out) {
		f->ids[f->count++] = c->id;
		return 0;
	}
	known->is_deleted = left_out;
	return intake_update(&s->intake, known, e);
}

static int take_change(struct sync *s, const struct remote_change *c, struct fresh *f, struct err *e)
{
	struct mailbox *mb = s->mb;
	struct remote_message known;

	if (remotes_get(mb->o->store, &mb->scratch, mb->account.id, c->id, &known, e) != 0)
		return -1;
	known.listing = s->cursor.listing;
	switch (c->kind) {
	case REMOTE_ADDED: return take_added(s, c, &known, f, e);
	case REMOTE_DELETED: return take_deleted(s, c, &known, f, e);
	default: return take_labels(s, c, &known, f, e);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_once(struct fresh *f)
{
	size_t left = 0;

	if (f->count > 1)
		qsort(f->ids, f->count, sizeof *f->ids, by_text);
	for (size_t i = 0; i < f->count; i++)
		if (left == 0 || strcmp(f->ids[left - 1], f->ids[i]) != 0)
			f->ids[left++] = f->ids[i];
	f->count = left;
}

/* What concerns known messages, in one transaction; new ones are named in *f. */
static int take_page(struct sync *s, const struct remote_changes *page, struct fresh *f, struct err *e)
{
	int rc = mailbox_begin(s->mb, e);

	f->ids = arena_array(&s->page, page->n, sizeof *f->ids);
	f->count = 0;
	for (size_t i = 0; i < page->n && rc == 0; i++) {
		rc = take_change(s, &page->items[i], f, e);
		arena_reset(&s->mb->scratch);
	}
	if (rc == 0)
		rc = mailbox_commit(s->mb, &s->counts, e);
	if (rc != 0)
		mailbox_rollback(s->mb);
	sort_once(f);
	return rc;
}

static int fetch_page(struct sync *s, const struct remote_changes *page, struct err *e)
{
	struct fresh f;

	if (page->n == 0)
		return 0;
	if (take_page(s, page, &f, e) != 0)
		return -1;
	s->counts.seen += (int64_t)f.count;
	return intake_fetch(&s->intake, f.ids, f.count, e);
}

/* The next page of changes; behind the last one the cursor in memory is where the next run starts. */
static int read_page(struct sync *s, struct buf *token, bool *more, bool *expired, struct err *e)
{
	struct remote_changes page;

	if (mailbox_stopped(s->mb))
		return err_set(e, ERR_TEMPORARY, "stopped; the next run goes on");
	arena_reset(&s->page);
	if (s->remote->changes(
	        s->remote, s->cursor.cursor, token->len > 0 ? buf_str(token) : NULL, &s->page, &page, e) != 0)
		return -1;
	*expired = page.expired;
	if (page.expired)
		return 0;
	if (fetch_page(s, &page, e) != 0)
		return -1;
	*more = page.next_token != NULL;
	buf_reset(token);
	if (*more)
		buf_puts(token, page.next_token);
	else
		s->cursor.cursor = sync_keep(s, page.cursor);
	return 0;
}

int sync_changes(struct sync *s, bool *expired, struct err *e)
{
	int64_t asked_at = mailbox_now(s->mb);
	struct buf token = {0};
	bool more = true;
	int rc = 0;

	*expired = false;
	while (rc == 0 && more && !*expired)
		rc = read_page(s, &token, &more, expired, e);
	buf_clear(&token);
	if (rc != 0 || *expired)
		return rc;
	s->cursor.cursor_at = asked_at;
	if (strcmp(s->cursor.phase, CURSORS_INCREMENT) == 0)
		s->cursor.in_step_at = asked_at;
	return intake_finish(&s->intake, &s->cursor, e);
}
