#include "job/outbox.h"

#include "base/file.h"
#include "base/sha256.h"
#include "job/outbox_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *outbox_path(struct arena *a, const char *dir, int64_t id)
{
	size_t n = strlen(dir);

	return arena_printf(a, "%s%s%lld.eml", dir, n && dir[n - 1] == '/' ? "" : "/", (long long)id);
}

/* A Message-ID that no other message has: its row is the only one behind `last_id` with this key. */
static const char *make_message_id(struct arena *a, const struct outbox_draft *d, int64_t last_id, int64_t now)
{
	const char *seed =
	    arena_printf(a, "%s\n%lld\n%lld\n%s", d->dedupe_key, (long long)last_id, (long long)now, d->domain);
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];

	sha256_of(seed, strlen(seed), digest);
	sha256_hex(digest, hex);
	return arena_printf(a, "%s-digest.%.32s@%s", d->kind, hex, d->domain);
}

static int compare_recipients(const void *x, const void *y)
{
	return strcmp(((const struct outbox_recipient *)x)->address, ((const struct outbox_recipient *)y)->address);
}

static bool same_recipients(const struct outbox_message *m, const struct outbox_recipient *sorted, size_t n)
{
	if (m->recipient_count != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(m->recipients[i].address, sorted[i].address) != 0)
			return false;
	return true;
}

/* The earlier message says what the draft would say, and its file is whole: then there is nothing to do. */
static int is_same(struct arena *a, const char *dir, const struct outbox_draft *d, const struct outbox_message *earlier,
    const struct outbox_recipient *sorted, bool *same, struct err *e)
{
	struct buf bytes = {0}, file = {0};
	int rc = -1;

	*same = false;
	if (d->compose(d->arg, earlier->message_id, earlier->created_at, &bytes, e) != 0)
		goto out;
	rc = 0;
	if (!same_recipients(earlier, sorted, d->recipient_count) || bytes.len != earlier->size_bytes)
		goto out;
	struct err unreadable = {0};
	*same = outbox_file_read(outbox_path(a, dir, earlier->id), &file, &unreadable) == 0 && file.len == bytes.len &&
	        memcmp(file.data, bytes.data, bytes.len) == 0;
out:
	buf_clear(&bytes);
	buf_clear(&file);
	return rc;
}

static int discard(struct store *s, const struct outbox_message *m, int64_t now, struct err *e)
{
	bool changed;

	return m ? outbox_set_state(s, m->id, m->state, OUTBOX_DISCARDED, now, &changed, e) : 0;
}

/* The row first: its id names the file. The file is whole on the disk before the row is committed. */
static int write_new(struct store *s, struct arena *a, const char *dir, const struct outbox_draft *d, int64_t last_id,
    struct outbox_frozen *out, struct err *e)
{
	struct outbox_message *m = &out->message;
	struct buf bytes = {0};
	int rc = -1;

	m->message_id = make_message_id(a, d, last_id, m->created_at);
	if (d->compose(d->arg, m->message_id, m->created_at, &bytes, e) != 0)
		goto out;
	sha256_of(bytes.data, bytes.len, m->sha256);
	m->size_bytes = bytes.len;
	if (outbox_insert(s, m, e) != 0)
		goto out;
	out->path = outbox_path(a, dir, m->id);
	rc = file_write_atomic(out->path, bytes.data, bytes.len, 0600, e);
out:
	buf_clear(&bytes);
	return rc;
}

static struct outbox_message message_of(struct arena *a, const struct outbox_draft *d, int64_t now)
{
	struct outbox_recipient *sorted = arena_array(a, d->recipient_count, sizeof *sorted);

	memcpy(sorted, d->recipients, d->recipient_count * sizeof *sorted);
	qsort(sorted, d->recipient_count, sizeof *sorted, compare_recipients);
	return (struct outbox_message){.kind = d->kind,
	    .dedupe_key = d->dedupe_key,
	    .state = OUTBOX_READY,
	    .subject = d->subject,
	    .from_address = d->from_address,
	    .period_start = d->period_start,
	    .period_end = d->period_end,
	    .created_at = now,
	    .recipients = sorted,
	    .recipient_count = d->recipient_count};
}

