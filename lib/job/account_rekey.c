#include "job/account_rekey.h"

#include "base/arena.h"
#include "base/mem.h"
#include "job/credential.h"
#include "job/keys.h"
#include "job/people.h"
#include "job/room_key.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct rekey {
	const char *path;         /* the key file of the settings */
	char *next, *old;         /* ".new" and ".old" beside it */
	struct secret_ring *ring; /* the first key is the new one */
	bool made;                /* ".new" is of this run */
};

/* Ring of an exchange by the operator: the settings' key, then the one before. */
static int open_given(struct rekey *k, const struct config *c, const char *old_key, struct err *e)
{
	if (keys_open(c, &k->ring, e) != 0)
		return -1;
	return secret_ring_add(k->ring, old_key, e);
}

/* Ring of an exchange by ourselves: the key beside the key file, which is made unless a run before was cut off. */
static int open_next(struct rekey *k, const struct config *c, bool dry_run, struct err *e)
{
	if (access(k->path, F_OK) != 0)
		return keys_open(c, &k->ring, e); /* says what to do */
	if (!dry_run && secret_key_create(k->next, &k->made, e) != 0)
		return err_prefix(e, "a new key cannot be made there (give the service a new one and run `account "
		                     "rekey --old-key OLD`)");
	return keys_open(c, &k->ring, e);
}

static int reseal_all(
    const struct rekey *k, struct store *s, struct account_rekey_result *out, bool dry_run, struct err *e)
{
	struct arena a = {0};
	struct credential *list;
	size_t n;
	int rc = credentials_all(s, &a, &list, &n, e);

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (strcmp(list[i].key_id, secret_ring_id(k->ring)) == 0 && !dry_run) {
			out->unchanged++;
			continue;
		}
		rc = credential_reseal(s, &a, k->ring, &list[i], e);
		out->sealed++;
	}
	arena_clear(&a);
	return rc;
}

/* The secrets are under the new key, and both keys are there: only names are left. */
static int put_in_place(const struct rekey *k, struct err *e)
{
	if (unlink(k->old) != 0 && errno != ENOENT)
		return err_errno(e, "%s", k->old);
	if (link(k->path, k->old) != 0)
		return err_errno(e, "%s: keep the old key", k->old);
	if (rename(k->next, k->path) != 0)
		return err_errno(e, "%s: put the new key there", k->path);
	return 0;
}

int account_rekey(const struct config *c, struct store *s, const char *old_key, bool dry_run,
    struct account_rekey_result *out, struct err *e)
{
	const char *path = config_text(c, "MAILROOM_SECRET_KEY_FILE");
	struct rekey k = {path, mem_printf("%s.new", path), mem_printf("%s.old", path), NULL, false};
	int rc = -1;

	*out = (struct account_rekey_result){0};
	/* The transaction first: nobody seals with the old key from here to its end. */
	if (store_begin(s, e) != 0)
		goto out;
	rc = old_key ? open_given(&k, c, old_key, e) : open_next(&k, c, dry_run, e);
	if (rc == 0)
		rc = reseal_all(&k, s, out, dry_run, e);
	if (rc == 0)
		rc = room_key_reseal_all(s, k.ring, dry_run, &out->sealed, &out->unchanged, e);
	if (rc == 0 && (old_key || !dry_run))
		snprintf(out->key_id, sizeof out->key_id, "%s", secret_ring_id(k.ring));
	rc = people_end(s, dry_run, rc, e);
	if (rc != 0 && k.made)
		unlink(k.next);
	/* With old_key it may be there too, from a run that was cut off. */
	if (rc == 0 && !dry_run && access(k.next, F_OK) == 0) {
		rc = put_in_place(&k, e);
		out->replaced = rc == 0;
	}
out:
	secret_ring_free(k.ring);
	free(k.next);
	free(k.old);
	return rc;
}
