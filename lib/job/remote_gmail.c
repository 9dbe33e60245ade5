#include "job/remote_gmail.h"

#include "base/buf.h"
#include "base/mem.h"
#include "job/labels.h"
#include "net/gmail_fetch.h"

#include <stdlib.h>
#include <string.h>

struct remote_gmail {
	struct remote face;
	struct gmail *g;
	struct remote_gmail_include include;
	void (*release)(void *owner);
	void *owner;
};

static struct remote_gmail *of(struct remote *r)
{
	return (struct remote_gmail *)r;
}

static int cursor(struct remote *r, struct arena *a, const char **out, int64_t *total, struct err *e)
{
	struct gmail_profile p;

	if (gmail_profile(of(r)->g, a, &p, e) != 0)
		return -1;
	*out = p.history_id;
	*total = p.messages;
	return 0;
}

/* In quotes, without what would end them: an address is not a query. */
static void put_term(struct buf *b, const char *operator, const char * value)
{
	buf_printf(b, "%s%s:\"", b->len > 0 && b->data[b->len - 1] != '{' ? " " : "", operator);
	for (; *value; value++)
		if (!strchr("\"\\{}()", *value))
			buf_putc(b, *value);
	buf_putc(b, '"');
}

/* Braces are Gmail's "or". */
static void put_people(struct buf *b, const struct remote_query *q)
{
	static const char *const operators[] = {"from", "to", "cc"};

	buf_puts(b, b->len > 0 ? " {" : "{");
	for (size_t i = 0; i < q->people_count; i++)
		for (size_t k = 0; k < sizeof operators / sizeof *operators; k++)
			put_term(b, operators[k], q->people[i]);
	buf_putc(b, '}');
}

static void put_word(struct buf *b, const char *word)
{
	buf_printf(b, "%s%s", b->len > 0 ? " " : "", word);
}

static void put_query(struct buf *b, const struct remote_gmail *g, const struct remote_query *q)
{
	bool deep = g->include.spam || g->include.trash;

	if (q->since != INT64_MIN)
		buf_printf(b, "after:%lld", (long long)q->since);
	if (!g->include.drafts)
		put_word(b, "-in:drafts");
	if (deep && !g->include.spam)
		put_word(b, "-in:spam");
	if (deep && !g->include.trash)
		put_word(b, "-in:trash");
	if (q->people)
		put_people(b, q);
}

static int list(
    struct remote *r, const struct remote_query *q, struct arena *a, struct remote_page *page, struct err *e)
{
	struct remote_gmail *g = of(r);
	struct gmail_query query = {.page_token = q->page_token,
	    .page_size = q->page_size,
	    .include_spam_trash = g->include.spam || g->include.trash};
	struct gmail_page found;
	struct remote_ref *refs;
	struct buf text = {0};
	int rc;

	*page = (struct remote_page){0};
	put_query(&text, g, q);
	query.q = text.len > 0 ? buf_str(&text) : NULL;
	rc = gmail_list(g->g, &query, a, &found, e);
	buf_clear(&text);
	/* A token of an earlier run may have gone stale: Google answers 400 then, and the same without it is good. */
	if (rc != 0 && q->page_token && e->code == ERR_INPUT) {
		page->token_expired = true;
		return 0;
	}
	if (rc != 0)
		return -1;
	refs = arena_array(a, found.n, sizeof *refs);
	for (size_t i = 0; i < found.n; i++)
		refs[i] = (struct remote_ref){found.refs[i].id, found.refs[i].thread_id};
	*page = (struct remote_page){
	    .refs = refs, .n = found.n, .next_token = found.next_page_token, .total = found.estimate};
	return 0;
}

static enum remote_change_kind kind_of(enum gmail_change_kind kind)
{
	switch (kind) {
	case GMAIL_ADDED: return REMOTE_ADDED;
	case GMAIL_DELETED: return REMOTE_DELETED;
	case GMAIL_LABELS_ADDED: return REMOTE_LABELS_ADDED;
	case GMAIL_LABELS_REMOVED: return REMOTE_LABELS_REMOVED;
	}
	return REMOTE_ADDED;
}

