#include "job/remote_imap.h"

#include "base/buf.h"
#include "base/mem.h"
#include "job/imap_cursor.h"
#include "job/labels.h"

#include <stdlib.h>
#include <string.h>

struct folder {
	char *name;
	bool is_sent;
};

struct remote_imap {
	struct remote face;
	struct imap *m;
	const char *const *wanted; /* names; NULL: all */
	size_t cap_bytes;
	struct folder *folders;
	size_t count;
	const struct folder *open; /* the one that is selected */
	struct imap_folder_state state;
	struct remote_stats stats;
	void (*release)(void *owner);
	void *owner;
};

static struct remote_imap *of(struct remote *r)
{
	return (struct remote_imap *)r;
}

static bool is_wanted(const struct remote_imap *r, const struct imap_folder *f)
{
	/* A line of the cursor holds a name. */
	if (!f->selectable || strpbrk(f->name, "\r\n"))
		return false;
	for (size_t i = 0; r->wanted && r->wanted[i]; i++)
		if (strcmp(r->wanted[i], f->name) == 0)
			return true;
	return !r->wanted && f->use != IMAP_USE_DRAFTS && f->use != IMAP_USE_JUNK && f->use != IMAP_USE_TRASH;
}

static int take_folder(const struct imap_folder *f, void *arg)
{
	struct remote_imap *r = arg;

	if (!is_wanted(r, f))
		return 0;
	r->folders = mem_realloc(r->folders, r->count + 1, sizeof *r->folders);
	r->folders[r->count++] = (struct folder){mem_strdup(f->name), f->use == IMAP_USE_SENT};
	return 0;
}

static const struct folder *folder_named(const struct remote_imap *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->folders[i].name, name) == 0)
			return &r->folders[i];
	return NULL;
}

/* Always anew: the state is wanted as it is now. */
static int select_folder(struct remote_imap *r, const struct folder *f, struct err *e)
{
	r->open = NULL;
	r->stats.requests++;
	if (imap_select(r->m, f->name, &r->state, e) != 0)
		return -1;
	r->open = f;
	return 0;
}

static int read_uids(struct remote_imap *r, int64_t since, struct imap_set *out, struct err *e)
{
	r->stats.requests++;
	if (imap_uids(r->m, since == INT64_MIN ? 0 : since, out, e) != 0)
		return -1;
	imap_set_sort(out);
	return 0;
}

static int cursor(struct remote *face, struct arena *a, const char **out, int64_t *total, struct err *e)
{
	struct remote_imap *r = of(face);
	struct buf text = {0};
	int rc = 0;

	*total = 0;
	for (size_t i = 0; i < r->count && rc == 0; i++) {
		struct imap_set uids = {0};
		rc = select_folder(r, &r->folders[i], e);
		if (rc == 0)
			rc = read_uids(r, INT64_MIN, &uids, e);
		if (rc == 0)
			imap_cursor_put(&text, r->folders[i].name, &r->state, &uids);
		*total += r->state.exists;
		imap_set_clear(&uids);
	}
	*out = arena_strdup(a, buf_str(&text));
	buf_clear(&text);
	return rc;
}

/* Up to `most` ids of the open folder with UIDs above `after`; *last is the last one's UID. */
static void put_refs(struct remote_imap *r, const struct imap_set *uids, uint32_t after, size_t most, struct arena *a,
    struct remote_page *page, uint32_t *last)
{
	struct remote_ref *refs = arena_array(a, most, sizeof *refs);

	page->refs = refs;
	for (size_t i = 0; i < uids->n; i++) {
		uint64_t uid = uids->ranges[i].first > after ? uids->ranges[i].first : (uint64_t)after + 1;
		for (; uid <= uids->ranges[i].last && page->n < most; uid++) {
			*last = (uint32_t)uid;
			refs[page->n++].id = imap_id(a, r->state.uidvalidity, *last, r->open->name);
			refs[page->n - 1].thread_id = NULL;
		}
	}
}

/* A page token is an id: the last message that was listed; UID 0 begins a folder. */
static const struct folder *place_of(struct remote_imap *r, const char *token, uint32_t *uidvalidity, uint32_t *after)
{
	const char *name = strchr(token, ':');

	*uidvalidity = (uint32_t)strtoul(token, NULL, 10);
	*after = name ? (uint32_t)strtoul(name + 1, NULL, 10) : 0;
	name = name ? strchr(name + 1, ':') : NULL;
	return name ? folder_named(r, name + 1) : NULL;
}

