/* Listing and what has changed; remote_imap_fetch.c fetches. */
#include "job/remote_imap.h"

#include "base/mem.h"
#include "job/imap_mark.h"
#include "job/labels.h"
#include "job/remote_imap_core.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How many more messages than it has counted a server may list: those that have come meanwhile. */
enum { UIDS_SLACK = 100000 };

int remote_imap_select(struct remote_imap *r, const char *name, bool fresh, struct err *e)
{
	if (!fresh && r->selected.len > 0 && strcmp(buf_str(&r->selected), name) == 0)
		return 0;
	buf_reset(&r->selected);
	imap_set_clear(&r->uids);
	r->has_uids = false;
	r->requests++;
	if (imap_select(r->imap, name, &r->state, e) != 0)
		return -1;
	buf_puts(&r->selected, name);
	return 0;
}

/* Of the folder that is open. */
static int read_uids(struct remote_imap *r, int64_t since, struct err *e)
{
	if (r->has_uids && r->uids_since == since)
		return 0;
	imap_set_clear(&r->uids);
	r->has_uids = false;
	r->requests++;
	if (r->state.exists > 0 && imap_uids(r->imap, since == INT64_MIN ? 0 : since, &r->uids, e) != 0)
		return -1;
	imap_set_sort(&r->uids);
	if (imap_set_count(&r->uids) > (uint64_t)r->state.exists + UIDS_SLACK)
		return err_set(
		    e, ERR_UNAVAILABLE, "%s: the server lists more messages than it counts", buf_str(&r->selected));
	r->has_uids = true;
	r->uids_since = since;
	return 0;
}

static struct imap_mark mark_now(const struct remote_imap *r)
{
	return (struct imap_mark){.name = buf_str(&r->selected),
	    .uidvalidity = r->state.uidvalidity,
	    .uidnext = r->state.uidnext,
	    .highestmodseq = r->state.highestmodseq};
}

/* Takes a folder's state. A folder that has gone since it was listed is none: *there. */
static int open_fresh(struct remote_imap *r, const char *name, bool *there, struct err *e)
{
	struct err why = {0};

	*there = true;
	if (remote_imap_select(r, name, true, &why) == 0)
		return 0;
	if (why.code == ERR_NO_INPUT) {
		*there = false;
		return 0;
	}
	*e = why;
	return -1;
}

static int cursor(struct remote *face, struct arena *a, const char **out, int64_t *total, struct err *e)
{
	struct remote_imap *r = remote_imap_of(face);
	struct buf text = {0};
	int rc = 0;

	*total = 0;
	for (size_t i = 0; i < r->folders.n && rc == 0; i++) {
		struct imap_mark m;
		bool there;
		rc = open_fresh(r, r->folders.items[i].name, &there, e);
		if (rc != 0 || !there || (rc = read_uids(r, INT64_MIN, e)) != 0)
			continue;
		*total += r->state.exists;
		m = mark_now(r);
		m.uids = r->uids;
		imap_mark_write(&m, &text);
	}
	*out = arena_strdup(a, buf_str(&text));
	buf_clear(&text);
	return rc;
}

/* Where a listing goes on: in this folder below this UID, then in the folders behind it. Newest first, since that is wanted
 * first; what comes meanwhile lies above, and is a change. */
struct place {
	size_t folder;
	uint64_t below;
	uint32_t uidvalidity; /* 0: not looked at yet */
};

static const char *write_place(struct arena *a, const struct remote_imap *r, const struct place *p)
{
	return arena_printf(
	    a, "%" PRIu64 ":%" PRIu32 ":%s", p->below, p->uidvalidity, r->folders.items[p->folder].name);
}

/* Folders may have come and gone since: what is behind the one that was reached comes next. */
static struct place read_place(const struct remote_imap *r, const char *token)
{
	struct place p = {.below = (uint64_t)UINT32_MAX + 1};
	char *end;
	const char *name;
	uint64_t below;
	uint32_t uidvalidity;

