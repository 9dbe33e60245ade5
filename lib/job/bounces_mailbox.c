/* Folders of a mailbox on an IMAP server. */
#include "base/log.h"
#include "base/mem.h"
#include "job/bounces_act.h"
#include "job/bounces_read.h"
#include "job/imap_access.h"
#include "net/imap_change.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	BATCH = 200, /* messages a transaction */
	FIRST_BYTES =
	    1000000, /* of a message: the head of a report says enough; no more than MAILROOM_MAX_MESSAGE_MB can ask for */
	BATCH_BYTES = 64 << 20, /* asked for at once; one message at a time is in memory */
};

struct copy {
	uint32_t uid;
	struct bounces_item item;
};

struct folder_scan {
	struct bounces_run *r;
	const struct bounces_mailbox *m;
	struct imap *imap;
	struct bounce_folder folder;
	struct imap_folder_state state;
	struct bounces_reader *reader;
	struct arena a; /* of the batch at hand */
	struct copy *copies;
	size_t count;
	uint32_t cursor, failed; /* failed: the first UID that could not be fetched; 0: none */
	bool moves_cursor;
	struct err *e;
};

static int take(const struct imap_message *msg, void *arg)
{
	struct folder_scan *f = arg;
	struct bounces_totals *t = &f->r->totals;
	struct bounces_item item;
	bool is_report;

	if (msg->found == IMAP_GONE)
		return 0;
	t->seen++;
	if (msg->found != IMAP_FOUND) {
		t->failed++;
		if (!f->failed || msg->uid < f->failed)
			f->failed = msg->uid;
		log_warning("%s %u: the server does not give this message: %s", f->folder.name, msg->uid, msg->words);
		return 0;
	}
	if (bounces_read(f->reader, &f->a, msg->bytes, msg->len, &item, &is_report, f->e) != 0)
		return -1;
	if (!is_report) {
		t->other++;
		return 0;
	}
	f->copies = arena_more(&f->a, f->copies, f->count, sizeof *f->copies);
	f->copies[f->count++] = (struct copy){msg->uid, item};
	return 0;
}

static bool is_read_only(const struct folder_scan *f)
{
	return f->r->o->dry_run || f->m->keep_unseen;
}