static int list(
    struct remote *face, const struct remote_query *q, struct arena *a, struct remote_page *page, struct err *e)
{
	struct remote_imap *r = of(face);
	struct imap_set uids = {0};
	uint32_t uidvalidity = 0, after = 0, last = 0;
	const struct folder *f = r->count > 0 ? r->folders : NULL;

	*page = (struct remote_page){.total = -1};
	if (q->page_token)
		f = place_of(r, q->page_token, &uidvalidity, &after);
	if (!f && r->count > 0)
		page->token_expired = true;
	if (!f)
		return 0;
	if (select_folder(r, f, e) != 0)
		return -1;
	if (after > 0 && uidvalidity != r->state.uidvalidity) {
		page->token_expired = true;
		return 0;
	}
	if (read_uids(r, q->since, &uids, e) != 0) {
		imap_set_clear(&uids);
		return -1;
	}
	put_refs(r, &uids, after, (size_t)q->page_size, a, page, &last);
	if (uids.n > 0 && last > 0 && last < uids.ranges[uids.n - 1].last)
		page->next_token = imap_id(a, r->state.uidvalidity, last, f->name);
	else if (f + 1 < r->folders + r->count)
		page->next_token = imap_id(a, 0, 0, f[1].name);
	imap_set_clear(&uids);
	return 0;
}

/* Changes as they are gathered. */
struct gathering {
	struct remote_imap *r;
	struct arena *a;
	struct remote_change *items;
	size_t n, cap;
};

static void put_change(
    struct gathering *g, enum remote_change_kind kind, const char *id, const char *const *labels, size_t n)
{
	if (g->n == g->cap) {
		size_t cap = g->cap ? 2 * g->cap : 64;
		g->items = arena_grow(g->a, g->items, g->cap * sizeof *g->items, cap * sizeof *g->items);
		g->cap = cap;
	}
	g->items[g->n++] = (struct remote_change){kind, id, labels, n};
}

/* The folder, and the flags that say something to people; \Seen and \Recent come and go. */
static const char *const *labels_of(struct arena *a, const char *folder, unsigned flags, size_t *n)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = {{IMAP_SEEN, "\\Seen"}, {IMAP_ANSWERED, "\\Answered"}, {IMAP_FLAGGED, "\\Flagged"},
	    {IMAP_DELETED, "\\Deleted"}, {IMAP_DRAFT, "\\Draft"}};
	const char **out = arena_array(a, 1 + sizeof names / sizeof *names, sizeof *out);

	*n = 0;
	out[(*n)++] = folder;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (flags & names[i].flag)
			out[(*n)++] = names[i].name;
	return out;
}

/* Each UID of `x` that is not in `y`. */
static void put_difference(struct gathering *g, const struct imap_set *x, const struct imap_set *y,
    enum remote_change_kind kind, uint32_t uidvalidity)
{
	for (size_t i = 0; i < x->n; i++)
		for (uint64_t uid = x->ranges[i].first; uid <= x->ranges[i].last; uid++)
			if (!imap_set_has(y, (uint32_t)uid))
				put_change(
				    g, kind, imap_id(g->a, uidvalidity, (uint32_t)uid, g->r->open->name), NULL, 0);
}

static int take_flags(const struct imap_message *m, void *arg)
{
	struct gathering *g = arg;
	size_t n;
	const char *const *labels = labels_of(g->a, g->r->open->name, m->flags, &n);

	put_change(g, REMOTE_LABELS_SET, imap_id(g->a, g->r->state.uidvalidity, m->uid, g->r->open->name), labels, n);
	return 0;
}