	if (!token)
		return p;
	below = strtoull(token, &end, 10);
	uidvalidity = *end == ':' ? (uint32_t)strtoul(end + 1, &end, 10) : 0;
	name = *end == ':' ? end + 1 : "";
	while (p.folder < r->folders.n && imap_folders_compare(r->folders.items[p.folder].name, name) < 0)
		p.folder++;
	if (p.folder < r->folders.n && imap_folders_compare(r->folders.items[p.folder].name, name) == 0) {
		p.below = below;
		p.uidvalidity = uidvalidity;
	}
	return p;
}

/* Up to `room` UIDs below the place, in descending order. */
static size_t next_uids(const struct imap_set *set, uint64_t below, uint32_t *out, size_t room)
{
	size_t n = 0;

	for (size_t i = set->n; i > 0 && n < room; i--) {
		uint64_t first = set->ranges[i - 1].first, uid = (uint64_t)set->ranges[i - 1].last + 1;
		if (uid > below)
			uid = below;
		while (uid > first && n < room)
			out[n++] = (uint32_t)--uid;
	}
	return n;
}

struct dated {
	struct imap_set late;
	int64_t since;
};

static int note_late(const struct imap_message *m, void *arg)
{
	struct dated *d = arg;

	if (m->received_at >= d->since || m->received_at == 0)
		imap_set_add(&d->late, m->uid, m->uid);
	return 0;
}

/* The server's search knows days only. */
static int drop_early(struct remote_imap *r, int64_t since, uint32_t *uids, size_t *n, struct err *e)
{
	struct dated d = {.since = since};
	size_t left = 0;
	int rc;

	if (since == INT64_MIN || *n == 0)
		return 0;
	r->requests++;
	rc = imap_list(r->imap, uids[*n - 1], uids[0], 0, note_late, &d, e);
	imap_set_sort(&d.late);
	for (size_t i = 0; i < *n && rc == 0; i++)
		if (imap_set_has(&d.late, uids[i]))
			uids[left++] = uids[i];
	*n = left;
	imap_set_clear(&d.late);
	return rc;
}

/* The next messages of the place's folder; it moves on, to the next folder at the end. */
static int list_folder(struct remote_imap *r, const struct remote_query *q, struct place *p, struct arena *a,
    struct remote_page *page, struct remote_ref *refs, struct err *e)
{
	const char *name = r->folders.items[p->folder].name;
	size_t room = (size_t)q->page_size - page->n, n, taken;
	uint32_t *uids = arena_array(a, room, sizeof *uids);
	bool there = true;

