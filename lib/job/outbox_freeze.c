#include "job/outbox.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "job/outbox_file.h"
#include "job/room_key.h"
#include "mail/message_token.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct outbox_batch {
	struct store *store;
	const char *dir;
	int64_t now, last_id;
	bool is_single; /* its one file is synced by itself */
	size_t files;
	unsigned char key[ROOM_KEY_BYTES];
	struct arena arena;   /* of the list below */
	const char **useless; /* files that the commit makes so */
	size_t useless_count;
};

/* A Message-ID that no other message has: its row is the only one behind `last_id` with this key. */
static const char *make_message_id(struct arena *a, const struct outbox_draft *d, int64_t last_id, int64_t now)
{
	const char *seed =
	    arena_printf(a, "%s\n%lld\n%lld\n%s", d->dedupe_key, (long long)last_id, (long long)now, d->domain);
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];

	sha256_of(seed, strlen(seed), digest);
	sha256_hex(digest, hex);
	return arena_printf(a, "%s%s.%.32s@%s", d->kind, strcmp(d->kind, "team") == 0 ? "-digest" : "", hex, d->domain);
}

static int compare_recipients(const void *x, const void *y)
{
	return strcmp(((const struct outbox_recipient *)x)->address, ((const struct outbox_recipient *)y)->address);
}

static bool same_recipients(const struct outbox_message *m, const struct outbox_message *n)
{
	if (m->recipient_count != n->recipient_count)
		return false;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (strcmp(m->recipients[i].address, n->recipients[i].address) != 0 ||
		    m->recipients[i].participant_id != n->recipients[i].participant_id)
			return false;
	return true;
}

static int compose(const struct outbox_draft *d, const struct outbox_message *m, struct buf *bytes, struct err *e)
{
	const struct outbox_stamp stamp = {m->message_id, m->token, m->created_at};

	return d->compose(d->arg, &stamp, bytes, e);
}

/* The earlier message says what the draft would say, may go out as the draft would, and its file is whole: then
 * there is nothing to do. */
static int is_same(const struct outbox_batch *b, struct arena *a, const struct outbox_draft *d,
    const struct outbox_message *earlier, const struct outbox_message *m, bool *same, struct err *e)
{
	struct buf bytes = {0}, file = {0};
	struct err unreadable = {0};
	int rc = 0;

	*same = false;
	if ((earlier->state != OUTBOX_READY && earlier->state != OUTBOX_HELD) || !earlier->token ||
	    earlier->expires_at != m->expires_at || strcmp(earlier->from_address, m->from_address) != 0 ||
	    !same_recipients(earlier, m))
		return 0;
	rc = compose(d, earlier, &bytes, e);
	if (rc == 0 && bytes.len == earlier->size_bytes)
		*same = outbox_file_read(outbox_path(a, b->dir, earlier->id), &file, &unreadable) == 0 &&
		        file.len == bytes.len && memcmp(file.data, bytes.data, bytes.len) == 0;
	buf_clear(&bytes);
	buf_clear(&file);
	return rc;
}

static int discard(struct outbox_batch *b, struct arena *a, const struct outbox_message *m, struct err *e)
{
	bool changed;

	if (!m)
		return 0;
	b->useless = arena_more(&b->arena, b->useless, b->useless_count, sizeof *b->useless);
	b->useless[b->useless_count++] = arena_strdup(&b->arena, outbox_path(a, b->dir, m->id));
	return outbox_set_state(b->store, m->id, m->state, OUTBOX_DISCARDED, b->now, &changed, e);
}