static int changed_uids(struct gathering *g, const struct imap_cursor_folder *old, struct imap_set *uids, struct err *e)
{
	struct remote_imap *r = g->r;
	struct imap_set before = {0};
	bool same = r->state.uidnext != 0 && old->uids && old->state.uidnext == r->state.uidnext &&
	            old->state.exists == r->state.exists;
	int rc = 0;

	imap_cursor_uids(old->uids ? old->uids : "", &before);
	if (same) {
		*uids = before;
		return 0;
	}
	rc = read_uids(r, INT64_MIN, uids, e);
	if (rc == 0) {
		put_difference(g, uids, &before, REMOTE_ADDED, r->state.uidvalidity);
		put_difference(g, &before, uids, REMOTE_DELETED, r->state.uidvalidity);
	}
	imap_set_clear(&before);
	return rc;
}

static int changed_folder(struct gathering *g, const char *start, struct buf *text, bool *expired, struct err *e)
{
	struct remote_imap *r = g->r;
	struct imap_cursor_folder old = {0};
	struct imap_set uids = {0};
	bool known = imap_cursor_find(g->a, start, r->open->name, &old);
	int rc;

	*expired = known && old.state.uidvalidity != r->state.uidvalidity;
	if (*expired)
		return 0;
	rc = changed_uids(g, &old, &uids, e);
	if (rc == 0 && known && old.state.highestmodseq && old.state.highestmodseq < r->state.highestmodseq &&
	    old.state.uidnext > 1) {
		r->stats.requests++;
		rc = imap_list(r->m, 1, old.state.uidnext - 1, old.state.highestmodseq, take_flags, g, e);
	}
	if (rc == 0)
		imap_cursor_put(text, r->open->name, &r->state, &uids);
	imap_set_clear(&uids);
	return rc;
}

static int changes(struct remote *face, const char *start, const char *page_token, struct arena *a,
    struct remote_changes *out, struct err *e)
{
	struct remote_imap *r = of(face);
	struct gathering g = {.r = r, .a = a};
	struct buf text = {0};
	bool expired = false;
	int rc = 0;

	(void)page_token;
	*out = (struct remote_changes){0};
	for (size_t i = 0; i < r->count && rc == 0 && !expired; i++) {
		rc = select_folder(r, &r->folders[i], e);
		if (rc == 0)
			rc = changed_folder(&g, start, &text, &expired, e);
	}
	if (rc == 0 && expired)
		out->expired = true;
	else if (rc == 0)
		*out = (struct remote_changes){.items = g.items, .n = g.n, .cursor = arena_strdup(a, buf_str(&text))};
	buf_clear(&text);
	return rc;
}

/* Ids of one folder at a time, in rising order of UIDs. */
struct wanted {
	const struct folder *folder;
	uint32_t uidvalidity, uid;
	size_t index;
};

struct fetching {
	struct remote_imap *r;
	const char *const *ids;
	const struct wanted *some;
	size_t count;
	int (*each)(const struct remote_item *item, void *arg, struct err *e);
	void *arg;
	struct arena a;
	struct err *e;
	bool refused; /* by `each` */
};

static int by_place(const void *x, const void *y)
{
	const struct wanted *a = x, *b = y;

	if (a->folder != b->folder)
		return a->folder < b->folder ? -1 : 1;
	return (a->uid > b->uid) - (a->uid < b->uid);
}

static size_t index_of(const struct fetching *f, uint32_t uid)
{
	size_t low = 0, high = f->count;

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;
		if (f->some[middle].uid <= uid)
			low = middle;
		else
			high = middle;
	}
	return f->some[low].index;
}

static int give(struct fetching *f, struct remote_item *item)
{
	item->id = f->ids[item->index];
	if (f->each(item, f->arg, f->e) == 0)
		return 0;
	f->refused = true;
	return -1;
}

static int take_message(const struct imap_message *m, void *arg)
{
	struct fetching *f = arg;
	struct remote_item item = {.index = index_of(f, m->uid), .received_at = m->received_at, .raw_len = m->len};

	arena_reset(&f->a);
	switch (m->found) {
	case IMAP_FOUND:
		item.outcome = REMOTE_GOT;
		item.raw = m->bytes;
		item.labels = labels_of(&f->a, f->r->open->name, m->flags, &item.n_labels);
		break;
	case IMAP_GONE: item.outcome = REMOTE_GONE; break;
	case IMAP_TOO_LARGE:
		item.outcome = REMOTE_FAILED;
		err_set(&item.why, ERR_INPUT, "%llu bytes are too many (MAILROOM_MAX_MESSAGE_MB)",
		    (unsigned long long)m->size);
		break;
	case IMAP_UNFETCHED:
		item.outcome = REMOTE_FAILED;
		err_set(&item.why, ERR_UNAVAILABLE, "the server will not give it: %s", m->words);
		break;
	}
	return give(f, &item);
}