/* Marks on the server and then in the database: killed in between, it is marked once more. */
static int mark_some(struct folder_scan *f, const uint32_t *uids, size_t n, struct err *e)
{
	struct store *s = f->r->o->store;
	struct imap_set set = {0};
	int rc;

	for (size_t i = 0; i < n; i++)
		imap_set_add(&set, uids[i], uids[i]);
	rc = f->m->move_to ? imap_change_move(f->imap, &set, f->m->move_to, e) : imap_change_seen(f->imap, &set, e);
	imap_set_clear(&set);
	if (rc != 0)
		return err_prefix(e, "%s", f->m->move_to ? f->m->move_to : f->folder.name);
	if (store_begin(s, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (bounces_place_marked(s, &f->folder, uids[i], f->r->o->now, e) != 0) {
			store_rollback(s);
			return -1;
		}
	rc = store_commit(s, e);
	if (rc != 0)
		store_rollback(s);
	return rc;
}

static int mark_due(struct folder_scan *f, struct err *e)
{
	uint32_t *uids;
	size_t n = 1;

	while (!is_read_only(f) && n > 0) {
		if (bounces_places_due(f->r->o->store, &f->a, &f->folder, BATCH, &uids, &n, e) != 0 ||
		    (n > 0 && mark_some(f, uids, n, e) != 0))
			return -1;
		arena_reset(&f->a);
	}
	return 0;
}

/* Within the transaction. */
static int act_on_batch(struct folder_scan *f, struct err *e)
{
	struct store *s = f->r->o->store;
	int64_t id;

	for (size_t i = 0; i < f->count; i++)
		if (bounces_act(f->r, &f->a, &f->copies[i].item, &id, e) != 0 ||
		    bounces_put_place(s, &f->folder, f->copies[i].uid, id, !f->m->keep_unseen, e) != 0)
			return -1;
	return f->moves_cursor ? bounces_set_cursor(s, &f->folder, f->cursor, f->r->o->now, e) : 0;
}

static int settle_batch(struct folder_scan *f, uint32_t last, struct err *e)
{
	if (!f->failed)
		f->cursor = last;
	else if (f->cursor < f->failed - 1)
		f->cursor = f->failed - 1;
	if (store_begin(f->r->o->store, e) != 0 || bounces_settle(f->r, act_on_batch(f, e), e) != 0)
		return -1;
	arena_reset(&f->a);
	f->copies = NULL;
	f->count = 0;
	return mark_due(f, e);
}

static int fetch_batch(struct folder_scan *f, const struct imap_wanted *wanted, size_t n, struct err *e)
{
	const struct imap_fetch_options o = {
	    .cap_bytes = FIRST_BYTES, .first_bytes = FIRST_BYTES, .batch_bytes = BATCH_BYTES, .batch_max = BATCH};

	f->e = e;
	if (n == 0)
		return 0;
	if (imap_fetch(f->imap, wanted, n, &o, take, f, e) != 0)
		return -1;
	return settle_batch(f, wanted[n - 1].uid, e);
}

static bool is_stopped(const struct folder_scan *f)
{
	return f->r->o->stop && *f->r->o->stop;
}

static int fetch_all(struct folder_scan *f, const struct imap_set *uids, struct err *e)
{
	struct imap_wanted wanted[BATCH];
	uint64_t total = imap_set_count(uids), done = 0;
	size_t n = 0;

	for (size_t i = 0; i < uids->n; i++)
		for (uint32_t uid = uids->ranges[i].first;; uid++) {
			wanted[n++] = (struct imap_wanted){.uid = uid};
			if (n == BATCH) {
				if (fetch_batch(f, wanted, n, e) != 0)
					return -1;
				done += n;
				n = 0;
				log_progress("%s: %llu of %llu messages", f->folder.name, (unsigned long long)done,
				    (unsigned long long)total);
				if (is_stopped(f))
					return 0;
			}
			if (uid == uids->ranges[i].last)
				break;
		}
	return fetch_batch(f, wanted, n, e);
}

/* Everything up to there was looked at, or was read by somebody before. */
static int close_folder(struct folder_scan *f, struct err *e)
{
	struct store *s = f->r->o->store;

	if (f->r->o->dry_run || !f->moves_cursor || f->failed || is_stopped(f))
		return 0;
	if (f->state.uidnext > 0 && f->cursor < f->state.uidnext - 1)
		f->cursor = f->state.uidnext - 1;
	if (store_begin(s, e) != 0)
		return -1;
	if (bounces_set_cursor(s, &f->folder, f->cursor, f->r->o->now, e) == 0 && store_commit(s, e) == 0)
		return 0;
	store_rollback(s);
	return -1;
}

static int open_folder(struct folder_scan *f, struct err *e)
{
	bool known;

	if (is_read_only(f) ? imap_select(f->imap, f->folder.name, &f->state, e) != 0
	                    : imap_change_select(f->imap, f->folder.name, &f->state, e) != 0)
		return -1;
	f->folder.uidvalidity = f->state.uidvalidity;
	if (bounces_cursor(f->r->o->store, &f->folder, &f->cursor, &known, e) != 0)
		return -1;
	/* A look back does not take the place of what is still to be read. */
	f->moves_cursor = !f->m->has_since || !known;
	return mark_due(f, e);
}

static int scan_folder(struct folder_scan *f, struct err *e)
{
	struct imap_set uids = {0};
	int rc;

	if (open_folder(f, e) != 0)
		return -1;
	rc = f->m->has_since ? imap_uids(f->imap, f->m->since, &uids, e)
	                     : imap_uids_unseen(f->imap, f->cursor + 1, &uids, e);
	if (rc == 0)
		rc = fetch_all(f, &uids, e);
	if (rc == 0)
		rc = close_folder(f, e);
	imap_set_clear(&uids);
	return rc;
}

/* INBOX is the one name that servers know in any case (RFC 9051, 5.1). */
static bool is_same_folder(const char *a, const char *b)
{
	return strcmp(a, b) == 0 || (strcasecmp(a, "INBOX") == 0 && strcasecmp(b, "INBOX") == 0);
}

static int check(const struct bounces_mailbox *m, struct err *e)
{
	for (const char *const *name = m->folders; *name; name++)
		if (m->move_to && is_same_folder(*name, m->move_to))
			return err_set(
			    e, ERR_CONFIG, "%s: reports cannot be moved to a folder that is read", m->move_to);
	return 0;
}

static int scan_folders(struct bounces_run *r, const struct bounces_mailbox *m, struct imap *imap, struct err *e)
{
	int rc = 0;

	for (const char *const *name = m->folders; *name && rc == 0 && !(r->o->stop && *r->o->stop); name++) {
		struct folder_scan f = {
		    .r = r, .m = m, .imap = imap, .folder = {.account_id = m->account->id, .name = *name}};
		f.reader = bounces_reader_new(r->o->config);
		rc = scan_folder(&f, e);
		bounces_reader_free(f.reader);
		arena_clear(&f.a);
	}
	log_progress_end();
	return rc;
}

int bounces_scan_mailbox(struct bounces_run *r, const struct bounces_mailbox *m, struct err *e)
{
	const struct imap_access_options o = {.config = r->o->config, .store = r->o->store, .now = r->o->now};
	struct imap_settings settings;
	struct imap *imap = NULL;
	struct arena a = {0};
	int rc = -1;

	if (check(m, e) == 0 && imap_access_open(&o, m->account, &a, &settings, &imap, e) == 0)
		rc = scan_folders(r, m, imap, e);
	imap_close(imap);
	arena_clear(&a);
	return rc == 0 ? 0 : err_prefix(e, "%s", m->account->address);
}
