#include "job/retry.h"

#include "base/mem.h"
#include "job/import.h"
#include "job/incoming.h"
#include "job/source.h"
#include "store/sources.h"

#include <stdlib.h>
#include <string.h>

struct retry {
	struct mailbox *mb;
	struct run_counts *counts;
	struct source *source;
	const char *path; /* of the source at hand, also when it could not be opened */
	struct err why;   /* then */
};

static void go_to_path(struct retry *r, const char *path)
{
	size_t max_bytes =
	    r->mb->o->message.limits ? r->mb->o->message.limits->raw_bytes : message_default_limits.raw_bytes;

	if (r->path && strcmp(r->path, path) == 0)
		return;
	if (r->source)
		r->source->close(r->source);
	r->source = NULL;
	r->path = path;
	r->why = (struct err){0};
	if (source_open(path, max_bytes, &r->source, &r->why) != 0)
		r->source = NULL;
}

static int read_place(struct retry *r, const struct failed_item *f, struct source_item *item, struct incoming *in)
{
	struct mailbox *mb = r->mb;
	const char *name = *f->name ? f->name : NULL;

	*item = (struct source_item){.offset = f->offset, .name = name};
	go_to_path(r, f->path);
	if (!r->source)
		return -1;
	r->why = (struct err){0};
	if (r->source->at(r->source, f->offset, name, item, &r->why) != 0)
		return -1;
	if (item->failure)
		return err_set(&r->why, ERR_INPUT, "%s", item->failure);
	return incoming_read(
	    mb->parser, &mb->scratch, item->raw, item->size_bytes, &mb->o->message, mb->account.id, in, &r->why);
}

static int retry_place(struct retry *r, const struct failed_item *f, struct err *e)
{
	struct mailbox *mb = r->mb;
	struct store *s = mb->o->store;
	struct source_item item;
	struct capture_result result;
	struct incoming in;

	r->counts->seen++;
	if (read_place(r, f, &item, &in) != 0) {
		r->counts->failed++;
		return mb->o->dry_run ? 0
		                      : failed_put(s, mb->account.id, f->source_id, f->offset, f->name,
		                            (int64_t)item.size_bytes, r->why.text, mb->o->now, e);
	}
	struct capture_place place = {f->source_id, f->offset, *f->name ? f->name : NULL};
	if ((mb->o->dry_run ? capture_preview(mb->capture, &mb->scratch, &in, &result, e)
	                    : capture_store(mb->capture, &mb->scratch, &in, &place, &result, e)) != 0)
		return -1;
	r->counts->stored += result.is_stored;
	r->counts->known += !result.is_stored;
	r->counts->matched += result.is_stored && result.is_matched;
	return mb->o->dry_run ? 0 : failed_resolve(s, f->id, mb->o->now, e);
}

/* Each place in a transaction of its own: they are few. */
static int retry_in_transaction(struct retry *r, const struct failed_item *f, struct err *e)
{
	struct mailbox *mb = r->mb;
	struct run_counts before = *r->counts;
	int rc;

	if (mailbox_begin(mb, e) != 0)
		return -1;
	rc = retry_place(r, f, e);
	arena_reset(&mb->scratch);
	if (rc == 0)
		rc = mailbox_commit(mb, r->counts, e);
	if (rc != 0) {
		mailbox_rollback(mb);
		*r->counts = before;
	}
	return rc;
}

static void add_counts(struct run_counts *to, const struct run_counts *c)
{
	to->seen += c->seen;
	to->stored += c->stored;
	to->known += c->known;
	to->matched += c->matched;
	to->failed += c->failed;
	to->attachments += c->attachments;
}

/* A file that was cut short, or could not be opened at all, is gone on with. */
static int retry_file(struct retry *r, const char *path, struct err *e)
{
	struct run_counts c = {0};
	int rc = import_path(r->mb, path, &c, e);

	add_counts(r->counts, &c);
	return rc;
}

static int retry_all(struct retry *r, struct err *e)
{
	struct mailbox *mb = r->mb;
	struct failed_item f = {0}, after = {.offset = INT64_MIN};
	int64_t file_done = 0;
	int rc = 0;

	for (; rc == 0; after = f) {
		if (mailbox_stopped(mb))
			return err_set(e, ERR_TEMPORARY, "stopped; run it again to go on");
		if (failed_next(mb->o->store, &mb->strings, mb->account.id, &after, &f, e) != 0)
			return -1;
		if (f.id == 0)
			return 0;
		if (f.is_behind_cursor) {
			if (f.source_id != file_done)
				rc = retry_file(r, f.path, e);
			file_done = f.source_id;
		} else {
			rc = retry_in_transaction(r, &f, e);
		}
	}
	return rc;
}

static int retry_account(const struct mailbox_options *o, struct run_counts *counts, struct err *e)
{
	struct mailbox mb;
	struct run_counts c = {0};
	struct retry r = {.mb = &mb, .counts = &c};
	struct err end = {0};
	int rc = mailbox_open(&mb, o, e);

	if (rc == 0)
		rc = mailbox_begin_run(&mb, "retry", NULL, e);
	if (rc == 0) {
		rc = retry_all(&r, e);
		if (mailbox_end_run(&mb, &c, e, &end) != 0 && rc == 0) {
			*e = end;
			rc = -1;
		}
	}
	if (r.source)
		r.source->close(r.source);
	mailbox_close(&mb);
	add_counts(counts, &c);
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

	n->items = mem_realloc(n->items, n->count + 1, sizeof *n->items);
	n->items[n->count++] = mem_strdup(account->address);
	return 0;
}

int retry_run(const struct mailbox_options *given, struct run_counts *counts, struct err *e)
{
	struct mailbox_options o = *given;
	struct names names = {0};
	int rc;

	*counts = (struct run_counts){0};
	if (given->address)
		return retry_account(given, counts, e);
	rc = accounts_each(o.store, false, add_name, &names, e);
	for (size_t i = 0; i < names.count; i++) {
		o.address = names.items[i];
		if (rc == 0)
			rc = retry_account(&o, counts, e);
		free(names.items[i]);
	}
	free(names.items);
	return rc;
}
