#include "job/refill.h"

#include "base/mem.h"
#include "job/incoming.h"
#include "job/source.h"
#include "store/emails.h"
#include "store/sightings.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_MESSAGES = 1000 };

void refill_add(struct refill *r, int64_t email_id)
{
	if (r->count == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 64;
		r->ids = mem_realloc(r->ids, r->cap, sizeof *r->ids);
	}
	r->ids[r->count++] = email_id;
}

void refill_clear(struct refill *r)
{
	free(r->ids);
	*r = (struct refill){0};
}

/* One place of one message. */
struct place {
	const char *path, *name;
	int64_t offset, email_id;
};

struct work {
	struct mailbox *mb;
	struct arena strings;
	struct place *places;
	size_t count, cap;
	struct source *source; /* the one at hand */
	const char *path;      /* its path, also when it could not be opened */
	int64_t filled;
};

static int by_place(const void *a, const void *b)
{
	const struct place *p = a, *q = b;
	int c = strcmp(p->path, q->path);

	if (c == 0)
		c = (p->offset > q->offset) - (p->offset < q->offset);
	if (c == 0)
		c = strcmp(p->name ? p->name : "", q->name ? q->name : "");
	return c ? c : (p->email_id > q->email_id) - (p->email_id < q->email_id);
}

static int add_places(struct work *w, int64_t email_id, struct err *e)
{
	struct sighting_place *found;
	size_t n;

	if (sightings_places(w->mb->o->store, &w->strings, email_id, &found, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (w->count == w->cap) {
			w->cap = w->cap ? w->cap * 2 : 256;
			w->places = mem_realloc(w->places, w->cap, sizeof *w->places);
		}
		w->places[w->count++] = (struct place){found[i].path, found[i].name, found[i].offset, email_id};
	}
	return 0;
}

static void go_to_path(struct work *w, const char *path)
{
	size_t max_bytes =
	    w->mb->o->message.limits ? w->mb->o->message.limits->raw_bytes : message_default_limits.raw_bytes;
	struct err unused = {0};

	if (w->path && strcmp(w->path, path) == 0)
		return;
	if (w->source)
		w->source->close(w->source);
	w->source = NULL;
	w->path = path;
	if (source_open(path, max_bytes, &w->source, &unused) != 0)
		w->source = NULL;
}

static bool is_same(const struct email_stored *stored, const struct message *m)
{
	if ((stored->message_id == NULL) != (m->message_id == NULL))
		return false;
	return (!m->message_id || strcmp(stored->message_id, m->message_id) == 0) &&
	       memcmp(stored->body_sha256, m->body_sha256, sizeof m->body_sha256) == 0;
}

/* A place that does not hold the message any more is passed over: another one may. */
static int try_place(struct work *w, const struct place *p, struct err *e)
{
	struct mailbox *mb = w->mb;
	struct email_stored stored;
	struct source_item item;
	struct incoming in;
	struct err unused = {0};

	if (emails_get(mb->o->store, &mb->scratch, p->email_id, &stored, e) != 0)
		return -1;
	if (stored.id == 0 || stored.has_body)
		return 0;
	go_to_path(w, p->path);
	if (!w->source || w->source->at(w->source, p->offset, p->name, &item, &unused) != 0 || item.failure ||
	    incoming_read(mb->parser, &mb->scratch, item.raw, item.size_bytes, &mb->o->message, 0, &in, &unused) != 0 ||
	    !is_same(&stored, &in.message))
		return 0;
	w->filled++;
	return capture_keep(mb->capture, p->email_id, &in, e);
}

static int fill_batch(struct work *w, size_t *i, struct run_counts *c, struct err *e)
{
	struct mailbox *mb = w->mb;
	size_t end = w->count - *i > BATCH_MESSAGES ? *i + BATCH_MESSAGES : w->count;
	int rc = 0;

	if (mailbox_begin(mb, e) != 0)
		return -1;
	for (; *i < end && rc == 0; ++*i) {
		rc = try_place(w, &w->places[*i], e);
		arena_reset(&mb->scratch);
	}
	if (rc == 0)
		rc = mailbox_commit_files(mb, c, e);
	if (rc != 0)
		mailbox_rollback(mb);
	return rc;
}

int refill_run(struct refill *r, struct mailbox *mb, int64_t *filled, int64_t *gone, int64_t *files, struct err *e)
{
	struct work w = {.mb = mb};
	struct run_counts c = {0};
	size_t next = 0;
	int rc = 0;

	for (size_t i = 0; i < r->count && rc == 0; i++)
		rc = add_places(&w, r->ids[i], e);
	if (rc == 0 && w.count > 0)
		qsort(w.places, w.count, sizeof *w.places, by_place);
	while (rc == 0 && next < w.count)
		rc = fill_batch(&w, &next, &c, e);
	*filled = w.filled;
	*gone = (int64_t)r->count - w.filled;
	*files = c.attachments;
	if (w.source)
		w.source->close(w.source);
	free(w.places);
	arena_clear(&w.strings);
	return rc;
}
