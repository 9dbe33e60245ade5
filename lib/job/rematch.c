#include "job/rematch.h"

#include "base/file.h"
#include "base/mem.h"
#include "job/refill.h"
#include "store/emails.h"
#include "store/sightings.h"
#include "store/threads.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_MESSAGES = 2000 };

struct rematch {
	struct mailbox *mb;
	struct rematch_counts *counts;
	struct refill wanted;
	bool may_remove;
	unsigned char (*dropped)[SHA256_BYTES]; /* attachments of messages that are kept no longer, in this batch */
	size_t dropped_count, dropped_cap;
};

static int match_stored(struct rematch *r, const struct email_stored *m, struct match_links *links, struct err *e)
{
	struct mailbox *mb = r->mb;
	struct email_party *parties;
	struct match_party *in_parties;
	size_t n;

	*links = (struct match_links){0};
	if (matcher_is_empty(mb->matcher))
		return 0;
	if (emails_parties(mb->o->store, &mb->scratch, m->id, &parties, &n, e) != 0)
		return -1;
	in_parties = arena_array(&mb->scratch, n, sizeof *in_parties);
	for (size_t i = 0; i < n; i++)
		in_parties[i] = (struct match_party){parties[i].role, parties[i].address};
	struct match_input in = {.parties = in_parties,
	    .count = n,
	    .thread_id = m->thread_id,
	    .email_id = m->id,
	    .is_bulk = m->is_bulk,
	    .dmarc = m->dmarc};
	return matcher_match(mb->matcher, &mb->scratch, &in, links, e);
}

static bool has_link(const struct email_link *old, size_t n, const struct match_link *l)
{
	for (size_t i = 0; i < n; i++)
		if (old[i].investor_id == l->investor_id)
			return strcmp(old[i].kind, match_kind_name(l->kind)) == 0 &&
			       strcmp(old[i].status, match_status_name(l->status)) == 0 &&
			       strcmp(old[i].address, l->address) == 0;
	return false;
}