/* The ids of one folder; those of another UIDVALIDITY are gone. */
static int fetch_folder(struct fetching *f, struct err *e)
{
	struct remote_imap *r = f->r;
	struct imap_fetch_options o = {.cap_bytes = r->cap_bytes};
	struct imap_wanted *list;
	size_t n = 0;
	int rc;

	if (f->some[0].folder && select_folder(r, f->some[0].folder, e) != 0)
		return -1;
	list = mem_alloc(f->count * sizeof *list);
	rc = 0;
	for (size_t i = 0; i < f->count && rc == 0; i++) {
		struct remote_item gone = {.outcome = REMOTE_GONE, .index = f->some[i].index};
		if (f->some[i].folder && f->some[i].uidvalidity == r->state.uidvalidity)
			list[n++].uid = f->some[i].uid;
		else
			rc = give(f, &gone);
	}
	r->stats.requests++;
	if (rc == 0 && n > 0)
		rc = imap_fetch(r->m, list, n, &o, take_message, f, e);
	free(list);
	return rc;
}

static int fetch(struct remote *face, const char *const *ids, size_t n,
    int (*each)(const struct remote_item *item, void *arg, struct err *e), void *arg, struct err *e)
{
	struct remote_imap *r = of(face);
	struct wanted *all = mem_alloc(n * sizeof *all);
	struct fetching f = {.r = r, .ids = ids, .each = each, .arg = arg, .e = e};
	const char *name;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		all[i].index = i;
		if (imap_id_read(ids[i], &all[i].uidvalidity, &all[i].uid, &name))
			all[i].folder = folder_named(r, name);
	}
	if (n > 1)
		qsort(all, n, sizeof *all, by_place);
	for (size_t i = 0; i < n && rc == 0; i += f.count) {
		f.some = all + i;
		for (f.count = 1; i + f.count < n && all[i + f.count].folder == all[i].folder;)
			f.count++;
		rc = fetch_folder(&f, e);
	}
	arena_clear(&f.a);
	free(all);
	return rc;
}

static bool leaves_out(const struct remote *face, const char *const *labels, size_t n)
{
	(void)face;
	return labels_have(labels, n, "\\Draft") || labels_have(labels, n, "\\Deleted");
}

static bool is_sent(const struct remote *face, const char *const *labels, size_t n)
{
	const struct remote_imap *r = (const struct remote_imap *)face;

	for (size_t i = 0; i < r->count; i++)
		if (r->folders[i].is_sent && labels_have(labels, n, r->folders[i].name))
			return true;
	return false;
}

static struct remote_stats stats(const struct remote *face)
{
	return ((const struct remote_imap *)face)->stats;
}

static void close_imap(struct remote *face)
{
	struct remote_imap *r = of(face);

	for (size_t i = 0; i < r->count; i++)
		free(r->folders[i].name);
	free(r->folders);
	if (r->release)
		r->release(r->owner);
	free(r);
}

int remote_imap_new(struct imap *m, const char *const *folders, size_t cap_bytes, void (*release)(void *owner),
    void *owner, struct remote **out, struct err *e)
{
	struct remote_imap *r = mem_alloc(sizeof *r);

	*r = (struct remote_imap){.face = {.kind = "imap",
	                              .cursor = cursor,
	                              .list = list,
	                              .changes = changes,
	                              .fetch = fetch,
	                              .leaves_out = leaves_out,
	                              .is_sent = is_sent,
	                              .stats = stats,
	                              .close = close_imap},
	    .m = m,
	    .wanted = folders,
	    .cap_bytes = cap_bytes,
	    .release = release,
	    .owner = owner,
	    .stats = {.requests = 1}};
	*out = NULL;
	if (imap_folders(m, take_folder, r, e) == 0 && r->count > 0) {
		*out = &r->face;
		return 0;
	}
	if (!e->code)
		err_set(e, ERR_NO_INPUT, "the mailbox has none of the folders that are wanted");
	r->release = NULL;
	close_imap(&r->face);
	return -1;
}
