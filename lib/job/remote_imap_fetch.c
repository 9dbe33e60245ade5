/* Messages of an IMAP mailbox, folder by folder. */
#include "base/mem.h"
#include "job/imap_mark.h"
#include "job/remote_imap_core.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const *remote_imap_labels(
    const struct remote_imap *r, struct arena *a, const char *folder, unsigned flags, size_t *n)
{
	static const struct {
		unsigned flag;
		const char *label;
	} names[] = {{IMAP_ANSWERED, "\\Answered"}, {IMAP_DELETED, "\\Deleted"}, {IMAP_DRAFT, "\\Draft"},
	    {IMAP_FLAGGED, "\\Flagged"}, {IMAP_SEEN, "\\Seen"}};
	enum { NAMES = sizeof names / sizeof *names };
	const char **out = arena_array(a, NAMES + 2, sizeof *out);

	*n = 0;
	out[(*n)++] = folder;
	for (size_t i = 0; i < NAMES; i++)
		if (flags & names[i].flag)
			out[(*n)++] = names[i].label;
	for (size_t i = 0; i < r->folders.n; i++)
		if (r->folders.items[i].use == IMAP_USE_SENT && strcmp(r->folders.items[i].name, folder) == 0)
			out[(*n)++] = "\\Sent";
	return out;
}

/* A message that is asked for. */
struct wish {
	const char *folder; /* NULL: its id is none of ours */
	uint32_t uidvalidity, uid;
	size_t index;
};

struct order {
	struct remote_imap *r;
	const char *const *ids;
	struct wish *wishes; /* by folder and UID */
	size_t n;
	int (*each)(const struct remote_item *item, void *arg, struct err *e);
	void *arg;
	struct err *e;
	struct arena names, scratch;
	/* Of the folder at hand. */
	const struct wish *first;
	size_t count;
};

static int by_place(const void *x, const void *y)
{
	const struct wish *v = x, *w = y;
	int c = strcmp(v->folder ? v->folder : "", w->folder ? w->folder : "");

	if (c != 0)
		return c;
	if (v->uidvalidity != w->uidvalidity)
		return v->uidvalidity < w->uidvalidity ? -1 : 1;
	return v->uid < w->uid ? -1 : v->uid > w->uid;
}

static int give(struct order *o, const struct wish *w, struct remote_item *item)
{
	item->index = w->index;
	item->id = o->ids[w->index];
	return o->each(item, o->arg, o->e);
}

static const struct wish *find_wish(const struct order *o, uint32_t uid)
{
	size_t low = 0, high = o->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (o->first[mid].uid < uid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < o->count && o->first[low].uid == uid ? &o->first[low] : NULL;
}

static int take(const struct imap_message *m, void *arg)
{
	struct order *o = arg;
	const struct wish *w = find_wish(o, m->uid);
	struct remote_item item = {.received_at = m->received_at};

	if (!w)
		return 0;
	switch (m->found) {
	case IMAP_FOUND:
		item.outcome = REMOTE_GOT;
		item.raw = m->bytes;
		item.raw_len = m->len;
		item.labels = remote_imap_labels(o->r, &o->scratch, w->folder, m->flags, &item.n_labels);
		break;
	case IMAP_GONE: item.outcome = REMOTE_GONE; break;
	case IMAP_TOO_LARGE:
		item.outcome = REMOTE_FAILED;
		err_set(&item.why, ERR_INPUT, "too large: %" PRIu64 " bytes (MAILROOM_MAX_MESSAGE_MB)", m->size);
		break;
	case IMAP_UNFETCHED:
		item.outcome = REMOTE_FAILED;
		err_set(&item.why, ERR_UNAVAILABLE, "the server does not give it: %s", m->words);
		break;
	}
	arena_reset(&o->scratch);
	return give(o, w, &item);
}

static int all_gone(struct order *o)
{
	int rc = 0;

	for (size_t i = 0; i < o->count && rc == 0; i++) {
		struct remote_item item = {.outcome = REMOTE_GONE};
		rc = give(o, &o->first[i], &item);
	}
	return rc;
}

/* The wishes of one folder and UIDVALIDITY. */
static int fetch_folder(struct order *o)
{
	struct remote_imap *r = o->r;
	struct imap_fetch_options options = {.cap_bytes = r->o.max_message_bytes};
	struct imap_wanted *wanted;
	struct err why = {0};
	int rc;

	if (!o->first->folder)
		return all_gone(o);
	if (remote_imap_select(r, o->first->folder, false, &why) != 0) {
		if (why.code == ERR_NO_INPUT)
			return all_gone(o);
		*o->e = why;
		return -1;
	}
	if (r->state.uidvalidity != o->first->uidvalidity)
		return all_gone(o);
	wanted = mem_alloc(o->count * sizeof *wanted);
	for (size_t i = 0; i < o->count; i++)
		wanted[i].uid = o->first[i].uid;
	r->requests++;
	rc = imap_fetch(r->imap, wanted, o->count, &options, take, o, o->e);
	free(wanted);
	return rc;
}

static void sort_wishes(struct order *o)
{
	for (size_t i = 0; i < o->n; i++) {
		struct wish *w = &o->wishes[i];
		*w = (struct wish){.index = i};
		if (!imap_mark_read_id(&o->names, o->ids[i], &w->folder, &w->uidvalidity, &w->uid))
			w->folder = NULL;
	}
	qsort(o->wishes, o->n, sizeof *o->wishes, by_place);
}

static bool is_same_folder(const struct wish *x, const struct wish *y)
{
	return x->uidvalidity == y->uidvalidity && strcmp(x->folder ? x->folder : "", y->folder ? y->folder : "") == 0;
}

int remote_imap_fetch(struct remote *face, const char *const *ids, size_t n,
    int (*each)(const struct remote_item *item, void *arg, struct err *e), void *arg, struct err *e)
{
	struct order o = {.r = remote_imap_of(face), .ids = ids, .n = n, .each = each, .arg = arg, .e = e};
	int rc = 0;

	if (n == 0)
		return 0;
	o.wishes = mem_alloc(n * sizeof *o.wishes);
	sort_wishes(&o);
	for (size_t i = 0; i < n && rc == 0; i += o.count) {
		o.first = &o.wishes[i];
		for (o.count = 1; i + o.count < n && is_same_folder(o.first, &o.wishes[i + o.count]);)
			o.count++;
		rc = fetch_folder(&o);
	}
	free(o.wishes);
	arena_clear(&o.names);
	arena_clear(&o.scratch);
	return rc;
}
