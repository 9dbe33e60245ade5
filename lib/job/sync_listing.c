/* Listings: a backfill, or a reconciliation with a mailbox that has forgotten what changed. */
#include "base/buf.h"
#include "base/mem.h"
#include "job/sync_work.h"
#include "store/match_data.h"
#include "store/remotes.h"

#include <stdlib.h>
#include <string.h>

/* Each person is asked for three times (from, to, cc), and the query is part of an address of at most some 8 KB. */
enum { PEOPLE_AT_ONCE = 20, SWEEP_AT_ONCE = 1000 };

static int stopped(struct err *e)
{
	return err_set(e, ERR_TEMPORARY, "stopped; the next run goes on");
}

/* A message that was listed: fetched when it is new to us (*wanted), else it is there, whatever we thought. */
static int take_ref(struct sync *s, const char *id, bool *wanted, struct err *e)
{
	struct mailbox *mb = s->mb;
	struct remote_message known;

	if (remotes_get(mb->o->store, &mb->scratch, mb->account.id, id, &known, e) != 0)
		return -1;
	*wanted = !known.remote_id || (!known.email_id && known.listing < s->cursor.listing);
	if (*wanted)
		return 0;
	/* What this listing has shown before (mail of the people; a page again, after a kill) is not counted twice. */
	if (known.listing == s->cursor.listing && (!known.email_id || !known.is_deleted))
		return 0;
	s->counts.seen++;
	s->counts.known++;
	known.listing = s->cursor.listing;
	known.is_deleted = false;
	return intake_update(&s->intake, &known, e);
}

/* *done: the whole page was looked at, not only as much as o->max allows. */
static int take_page(
    struct sync *s, const struct remote_page *page, const char **ids, size_t *count, bool *done, struct err *e)
{
	int rc = mailbox_begin(s->mb, e);

	*count = 0;
	*done = true;
	for (size_t i = 0; i < page->n && rc == 0; i++) {
		bool wanted;
		if (s->o->max > 0 && s->left == 0) {
			*done = false;
			break;
		}
		rc = take_ref(s, page->refs[i].id, &wanted, e);
		arena_reset(&s->mb->scratch);
		if (rc == 0 && wanted) {
			s->counts.seen++;
			ids[(*count)++] = page->refs[i].id;
			s->left--;
		}
	}
	if (rc == 0)
		rc = mailbox_commit(s->mb, &s->counts, e);
	if (rc != 0)
		mailbox_rollback(s->mb);
	return rc;
}

/* One page of the listing; *last says whether there is none behind it. The page token moves with the page's last messages. */
static int list_page(struct sync *s, struct remote_query *q, bool *last, struct err *e)
{
	struct remote_page page;
	const char **ids;
	size_t n;
	bool done;

	arena_reset(&s->page);
	q->page_token = s->cursor.page_token;
	q->page_size = s->o->page_size;
	q->since = s->cursor.since;
	if (s->remote->list(s->remote, q, &s->page, &page, e) != 0)
		return -1;
	*last = !page.token_expired && !page.next_token;
	ids = arena_array(&s->page, page.n, sizeof *ids);
	if (take_page(s, &page, ids, &n, &done, e) != 0 || intake_fetch(&s->intake, ids, n, e) != 0)
		return -1;
	if (!done) {
		*last = false;
		return intake_finish(&s->intake, NULL, e);
	}
	s->cursor.page_token = page.next_token ? sync_keep(s, page.next_token) : NULL;
	if (!q->people && s->cursor.since != INT64_MIN && page.total >= 0)
		s->cursor.total = page.total;
	if (!q->people)
		s->cursor.listed = page.token_expired ? 0 : s->cursor.listed + (int64_t)page.n;
	return *last ? 0 : intake_finish(&s->intake, &s->cursor, e);
}

/* All pages, until the end or o->max (*last false). */
static int list_pages(struct sync *s, struct remote_query *q, bool *last, struct err *e)
{
	*last = false;
	while (!*last) {
		if (mailbox_stopped(s->mb))
			return stopped(e);
		if (list_page(s, q, last, e) != 0)
			return -1;
		if (s->o->max > 0 && s->left == 0)
			return 0;
	}
	return 0;
}

/* The addresses and domains of the people on record. */
struct people {
	char **items;
	size_t count, cap;
};