static struct outbox_message message_of(
    const struct outbox_batch *b, struct arena *a, const struct outbox_draft *d, int64_t id)
{
	struct outbox_recipient *sorted = arena_array(a, d->recipient_count, sizeof *sorted);
	char *token = arena_alloc(a, MESSAGE_TOKEN_BYTES);

	memcpy(sorted, d->recipients, d->recipient_count * sizeof *sorted);
	qsort(sorted, d->recipient_count, sizeof *sorted, compare_recipients);
	message_token_write(b->key, id, token);
	return (struct outbox_message){.id = id,
	    .kind = d->kind,
	    .dedupe_key = d->dedupe_key,
	    .state = OUTBOX_READY,
	    .subject = d->subject,
	    .from_address = d->from_address,
	    .message_id = make_message_id(a, d, id - 1, b->now),
	    .token = token,
	    .period_start = d->period_start,
	    .period_end = d->period_end,
	    .expires_at = d->expires_at,
	    .created_at = b->now,
	    .updated_at = b->now,
	    .recipients = sorted,
	    .recipient_count = d->recipient_count};
}

/* An earlier message of the same key that may not be built again; in words for the one who reads. */
static int check_earlier(const struct outbox_message *m, struct err *e)
{
	switch (m->state) {
	case OUTBOX_SENT:
		return err_set(e, ERR_REFUSED,
		    "outbox %lld: this period's message was sent already, it is not built again", (long long)m->id);
	case OUTBOX_SENDING:
	case OUTBOX_UNKNOWN:
	case OUTBOX_DEFERRED:
		return err_set(e, ERR_REFUSED,
		    "outbox %lld: this period's message is %s, it is not built again (digest-send show %lld)",
		    (long long)m->id, outbox_state_name(m->state), (long long)m->id);
	default: break;
	}
	if (outbox_is_settled(m))
		return err_set(e, ERR_REFUSED,
		    "outbox %lld: this period's message was tried already, it is not built again (digest-send show "
		    "%lld)",
		    (long long)m->id, (long long)m->id);
	return 0;
}

/* What is in the outbox about the draft's key, and about the key it supersedes as long as nobody got that. */
static int find_earlier(const struct outbox_batch *b, struct arena *a, const struct outbox_draft *d,
    struct outbox_message **earlier, struct outbox_message **partial, struct err *e)
{
	struct err kept = {0};

	*partial = NULL;
	if (outbox_find_live(b->store, a, d->dedupe_key, earlier, e) != 0)
		return -1;
	if (*earlier && check_earlier(*earlier, e) != 0)
		return -1;
	if (d->supersedes && outbox_find_live(b->store, a, d->supersedes, partial, e) != 0)
		return -1;
	if (*partial && check_earlier(*partial, &kept) != 0)
		*partial = NULL;
	return 0;
}

/* A row's file is on the disk before the row is committed: by itself, or with all those of the batch. */
static int write_file(struct outbox_batch *b, const char *path, const struct buf *bytes, struct err *e)
{
	b->files++;
	return b->is_single ? file_write_atomic(path, bytes->data, bytes->len, 0600, e)
	                    : outbox_file_write(path, bytes, e);
}

static bool is_held(const struct outbox_message *m)
{
	return m && m->state == OUTBOX_HELD;
}

/* The rows after the bytes are made: what fails before leaves the batch as it was. */
static int write_new(struct outbox_batch *b, struct arena *a, const struct outbox_message *earlier,
    const struct outbox_message *partial, const struct buf *bytes, struct outbox_frozen *out, struct err *e)
{
	struct outbox_message *m = &out->message;
	/* The caller goes on after INPUT and REFUSED; after these, it must not. */
	enum err_code code = ERR_SYSTEM;

	out->outcome = earlier || partial ? OUTBOX_REPLACED : OUTBOX_NEW;
	out->replaced_id = earlier ? earlier->id : 0;
	out->superseded_id = partial ? partial->id : 0;
	out->path = outbox_path(a, b->dir, m->id);
	/* A person held the earlier one back: what replaces it does not go out either until a person says so. */
	if (is_held(earlier) || is_held(partial))
		m->state = OUTBOX_HELD;
	sha256_of(bytes->data, bytes->len, m->sha256);
	m->size_bytes = bytes->len;
	if (discard(b, a, earlier, e) == 0 && discard(b, a, partial, e) == 0 && outbox_insert(b->store, m, e) == 0 &&
	    write_file(b, out->path, bytes, e) == 0) {
		b->last_id = m->id;
		return 0;
	}
	if (e->code == ERR_INPUT || e->code == ERR_REFUSED)
		e->code = b->is_single ? e->code : code;
	return -1;
}