	if (r->selected.len == 0 || strcmp(buf_str(&r->selected), name) != 0)
		if (open_fresh(r, name, &there, e) != 0)
			return -1;
	page->token_expired = there && p->uidvalidity && p->uidvalidity != r->state.uidvalidity;
	if (page->token_expired)
		return 0;
	if (there && read_uids(r, q->since, e) != 0)
		return -1;
	taken = n = there ? next_uids(&r->uids, p->below, uids, room) : 0;
	if (n > 0)
		*p = (struct place){p->folder, uids[n - 1], r->state.uidvalidity};
	if (drop_early(r, q->since, uids, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		refs[page->n++] = (struct remote_ref){imap_mark_id(a, name, r->state.uidvalidity, uids[i]), NULL};
	if (taken < room)
		*p = (struct place){p->folder + 1, (uint64_t)UINT32_MAX + 1, 0};
	return 0;
}

static int list(
    struct remote *face, const struct remote_query *q, struct arena *a, struct remote_page *page, struct err *e)
{
	struct remote_imap *r = remote_imap_of(face);
	struct place p = read_place(r, q->page_token);
	struct remote_ref *refs = arena_array(a, (size_t)q->page_size, sizeof *refs);

	*page = (struct remote_page){.refs = refs, .total = -1};
	while (p.folder < r->folders.n && page->n < (size_t)q->page_size) {
		if (list_folder(r, q, &p, a, page, refs, e) != 0)
			return -1;
		if (page->token_expired) {
			*page = (struct remote_page){.total = -1, .token_expired = true};
			return 0;
		}
	}
	if (p.folder < r->folders.n)
		page->next_token = write_place(a, r, &p);
	return 0;
}

/* What has changed in one folder. */
struct delta {
	struct remote_imap *r;
	struct arena *a;
	const struct imap_mark *old; /* NULL: the folder is new */
	struct imap_mark now;
	struct remote_change *items;
	size_t n, cap;
};

static struct remote_change *add_change(struct delta *d, enum remote_change_kind kind, const char *id)
{
	if (d->n == d->cap) {
		size_t bytes = d->cap * sizeof *d->items;
		d->cap = d->cap ? 2 * d->cap : 64;
		d->items = arena_grow(d->a, d->items, bytes, d->cap * sizeof *d->items);
	}
	d->items[d->n] = (struct remote_change){.kind = kind, .id = id};
	return &d->items[d->n++];
}

static void add_gone(struct delta *d, const struct imap_mark *old, const struct imap_set *now)
{
	for (size_t i = 0; i < old->uids.n; i++)
		for (uint64_t uid = old->uids.ranges[i].first; uid <= old->uids.ranges[i].last; uid++)
			if (!now || !imap_set_has(now, (uint32_t)uid))
				add_change(
				    d, REMOTE_DELETED, imap_mark_id(d->a, old->name, old->uidvalidity, (uint32_t)uid));
}

/* The mark holds what was told of: what goes beyond the limit is new the next time, too. */
static void add_new(struct delta *d)
{
	struct remote_imap *r = d->r;

	for (size_t i = 0; i < r->uids.n; i++)
		for (uint64_t uid = r->uids.ranges[i].first; uid <= r->uids.ranges[i].last; uid++) {
			bool known = d->old && imap_set_has(&d->old->uids, (uint32_t)uid);
			if (!known && r->o.max_changes > 0 && r->told >= r->o.max_changes)
				continue;
			imap_set_add(&d->now.uids, (uint32_t)uid, (uint32_t)uid);
			if (known)
				continue;
			r->told++;
			add_change(d, REMOTE_ADDED, imap_mark_id(d->a, d->now.name, d->now.uidvalidity, (uint32_t)uid));
		}
}

static int note_flags(const struct imap_message *m, void *arg)
{
	struct delta *d = arg;
	struct remote_change *c;

	if (!imap_set_has(&d->old->uids, m->uid))
		return 0;
	c = add_change(d, REMOTE_LABELS_SET, imap_mark_id(d->a, d->now.name, d->now.uidvalidity, m->uid));
	c->labels = remote_imap_labels(d->r, d->a, d->now.name, m->flags, &c->n_labels);
	return 0;
}

static bool is_same(const struct imap_mark *old, const struct remote_imap *r)
{
	return old->uidnext != 0 && old->uidnext == r->state.uidnext && old->highestmodseq == r->state.highestmodseq &&
	       imap_set_count(&old->uids) == r->state.exists;
}

static int compare(struct delta *d, struct err *e)
{
	struct remote_imap *r = d->r;

	if (read_uids(r, INT64_MIN, e) != 0)
		return -1;
	add_new(d);
	if (!d->old)
		return 0;
	add_gone(d, d->old, &r->uids);
	if (d->old->highestmodseq == 0 || r->state.highestmodseq <= d->old->highestmodseq)
		return 0;
	r->requests++;
	return imap_list(r->imap, 1, 0, d->old->highestmodseq, note_flags, d, e);
}

/* One folder's changes into *out, its mark into the cursor to be. */
static int change_folder(struct delta *d, const char *name, struct remote_changes *out, struct err *e)
{
	struct remote_imap *r = d->r;
	bool there;
	int rc = 0;

	if (open_fresh(r, name, &there, e) != 0)
		return -1;
	if (!there) {
		if (d->old)
			add_gone(d, d->old, NULL);
		return 0;
	}
	out->expired = d->old && d->old->uidvalidity != r->state.uidvalidity;
	if (out->expired)
		return 0;
	if (d->old && is_same(d->old, r)) {
		imap_mark_write(d->old, &r->next);
		return 0;
	}
	d->now = mark_now(r);
	d->now.name = name;
	rc = compare(d, e);
	if (rc == 0)
		imap_mark_write(&d->now, &r->next);
	imap_set_clear(&d->now.uids);
	return rc;
}

static bool is_chosen(const struct remote_imap *r, const char *name)
{
	for (size_t i = 0; i < r->folders.n; i++)
		if (strcmp(r->folders.items[i].name, name) == 0)
			return true;
	return false;
}

static int read_changes(struct remote_imap *r, const struct imap_marks *marks, size_t i, struct arena *a,
    struct remote_changes *out, struct err *e)
{
	struct delta d = {.r = r, .a = a};

	for (; i < r->folders.n && d.n == 0; i++) {
		const char *name = r->folders.items[i].name;
		d.old = imap_marks_find(marks, name);
		if (change_folder(&d, name, out, e) != 0)
			return -1;
		if (out->expired)
			return 0;
	}
	/* Behind the last folder come those that are there no more. */
	if (i == r->folders.n)
		for (size_t k = 0; k < marks->n; k++)
			if (!is_chosen(r, marks->items[k].name))
				add_gone(&d, &marks->items[k], NULL);
	out->items = d.items;
	out->n = d.n;
	r->next_folder = i;
	if (i < r->folders.n)
		out->next_token = arena_printf(a, "%zu", i);
	else
		out->cursor = arena_strdup(a, buf_str(&r->next));
	return 0;
}

/* A page is a folder in which something has changed. */
static int changes(struct remote *face, const char *start, const char *token, struct arena *a,
    struct remote_changes *out, struct err *e)
{
	struct remote_imap *r = remote_imap_of(face);
	struct imap_marks marks;
	size_t i = token ? strtoull(token, NULL, 10) : 0;
	int rc = 0;

	*out = (struct remote_changes){0};
	if (i != r->next_folder)
		i = 0;
	if (i == 0)
		buf_reset(&r->next);
	if (imap_marks_read(a, start, &marks))
		rc = read_changes(r, &marks, i, a, out, e);
	else
		out->expired = true;
	imap_marks_clear(&marks);
	return rc;
}

static bool leaves_out(const struct remote *face, const char *const *labels, size_t n)
{
	(void)face;
	return labels_have(labels, n, "\\Draft");
}

static bool is_sent(const struct remote *face, const char *const *labels, size_t n)
{
	(void)face;
	return labels_have(labels, n, "\\Sent");
}

static struct remote_stats stats(const struct remote *face)
{
	return (struct remote_stats){((const struct remote_imap *)face)->requests, 0};
}

static void close_imap(struct remote *face)
{
	struct remote_imap *r = remote_imap_of(face);

	imap_close(r->imap);
	imap_set_clear(&r->uids);
	buf_clear(&r->selected);
	buf_clear(&r->next);
	arena_clear(&r->arena);
	free(r);
}

int remote_imap_open(struct imap *m, const struct remote_imap_options *o, struct remote **out, struct err *e)
{
	struct remote_imap *r = mem_alloc(sizeof *r);

	*r = (struct remote_imap){.face = {.kind = "imap",
	                              .cursor = cursor,
	                              .list = list,
	                              .changes = changes,
	                              .fetch = remote_imap_fetch,
	                              .leaves_out = leaves_out,
	                              .is_sent = is_sent,
	                              .stats = stats,
	                              .close = close_imap},
	    .imap = m,
	    .o = *o};
	if (imap_folders_choose(m, o->folders, &r->arena, &r->folders, e) != 0) {
		close_imap(&r->face);
		return -1;
	}
	r->o.folders = NULL;
	*out = &r->face;
	return 0;
}