static void add_person(const struct match_row *row, void *arg)
{
	struct people *p = arg;

	if (p->count == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 256;
		p->items = mem_realloc(p->items, p->cap, sizeof *p->items);
	}
	p->items[p->count++] = mem_strdup(row->key);
}

static void people_clear(struct people *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->items[i]);
	free(p->items);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int read_people(struct sync *s, struct people *p, struct err *e)
{
	struct store *st = s->mb->o->store;

	*p = (struct people){0};
	if (match_data_each_address(st, add_person, p, e) != 0 || match_data_each_domain(st, add_person, p, e) != 0)
		return -1;
	if (p->count > 1)
		qsort(p->items, p->count, sizeof *p->items, by_text);
	return 0;
}

/* The next ones behind `after`, each once. */
static size_t next_people(const struct people *p, const char *after, const char **out)
{
	size_t n = 0;

	for (size_t i = 0; i < p->count && n < PEOPLE_AT_ONCE; i++) {
		const char *last = n > 0 ? out[n - 1] : after;
		if (!last || strcmp(p->items[i], last) > 0)
			out[n++] = p->items[i];
	}
	return n;
}

static int list_people(struct sync *s, const struct people *p, struct err *e)
{
	const char *some[PEOPLE_AT_ONCE];
	size_t n;
	bool last;

	while ((n = s->remote->can_search ? next_people(p, s->cursor.people_after, some) : 0) > 0) {
		struct remote_query q = {.people = some, .people_count = n};
		if (list_pages(s, &q, &last, e) != 0)
			return -1;
		if (!last)
			return 0;
		s->cursor.people_after = sync_keep(s, some[n - 1]);
		if (intake_finish(&s->intake, &s->cursor, e) != 0)
			return -1;
		if (s->o->max > 0 && s->left == 0)
			return 0;
	}
	s->cursor.phase = CURSORS_BACKFILL;
	s->cursor.people_after = NULL;
	return intake_finish(&s->intake, &s->cursor, e);
}

static int list_people_first(struct sync *s, struct err *e)
{
	struct people p;
	int rc = read_people(s, &p, e);

	if (rc == 0)
		rc = list_people(s, &p, e);
	people_clear(&p);
	return rc;
}

/* A piece of the sweep; *after moves on, and is NULL at the end. */
static int sweep_some(struct sync *s, struct buf *after, bool *more, struct err *e)
{
	struct mailbox *mb = s->mb;
	struct remote_message m;

	*more = false;
	for (int n = 0; n < SWEEP_AT_ONCE; n++) {
		if (remotes_next_unlisted(mb->o->store, &mb->scratch, mb->account.id, buf_str(after), s->cursor.listing,
		        s->cursor.since, &m, e) != 0)
			return -1;
		if (!m.remote_id)
			return 0;
		buf_reset(after);
		buf_puts(after, m.remote_id);
		m.is_deleted = true;
		if (intake_update(&s->intake, &m, e) != 0)
			return -1;
		arena_reset(&mb->scratch);
	}
	*more = true;
	return 0;
}

/* What a complete listing did not show is no longer in the mailbox. */
static int sweep(struct sync *s, struct err *e)
{
	struct buf after = {0};
	bool more = true;
	int rc = 0;

	while (rc == 0 && more) {
		rc = mailbox_begin(s->mb, e);
		if (rc == 0)
			rc = sweep_some(s, &after, &more, e);
		if (rc == 0)
			rc = mailbox_commit(s->mb, &s->counts, e);
		if (rc != 0)
			mailbox_rollback(s->mb);
	}
	buf_clear(&after);
	return rc;
}

int sync_listing(struct sync *s, struct err *e)
{
	struct remote_query all = {0};
	bool last;

	if (strcmp(s->cursor.phase, CURSORS_PEOPLE) == 0 && list_people_first(s, e) != 0)
		return -1;
	if (strcmp(s->cursor.phase, CURSORS_PEOPLE) == 0 || (s->o->max > 0 && s->left == 0))
		return 0;
	if (list_pages(s, &all, &last, e) != 0)
		return -1;
	if (!last)
		return 0;
	if (strcmp(s->cursor.phase, CURSORS_RECONCILE) == 0) {
		if (intake_finish(&s->intake, NULL, e) != 0 || sweep(s, e) != 0)
			return -1;
	}
	s->cursor.phase = CURSORS_INCREMENT;
	s->cursor.page_token = NULL;
	s->cursor.finished_at = mailbox_now(s->mb);
	return intake_finish(&s->intake, &s->cursor, e);
}