/* What supersedes a message and is there already: only the superseded one goes. */
static int keep(struct outbox_batch *b, struct arena *a, const struct outbox_message *earlier,
    const struct outbox_message *partial, struct outbox_frozen *out, struct err *e)
{
	out->outcome = OUTBOX_SAME;
	out->superseded_id = partial ? partial->id : 0;
	out->message = *earlier;
	out->path = outbox_path(a, b->dir, earlier->id);
	return discard(b, a, partial, e);
}

int outbox_freeze_add(
    struct outbox_batch *b, struct arena *a, const struct outbox_draft *d, struct outbox_frozen *out, struct err *e)
{
	struct outbox_message *earlier, *partial;
	struct buf bytes = {0};
	bool same = false;
	int rc = -1;

	*out = (struct outbox_frozen){.message = message_of(b, a, d, b->last_id + 1)};
	if (find_earlier(b, a, d, &earlier, &partial, e) != 0 ||
	    (earlier && is_same(b, a, d, earlier, &out->message, &same, e) != 0))
		return -1;
	if (same)
		return keep(b, a, earlier, partial, out, e);
	if (compose(d, &out->message, &bytes, e) == 0)
		rc = write_new(b, a, earlier, partial, &bytes, out, e);
	buf_clear(&bytes);
	return rc;
}

static int begin(struct outbox_batch *b, const struct config *c, struct err *e)
{
	struct arena a = {0};
	int rc = -1;

	if (file_make_dirs(b->dir, e) == 0 && store_begin(b->store, e) == 0 &&
	    room_key_make(c, b->store, ROOM_KEY_TOKENS, b->now, b->key, e) == 0 &&
	    outbox_last_id(b->store, &b->last_id, e) == 0)
		rc = outbox_file_sweep(b->store, &a, b->dir, b->last_id, e);
	arena_clear(&a);
	return rc;
}

int outbox_freeze_begin(struct store *s, const struct config *c, int64_t now, struct outbox_batch **out, struct err *e)
{
	struct outbox_batch *b = mem_alloc(sizeof *b);

	*b = (struct outbox_batch){.store = s, .dir = config_text(c, "MAILROOM_OUTBOX_DIR"), .now = now};
	if (begin(b, c, e) != 0) {
		outbox_freeze_abort(b);
		return -1;
	}
	*out = b;
	return 0;
}

void outbox_freeze_abort(struct outbox_batch *b)
{
	if (!b)
		return;
	store_rollback(b->store);
	explicit_bzero(b->key, sizeof b->key);
	arena_clear(&b->arena);
	free(b);
}

int outbox_freeze_commit(struct outbox_batch *b, struct err *e)
{
	int rc = 0;

	if (b->files > 0 && !b->is_single)
		rc = outbox_file_sync(b->dir, e);
	if (rc == 0)
		rc = store_commit(b->store, e);
	/* Only now are the replaced files of no use; a kill before this line leaves them to the next sweep. */
	for (size_t i = 0; rc == 0 && i < b->useless_count; i++)
		unlink(b->useless[i]);
	outbox_freeze_abort(b);
	return rc;
}

int outbox_freeze(struct store *s, const struct config *c, struct arena *a, const struct outbox_draft *d, int64_t now,
    struct outbox_frozen *out, struct err *e)
{
	struct outbox_batch *b;

	*out = (struct outbox_frozen){0};
	if (outbox_freeze_begin(s, c, now, &b, e) != 0)
		return -1;
	b->is_single = true;
	if (outbox_freeze_add(b, a, d, out, e) != 0) {
		outbox_freeze_abort(b);
		return -1;
	}
	return outbox_freeze_commit(b, e);
}