/* What is in the outbox about the draft's key, and about the key it supersedes as long as that was not sent. */
static int find_earlier(struct store *s, struct arena *a, const struct outbox_draft *d, struct outbox_message **earlier,
    struct outbox_message **partial, struct err *e)
{
	*partial = NULL;
	if (outbox_find_live(s, a, d->dedupe_key, earlier, e) != 0)
		return -1;
	if (*earlier && (*earlier)->state == OUTBOX_SENT)
		return err_set(e, ERR_REFUSED,
		    "outbox %lld: this period's message was sent already, it is not built again",
		    (long long)(*earlier)->id);
	if (d->supersedes && outbox_find_live(s, a, d->supersedes, partial, e) != 0)
		return -1;
	if (*partial && (*partial)->state == OUTBOX_SENT)
		*partial = NULL;
	return 0;
}

/* Within the write transaction. */
static int freeze(struct store *s, struct arena *a, const char *dir, const struct outbox_draft *d, int64_t now,
    struct outbox_frozen *out, struct err *e)
{
	struct outbox_message *earlier, *partial;
	int64_t last_id;
	bool same = false;

	out->message = message_of(a, d, now);
	if (outbox_last_id(s, &last_id, e) != 0 || outbox_file_sweep(s, a, dir, last_id, e) != 0 ||
	    find_earlier(s, a, d, &earlier, &partial, e) != 0)
		return -1;
	if (earlier && is_same(a, dir, d, earlier, out->message.recipients, &same, e) != 0)
		return -1;
	if (discard(s, partial, now, e) != 0)
		return -1;
	out->superseded_id = partial ? partial->id : 0;
	if (same) {
		out->outcome = OUTBOX_SAME;
		out->message = *earlier;
		out->path = outbox_path(a, dir, earlier->id);
		return 0;
	}
	out->outcome = earlier || partial ? OUTBOX_REPLACED : OUTBOX_NEW;
	out->replaced_id = earlier ? earlier->id : 0;
	/* A person held the earlier one back: what replaces it does not go out either until a person says so. */
	if ((earlier && earlier->state == OUTBOX_HELD) || (partial && partial->state == OUTBOX_HELD))
		out->message.state = OUTBOX_HELD;
	if (discard(s, earlier, now, e) != 0)
		return -1;
	return write_new(s, a, dir, d, last_id, out, e);
}

int outbox_freeze(struct store *s, struct arena *a, const char *dir, const struct outbox_draft *d, int64_t now,
    struct outbox_frozen *out, struct err *e)
{
	*out = (struct outbox_frozen){0};
	if (file_make_dirs(dir, e) != 0 || store_begin(s, e) != 0)
		return -1;
	if (freeze(s, a, dir, d, now, out, e) != 0 || store_commit(s, e) != 0) {
		store_rollback(s);
		return -1;
	}
	/* Only now are the replaced files of no use; a kill before this line leaves them to the next sweep. */
	if (out->replaced_id)
		unlink(outbox_path(a, dir, out->replaced_id));
	if (out->superseded_id)
		unlink(outbox_path(a, dir, out->superseded_id));
	return 0;
}

int outbox_move(struct store *s, struct arena *a, const char *dir, int64_t id, enum outbox_state to, bool dry_run,
    int64_t now, struct err *e)
{
	struct outbox_message *m;
	bool changed;

	if (outbox_get(s, a, id, &m, e) != 0)
		return -1;
	if (!m)
		return err_set(e, ERR_NO_INPUT, "outbox %lld: there is no such message", (long long)id);
	if ((to == OUTBOX_HELD && m->state != OUTBOX_READY) || (to == OUTBOX_READY && m->state != OUTBOX_HELD) ||
	    (to == OUTBOX_DISCARDED && m->state != OUTBOX_READY && m->state != OUTBOX_HELD))
		return err_set(e, ERR_REFUSED, "outbox %lld: it is %s", (long long)id, outbox_state_name(m->state));
	if (dry_run)
		return 0;
	if (outbox_set_state(s, id, m->state, to, now, &changed, e) != 0)
		return -1;
	if (!changed)
		return err_set(e, ERR_TEMPORARY, "outbox %lld: another program changed it just now", (long long)id);
	if (to == OUTBOX_DISCARDED && unlink(outbox_path(a, dir, id)) != 0 && errno != ENOENT)
		return err_errno(e, "%s: remove", outbox_path(a, dir, id));
	return 0;
}
