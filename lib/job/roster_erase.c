#include "job/roster_erase.h"

#include "base/file.h"
#include "base/lock.h"
#include "job/outbox.h"
#include "job/people.h"
#include "job/room_key.h"
#include "job/roster.h"
#include "job/roster_check.h"
#include "job/roster_erased.h"
#include "mail/address.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* An erasure on its way. */
struct erasing {
	struct store *s;
	struct arena *a;
	const struct config *c;
	const struct roster_erase *what;
	struct roster_erase_result *out;
	struct participant_message *messages;
	size_t count;
};

static int remember(struct erasing *x, const unsigned char key[static ROOM_KEY_BYTES], enum roster_erased_kind kind,
    const char *value, struct err *e)
{
	unsigned char hash[PARTICIPANT_HASH_BYTES];

	roster_erased_hash(key, x->a, kind, value, hash);
	return participants_remember_erased(x->s, hash, x->what->now, e);
}

/* Every value that an import could bring the person back by: former addresses too. */
static int remember_all(struct erasing *x, struct err *e)
{
	const struct participant *p = &x->out->participant;
	unsigned char key[ROOM_KEY_BYTES];
	int rc = room_key_make(x->c, x->s, ROOM_KEY_ERASED, x->what->now, key, e);

	if (rc == 0)
		rc = remember(x, key, ROSTER_ERASED_DID, p->did, e);
	if (rc == 0)
		rc = remember(x, key, ROSTER_ERASED_EMAIL, p->email, e);
	if (rc == 0 && p->prolific_id) {
		const char *address = roster_prolific_address(x->a, p->prolific_id);
		rc = remember(x, key, ROSTER_ERASED_PROLIFIC_ID, p->prolific_id, e);
		if (rc == 0)
			rc = remember(x, key, ROSTER_ERASED_EMAIL, address, e);
	}
	for (size_t i = 0; i < x->count && rc == 0; i++)
		rc = remember(x, key, ROSTER_ERASED_EMAIL, x->messages[i].address, e);
	explicit_bzero(key, sizeof key);
	return rc;
}

static int remove_file(struct erasing *x, const char *dir, int64_t id, struct err *e)
{
	const char *path = outbox_path(x->a, dir, id);

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	x->out->files++;
	if (!x->what->dry_run && unlink(path) != 0 && errno != ENOENT)
		return err_errno(e, "%s: remove", path);
	return 0;
}

/* Only messages to nobody else: what other people got stays theirs. */
static int remove_files(struct erasing *x, struct err *e)
{
	const char *simulated = arena_printf(x->a, "%s/simulated", x->what->outbox_dir);

	for (size_t i = 0; i < x->count; i++) {
		if (!x->messages[i].is_alone)
			continue;
		if (remove_file(x, x->what->outbox_dir, x->messages[i].outbox_id, e) != 0 ||
		    remove_file(x, simulated, x->messages[i].outbox_id, e) != 0)
			return -1;
	}
	return x->out->files && !x->what->dry_run ? file_sync_dir(x->what->outbox_dir, e) : 0;
}

static int look(struct erasing *x, struct err *e)
{
	struct participant *p = &x->out->participant, *same;
	const char *normal;
	size_t n;

	if (roster_find(x->s, x->a, x->what->did, NULL, p, e) != 0)
		return -1;
	normal = address_normalise(x->a, p->email);
	if (participants_messages(x->s, x->a, p, normal ? normal : p->email, &x->messages, &x->count, e) != 0 ||
	    participants_by_email(x->s, x->a, p->email, &same, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		x->out->same_address += same[i].id != p->id;
	x->out->is_in_log = p->exported_at != PARTICIPANT_NEVER;
	for (size_t i = 0; i < x->count; i++)
		if (x->messages[i].is_sending)
			return err_set(e, ERR_TEMPORARY, "outbox %lld is being sent to %s: try again later",
			    (long long)x->messages[i].outbox_id, p->did);
	return 0;
}

/* Reports name the person by the address of today and by those that messages went to. */
static int erase_bounces(struct erasing *x, struct err *e)
{
	const struct participant *p = &x->out->participant;
	const char **list = arena_array(x->a, x->count + 2, sizeof *list), *normal = address_normalise(x->a, p->email);
	size_t n = 0;

	list[n++] = p->email;
	if (normal)
		list[n++] = normal;
	for (size_t i = 0; i < x->count; i++)
		list[n++] = x->messages[i].address;
	return participants_erase_bounces(x->s, p, list, n, e);
}

static int erase(struct erasing *x, struct err *e)
{
	int rc = look(x, e);

	if (rc == 0 && !x->what->dry_run)
		rc = remember_all(x, e);
	for (size_t i = 0; i < x->count && rc == 0; i++)
		rc = participants_erase_message(x->s, &x->out->participant, &x->messages[i], x->what->now, e);
	if (rc == 0)
		rc = erase_bounces(x, e);
	if (rc == 0)
		rc = participants_erase(x->s, &x->out->participant, &x->out->rows, e);
	x->out->rows.messages = x->count;
	return rc == 0 ? remove_files(x, e) : rc;
}

int roster_erase(struct store *s, struct arena *a, const struct config *c, const struct roster_erase *what,
    struct roster_erase_result *out, struct err *e)
{
	struct erasing x = {.s = s, .a = a, .c = c, .what = what, .out = out};
	int lock = -1, rc = -1;

	*out = (struct roster_erase_result){0};
	if (lock_take(what->lock_path, &lock, e) == 0 && participants_erase_prepare(s, e) == 0 &&
	    store_begin(s, e) == 0)
		rc = people_end(s, what->dry_run, erase(&x, e), e);
	if (rc == 0 && !what->dry_run)
		rc = participants_erase_settle(s, &out->log_emptied, e);
	lock_release(lock);
	return rc;
}
