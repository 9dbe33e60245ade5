#include "job/refill_remote.h"

#include "base/mem.h"
#include "job/incoming.h"
#include "job/refill.h"
#include "store/emails.h"
#include "store/remotes.h"

#include <stdlib.h>
#include <string.h>

enum { IDS_AT_ONCE = 500, BATCH_BYTES = 4 * 1024 * 1024 };

/* A message that has arrived and waits for the transaction. */
struct arrived {
	const char *remote_id, *raw; /* raw NULL: the mailbox no longer has it */
	size_t raw_len;
	int64_t email_id;
};

struct fill {
	struct mailbox *mb;
	const struct account *account;
	bool all;
	int64_t after, filled;
	const char *ids[IDS_AT_ONCE];
	int64_t email_ids[IDS_AT_ONCE];
	size_t n;
	struct arrived arrived[IDS_AT_ONCE];
	size_t count, bytes;
	struct arena names, held;
	struct run_counts counts;
};

static int note_gone(struct fill *f, const struct arrived *m, struct err *e)
{
	struct mailbox *mb = f->mb;
	struct remote_message known;

	if (remotes_get(mb->o->store, &mb->scratch, f->account->id, m->remote_id, &known, e) != 0)
		return -1;
	if (!known.remote_id)
		return 0;
	known.is_deleted = true;
	if (remotes_put(mb->o->store, f->account->id, &known, mb->o->now, e) != 0)
		return -1;
	return remotes_update_sighting(
	    mb->o->store, f->account->id, m->email_id, m->remote_id, NULL, false, mb->o->now, e);
}

static int keep(struct fill *f, const struct arrived *m, struct err *e)
{
	struct mailbox *mb = f->mb;
	struct email_stored stored;
	struct incoming in;
	struct err unused = {0};

	if (!m->raw)
		return note_gone(f, m, e);
	if (emails_get(mb->o->store, &mb->scratch, m->email_id, &stored, e) != 0)
		return -1;
	if (stored.id == 0 || stored.has_body ||
	    incoming_read(mb->parser, &mb->scratch, m->raw, m->raw_len, &mb->o->message, 0, &in, &unused) != 0 ||
	    !refill_is_same(&stored, &in.message))
		return 0;
	f->filled++;
	return capture_keep(mb->capture, m->email_id, &in, e);
}

static int keep_arrived(struct fill *f, struct err *e)
{
	struct mailbox *mb = f->mb;
	int rc = mailbox_begin(mb, e);

	for (size_t i = 0; i < f->count && rc == 0; i++) {
		rc = keep(f, &f->arrived[i], e);
		arena_reset(&mb->scratch);
	}
	if (rc == 0)
		rc = mailbox_commit_files(mb, &f->counts, e);
	if (rc != 0)
		mailbox_rollback(mb);
	f->count = f->bytes = 0;
	arena_reset(&f->held);
	return rc;
}

static int take(const struct remote_item *item, void *arg, struct err *e)
{
	struct fill *f = arg;

	if (item->outcome == REMOTE_FAILED)
		return 0;
	f->arrived[f->count++] = (struct arrived){.remote_id = f->ids[item->index],
	    .email_id = f->email_ids[item->index],
	    .raw = item->raw ? arena_strndup(&f->held, item->raw, item->raw_len) : NULL,
	    .raw_len = item->raw_len};
	f->bytes += item->raw_len;
	if (f->bytes < BATCH_BYTES)
		return 0;
	if (keep_arrived(f, e) != 0)
		return -1;
	return mailbox_stopped(f->mb) ? err_set(e, ERR_TEMPORARY, "stopped; run it again to go on") : 0;
}

/* The next ones that are wanted, up to IDS_AT_ONCE. */
static int find_wanted(struct fill *f, struct err *e)
{
	struct remote_message m;

	arena_reset(&f->names);
	for (f->n = 0; f->n < IDS_AT_ONCE; f->n++) {
		if (remotes_next_wanted(f->mb->o->store, &f->names, f->account->id, f->after, f->all, &m, e) != 0)
			return -1;
		if (m.email_id == 0)
			return 0;
		f->ids[f->n] = m.remote_id;
		f->email_ids[f->n] = f->after = m.email_id;
	}
	return 0;
}

int refill_remote(struct mailbox *mb, const struct account *account, struct remote *remote, bool all, int64_t *filled,
    int64_t *files, struct err *e)
{
	struct fill *f = mem_alloc(sizeof *f);
	int rc;

	f->mb = mb;
	f->account = account;
	f->all = all;
	while ((rc = find_wanted(f, e)) == 0 && f->n > 0) {
		rc = remote->fetch(remote, f->ids, f->n, take, f, e);
		if (rc == 0)
			rc = keep_arrived(f, e);
		if (rc != 0)
			break;
	}
	*filled += f->filled;
	*files += f->counts.attachments;
	arena_clear(&f->names);
	arena_clear(&f->held);
	free(f);
	return rc;
}

/* The addresses first: a walk over the accounts must not go on while they are worked on. */
struct names {
	char **items;
	size_t count;
};

static int add_name(const struct account *account, void *arg)
{
	struct names *n = arg;

	if (strcmp(account->provider, ACCOUNTS_FILE) == 0)
		return 0;
	n->items = mem_realloc(n->items, n->count + 1, sizeof *n->items);
	n->items[n->count++] = mem_strdup(account->address);
	return 0;
}

static int fill_account(struct mailbox *mb, const char *address, int64_t *filled, int64_t *files, struct err *e)
{
	const struct remote_opener *open = mb->o->remotes;
	struct remote *remote = NULL;
	struct remote_message m;
	struct account account;
	bool found;
	int rc;

	if (accounts_get(mb->o->store, &mb->strings, address, &account, &found, e) != 0)
		return -1;
	if (!found)
		return 0;
	if (remotes_next_wanted(mb->o->store, &mb->scratch, account.id, 0, mb->o->keep_all, &m, e) != 0)
		return -1;
	if (m.email_id == 0)
		return 0;
	if (open->open(open->arg, mb->o->store, &account, &remote, e) != 0)
		return err_prefix(e, "%s", address);
	rc = refill_remote(mb, &account, remote, mb->o->keep_all, filled, files, e);
	remote->close(remote);
	return rc == 0 ? 0 : err_prefix(e, "%s", address);
}

int refill_remotes(struct mailbox *mb, int64_t *filled, int64_t *files, struct err *e)
{
	struct names names = {0};
	struct err why = {0};
	int rc = 0;

	if (!mb->o->remotes)
		return 0;
	if (accounts_each(mb->o->store, false, add_name, &names, &why) != 0)
		rc = -1;
	for (size_t i = 0; i < names.count; i++) {
		struct err here = {0};
		if (fill_account(mb, names.items[i], filled, files, &here) != 0) {
			why = rc == 0 ? here : why;
			rc = -1;
		}
		free(names.items[i]);
	}
	free(names.items);
	if (rc != 0)
		*e = why;
	return rc;
}