static int changes(struct remote *r, const char *start, const char *page_token, struct arena *a,
    struct remote_changes *out, struct err *e)
{
	struct gmail_history h;
	struct remote_change *items;

	*out = (struct remote_changes){0};
	if (gmail_history(of(r)->g, start, 0, page_token, 0, a, &h, e) != 0)
		return -1;
	items = arena_array(a, h.n, sizeof *items);
	for (size_t i = 0; i < h.n; i++)
		items[i] = (struct remote_change){
		    kind_of(h.changes[i].kind), h.changes[i].id, h.changes[i].labels, h.changes[i].n_labels};
	*out = (struct remote_changes){
	    .expired = h.expired, .items = items, .n = h.n, .next_token = h.next_page_token, .cursor = h.history_id};
	return 0;
}

static struct remote_item item_of(const struct gmail_item *i)
{
	const struct gmail_message *m = &i->message;

	return (struct remote_item){.outcome = i->outcome == GMAIL_GOT    ? REMOTE_GOT
	                                       : i->outcome == GMAIL_GONE ? REMOTE_GONE
	                                                                  : REMOTE_FAILED,
	    .index = i->index,
	    .id = i->id,
	    .thread_id = m->thread_id,
	    .raw = m->raw,
	    .raw_len = m->raw_len,
	    .labels = m->labels,
	    .n_labels = m->n_labels,
	    .received_at = i->outcome == GMAIL_GOT && m->internal_date_ms > 0 ? m->internal_date_ms / 1000 : 0,
	    .why = i->why};
}

static int fetch(struct remote *r, const char *const *ids, size_t n,
    int (*each)(const struct remote_item *item, void *arg, struct err *e), void *arg, struct err *e)
{
	struct gmail_fetch *f = gmail_fetch_open(of(r)->g, ids, n);
	const struct gmail_item *got;
	struct remote_item item;
	int rc;

	while ((rc = gmail_fetch_next(f, &got, e)) == 0 && got) {
		item = item_of(got);
		rc = each(&item, arg, e);
		if (rc != 0)
			break;
	}
	gmail_fetch_close(f);
	return rc;
}

static bool leaves_out(const struct remote *r, const char *const *labels, size_t n)
{
	const struct remote_gmail_include *in = &((const struct remote_gmail *)r)->include;

	return (!in->drafts && labels_have(labels, n, "DRAFT")) || (!in->spam && labels_have(labels, n, "SPAM")) ||
	       (!in->trash && labels_have(labels, n, "TRASH"));
}

static bool is_sent(const struct remote *r, const char *const *labels, size_t n)
{
	(void)r;
	return labels_have(labels, n, "SENT");
}

static struct remote_stats stats(const struct remote *r)
{
	const struct gmail_stats *s = gmail_stats(((const struct remote_gmail *)r)->g);

	return (struct remote_stats){s->requests, s->units};
}

static void close_gmail(struct remote *r)
{
	struct remote_gmail *g = of(r);

	if (g->release)
		g->release(g->owner);
	free(g);
}

struct remote *remote_gmail_new(
    struct gmail *g, struct remote_gmail_include include, void (*release)(void *owner), void *owner)
{
	struct remote_gmail *r = mem_alloc(sizeof *r);

	*r = (struct remote_gmail){.face = {.kind = "gmail",
	                               .can_search = true,
	                               .cursor = cursor,
	                               .list = list,
	                               .changes = changes,
	                               .fetch = fetch,
	                               .leaves_out = leaves_out,
	                               .is_sent = is_sent,
	                               .stats = stats,
	                               .close = close_gmail},
	    .g = g,
	    .include = include,
	    .release = release,
	    .owner = owner};
	return &r->face;
}