/* Rows are written only where something changed. */
static int put_links(struct rematch *r, const struct email_stored *m, const struct match_links *links, struct err *e)
{
	struct mailbox *mb = r->mb;
	struct email_link *old;
	size_t n, same = 0;

	if (links_of(mb->o->store, &mb->scratch, m->id, &old, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < links->count; i++)
		same += has_link(old, n, &links->items[i]);
	if ((same == n && same == links->count) || mb->o->dry_run)
		return 0;
	if (links_remove(mb->o->store, m->id, e) != 0)
		return -1;
	for (size_t i = 0; i < links->count; i++) {
		const struct match_link *l = &links->items[i];
		struct email_link row = {
		    l->investor_id, match_kind_name(l->kind), match_status_name(l->status), l->address, l->why};
		if (links_insert(mb->o->store, m->id, &row, mb->o->now, e) != 0)
			return -1;
	}
	return m->is_matched == links->is_matched ? 0 : emails_set_matched(mb->o->store, m->id, links->is_matched, e);
}

static int note_dropped(const void *sha256, void *arg, struct err *e)
{
	struct rematch *r = arg;

	(void)e;
	if (r->dropped_count == r->dropped_cap) {
		r->dropped_cap = r->dropped_cap ? r->dropped_cap * 2 : 64;
		r->dropped = mem_realloc(r->dropped, r->dropped_cap, sizeof *r->dropped);
	}
	memcpy(r->dropped[r->dropped_count++], sha256, SHA256_BYTES);
	return 0;
}

/* Mail that matches nobody keeps its metadata only. */
static int remove_text(struct rematch *r, const struct email_stored *m, struct err *e)
{
	struct store *s = r->mb->o->store;

	r->counts->removed++;
	if (r->mb->o->dry_run)
		return 0;
	if (emails_each_attachment(s, m->id, note_dropped, r, e) != 0)
		return -1;
	return emails_remove_text(s, m->id, e);
}

/* Before the commit: a kill in between leaves rows without a file, and the next run takes both away; the other way round a
 * file would stay that nothing knows of. */
static int remove_files(struct rematch *r, struct err *e)
{
	char *dir = file_join(r->mb->o->data_dir, "attachments");
	bool used;
	int rc = 0;

	for (size_t i = 0; i < r->dropped_count && rc == 0; i++) {
		rc = emails_attachment_used(r->mb->o->store, r->dropped[i], &used, e);
		if (rc == 0 && !used) {
			rc = attachment_files_remove(dir, r->dropped[i], e);
			r->counts->attachments_removed++;
		}
	}
	r->dropped_count = 0;
	free(dir);
	return rc;
}

static int rematch_one(struct rematch *r, const struct email_stored *m, struct err *e)
{
	struct match_links links;
	bool keep;

	if (match_stored(r, m, &links, e) != 0 || put_links(r, m, &links, e) != 0)
		return -1;
	r->counts->seen++;
	r->counts->matched += links.is_matched;
	r->counts->gained += links.is_matched && !m->is_matched;
	r->counts->lost += !links.is_matched && m->is_matched;
	keep = r->mb->o->keep_all || links.is_matched;
	if (keep && !m->has_body)
		refill_add(&r->wanted, m->id);
	return !keep && m->has_body && r->may_remove ? remove_text(r, m, e) : 0;
}

/* One batch: all mail sent since (thread 0), or a thread's; *after moves on, and is 0 at the end. */
static int rematch_batch(struct rematch *r, int64_t thread_id, int64_t since, int64_t *after, struct err *e)
{
	struct mailbox *mb = r->mb;
	struct email_stored m;

	for (size_t n = 0; n < BATCH_MESSAGES; n++) {
		arena_reset(&mb->scratch);
		if ((thread_id ? emails_next_in_thread(mb->o->store, &mb->scratch, thread_id, *after, &m, e)
		               : emails_next(mb->o->store, &mb->scratch, *after, since, &m, e)) != 0)
			return -1;
		*after = m.id;
		if (m.id == 0)
			return 0;
		if (rematch_one(r, &m, e) != 0)
			return -1;
	}
	return 0;
}

static int rematch_all(struct rematch *r, int64_t thread_id, int64_t since, struct err *e)
{
	struct run_counts unused = {0};
	int64_t after = 0;

	do {
		if (mailbox_stopped(r->mb))
			return err_set(e, ERR_TEMPORARY, "stopped; run it again to go on");
		if (mailbox_begin(r->mb, e) != 0)
			return -1;
		if (rematch_batch(r, thread_id, since, &after, e) != 0 || remove_files(r, e) != 0 ||
		    mailbox_commit_files(r->mb, &unused, e) != 0) {
			mailbox_rollback(r->mb);
			return -1;
		}
	} while (after != 0);
	return 0;
}

static int refill(struct rematch *r, struct err *e)
{
	if (r->mb->o->dry_run)
		return 0;
	return refill_run(&r->wanted, r->mb, &r->counts->filled, &r->counts->gone, &r->counts->attachments, e);
}

static void rematch_clear(struct rematch *r)
{
	refill_clear(&r->wanted);
	free(r->dropped);
}

/* The marks go last: a run that is killed before leaves them for the next one. */
static int clear_marks(struct mailbox *mb, struct err *e)
{
	int64_t id = 0;

	if (mailbox_begin(mb, e) != 0)
		return -1;
	for (;;) {
		if (threads_next_rematch(mb->o->store, id, &id, e) != 0)
			break;
		if (id == 0)
			return store_commit(mb->o->store, e);
		if (threads_clear_rematch(mb->o->store, id, e) != 0)
			break;
	}
	mailbox_rollback(mb);
	return -1;
}

int rematch_marked(struct mailbox *mb, struct rematch_counts *counts, struct err *e)
{
	struct rematch r = {.mb = mb, .counts = counts};
	int64_t id = 0;
	bool any = false;
	int rc = 0;

	*counts = (struct rematch_counts){0};
	while (rc == 0 && !mb->o->dry_run) {
		rc = threads_next_rematch(mb->o->store, id, &id, e);
		if (rc != 0 || id == 0)
			break;
		any = true;
		rc = rematch_all(&r, id, 0, e);
	}
	if (rc == 0 && any)
		rc = refill(&r, e);
	if (rc == 0 && any)
		rc = clear_marks(mb, e);
	rematch_clear(&r);
	return rc;
}

static int run(struct rematch *r, int64_t since, struct err *e)
{
	struct mailbox *mb = r->mb;
	struct run_counts c = {0};
	struct err end = {0};
	int rc;

	if (mailbox_begin_run(mb, "rematch", NULL, e) != 0)
		return -1;
	rc = rematch_all(r, 0, since, e);
	if (rc == 0)
		rc = refill(r, e);
	c.seen = c.known = r->counts->seen;
	c.matched = r->counts->matched;
	c.attachments = r->counts->attachments;
	if (mailbox_end_run(mb, &c, e, &end) != 0 && rc == 0) {
		*e = end;
		rc = -1;
	}
	return rc;
}

int rematch_run(const struct mailbox_options *given, int64_t since, struct rematch_counts *counts, struct err *e)
{
	struct mailbox_options o = *given;
	struct mailbox mb;
	struct rematch r = {.mb = &mb, .counts = counts, .may_remove = true};
	int rc;

	*counts = (struct rematch_counts){0};
	o.address = NULL;
	rc = mailbox_open(&mb, &o, e);
	if (rc == 0)
		rc = run(&r, since, e);
	rematch_clear(&r);
	mailbox_close(&mb);
	return rc;
}
