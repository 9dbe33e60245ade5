#include "job/mailbox.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/mem.h"
#include "store/bulk.h"

#include <stdlib.h>

static int take_lock(struct mailbox *mb, const char *dir, int64_t account_id, struct err *e)
{
	char *path = mem_printf("%s/account-%lld.lock", dir, (long long)account_id);
	int rc;

	mb->lock_fds = mem_realloc(mb->lock_fds, mb->lock_count + 1, sizeof *mb->lock_fds);
	rc = lock_take(path, &mb->lock_fds[mb->lock_count], e);
	mb->lock_count += rc == 0;
	free(path);
	return rc;
}

/* What the walk over the accounts needs to lock each. */
struct locking {
	struct mailbox *mb;
	const char *dir;
	struct err *e;
};

static int lock_account(const struct account *account, void *arg)
{
	struct locking *l = arg;

	return take_lock(l->mb, l->dir, account->id, l->e);
}

static int take_locks(struct mailbox *mb, struct err *e)
{
	char *dir = file_join(mb->o->data_dir, "locks");
	struct locking l = {mb, dir, e};
	int rc = file_make_dirs(dir, e);

	if (rc == 0)
		rc = mb->account.id ? take_lock(mb, dir, mb->account.id, e)
		                    : accounts_each(mb->o->store, true, lock_account, &l, e);
	free(dir);
	return rc;
}

static int open_files(struct mailbox *mb, struct err *e)
{
	char *dir = file_join(mb->o->data_dir, "attachments");
	char *owner = mem_printf("%lld", (long long)mb->account.id);
	int rc = attachment_files_open(dir, owner, &mb->files, e);

	free(owner);
	free(dir);
	return rc;
}

static int prepare_to_write(struct mailbox *mb, struct err *e)
{
	struct store *s = mb->o->store;

	if (take_locks(mb, e) != 0 || open_files(mb, e) != 0 || bulk_tune(s, e) != 0 || store_begin(s, e) != 0)
		return -1;
	if (runs_interrupt(s, mb->account.id, mb->o->now, e) == 0 && store_commit(s, e) == 0)
		return 0;
	store_rollback(s);
	return -1;
}

int mailbox_open(struct mailbox *mb, const struct mailbox_options *o, struct err *e)
{
	bool found = true;

	*mb = (struct mailbox){.o = o, .started_s = clock_monotonic_s()};
	if (o->address && accounts_get(o->store, &mb->strings, o->address, &mb->account, &found, e) != 0)
		return -1;
	if (!found)
		return err_set(
		    e, ERR_NO_INPUT, "%s: no such account; `account add %s` enrolls it", o->address, o->address);
	if (!o->dry_run && prepare_to_write(mb, e) != 0)
		return -1;
	if (matcher_new(o->store, o->free_mail, &mb->matcher, e) != 0)
		return -1;
	mb->parser = message_parser_new();
	mb->capture = capture_new(&(struct capture_options){.store = o->store,
	    .account = &mb->account,
	    .matcher = mb->matcher,
	    .files = mb->files,
	    .keep_all = o->keep_all,
	    .max_attachment_bytes = o->max_attachment_bytes,
	    .now = o->now});
	return 0;
}

void mailbox_close(struct mailbox *mb)
{
	capture_free(mb->capture);
	matcher_free(mb->matcher);
	attachment_files_close(mb->files);
	message_parser_free(mb->parser);
	arena_clear(&mb->strings);
	arena_clear(&mb->scratch);
	while (mb->lock_count > 0)
		lock_release(mb->lock_fds[--mb->lock_count]);
	free(mb->lock_fds);
	mb->lock_fds = NULL;
}

int mailbox_begin_run(struct mailbox *mb, const char *kind, const char *source, struct err *e)
{
	struct store *s = mb->o->store;

	if (mb->o->dry_run)
		return 0;
	if (bulk_tune(s, e) != 0 || store_begin(s, e) != 0)
		return -1;
	if (runs_begin(s, mb->account.id, kind, source, mailbox_now(mb), &mb->run_id, e) == 0 &&
	    store_commit(s, e) == 0)
		return 0;
	store_rollback(s);
	return -1;
}

int mailbox_end_run(struct mailbox *mb, const struct run_counts *c, const struct err *cause, struct err *e)
{
	struct store *s = mb->o->store;
	bool adds_up = c->seen == c->stored + c->known + c->failed, failed = cause && cause->code;
	struct err bug = {0};

	if (!adds_up && !failed)
		err_set(&bug, ERR_BUG, "%lld messages seen, but %lld stored, %lld known, %lld failed",
		    (long long)c->seen, (long long)c->stored, (long long)c->known, (long long)c->failed);
	if (!mb->o->dry_run) {
		const char *text = failed ? cause->text : bug.code ? bug.text : NULL;
		const char *status = mailbox_stopped(mb) ? "interrupted"
		                     : text              ? "failed"
		                     : c->failed         ? "partial"
		                                         : "ok";
		if (bulk_settle(s, e) != 0 || store_begin(s, e) != 0)
			return -1;
		if (runs_update(s, mb->run_id, status, c, text, mailbox_now(mb), e) != 0 || store_commit(s, e) != 0) {
			store_rollback(s);
			return -1;
		}
	}
	if (bug.code)
		*e = bug;
	return bug.code ? -1 : 0;
}

int mailbox_begin(struct mailbox *mb, struct err *e)
{
	return mb->o->dry_run ? 0 : store_begin(mb->o->store, e);
}

static int keep_files(struct mailbox *mb, struct run_counts *c, struct err *e)
{
	size_t files;

	if (capture_flush(mb->capture, e) != 0)
		return -1;
	if (attachment_files_keep(mb->files, &files, e) != 0)
		return -1;
	c->attachments += (int64_t)files;
	return 0;
}

int mailbox_commit_files(struct mailbox *mb, struct run_counts *c, struct err *e)
{
	if (mb->o->dry_run)
		return 0;
	return keep_files(mb, c, e) == 0 ? store_commit(mb->o->store, e) : -1;
}

int mailbox_commit(struct mailbox *mb, struct run_counts *c, struct err *e)
{
	if (mb->o->dry_run)
		return 0;
	if (keep_files(mb, c, e) != 0)
		return -1;
	if (runs_update(mb->o->store, mb->run_id, "running", c, NULL, 0, e) != 0)
		return -1;
	return store_commit(mb->o->store, e);
}

void mailbox_rollback(struct mailbox *mb)
{
	store_rollback(mb->o->store);
	if (mb->files)
		attachment_files_drop(mb->files);
	if (mb->capture)
		capture_forget(mb->capture);
}

bool mailbox_stopped(const struct mailbox *mb)
{
	return mb->o->stop && *mb->o->stop;
}

int64_t mailbox_now(const struct mailbox *mb)
{
	return mb->o->now + (int64_t)(clock_monotonic_s() - mb->started_s);
}
