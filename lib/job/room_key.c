#include "job/room_key.h"

#include "base/buf.h"
#include "job/keys.h"
#include "store/room_secrets.h"

#include <string.h>

static const char *place_of(struct arena *a, const char *name)
{
	return arena_printf(a, "room_secrets:%s", name);
}

static int open_row(
    const struct secret_ring *r, struct arena *a, const struct room_secret *row, struct buf *plain, struct err *e)
{
	if (secret_open(r, row->sealed, row->sealed_len, place_of(a, row->name), plain, e) != 0)
		return err_prefix(e, "the key \"%s\" in the database", row->name);
	if (plain->len != ROOM_KEY_BYTES)
		return err_set(e, ERR_INPUT, "the key \"%s\" in the database has %zu bytes instead of %d", row->name,
		    plain->len, ROOM_KEY_BYTES);
	return 0;
}

static int seal(const struct secret_ring *r, struct arena *a, const char *name, const void *plain, struct buf *sealed,
    struct room_secret *row, struct err *e)
{
	if (secret_seal(r, plain, ROOM_KEY_BYTES, place_of(a, name), sealed, e) != 0)
		return -1;
	*row = (struct room_secret){name, sealed->data, sealed->len, secret_ring_id(r)};
	return 0;
}

int room_key_get(const struct config *c, struct store *s, const char *name, unsigned char key[static ROOM_KEY_BYTES],
    bool *found, struct err *e)
{
	struct secret_ring *r = NULL;
	struct arena a = {0};
	struct buf plain = {0};
	struct room_secret row;
	int rc = room_secrets_get(s, &a, name, &row, found, e);

	if (rc == 0 && *found) {
		rc = keys_open(c, &r, e) == 0 && open_row(r, &a, &row, &plain, e) == 0 ? 0 : -1;
		if (rc == 0)
			memcpy(key, plain.data, ROOM_KEY_BYTES);
	}
	buf_wipe(&plain);
	secret_ring_free(r);
	arena_clear(&a);
	return rc;
}

int room_key_make(const struct config *c, struct store *s, const char *name, int64_t now,
    unsigned char key[static ROOM_KEY_BYTES], struct err *e)
{
	struct secret_ring *r = NULL;
	struct arena a = {0};
	struct buf sealed = {0};
	struct room_secret row;
	bool found;
	int rc = -1;

	if (room_key_get(c, s, name, key, &found, e) != 0)
		return -1;
	if (found)
		return 0;
	if (keys_open(c, &r, e) == 0 && secret_random(key, ROOM_KEY_BYTES, e) == 0 &&
	    seal(r, &a, name, key, &sealed, &row, e) == 0)
		rc = room_secrets_insert(s, &row, now, e);
	buf_clear(&sealed);
	secret_ring_free(r);
	arena_clear(&a);
	return rc;
}

static int reseal(
    struct store *s, const struct secret_ring *r, struct arena *a, const struct room_secret *old, struct err *e)
{
	struct buf plain = {0}, sealed = {0};
	struct room_secret row;
	int rc = -1;

	if (open_row(r, a, old, &plain, e) == 0 && seal(r, a, old->name, plain.data, &sealed, &row, e) == 0)
		rc = room_secrets_reseal(s, &row, e);
	buf_wipe(&plain);
	buf_clear(&sealed);
	return rc;
}

int room_key_reseal_all(
    struct store *s, const struct secret_ring *r, bool all, size_t *sealed, size_t *unchanged, struct err *e)
{
	struct arena a = {0};
	struct room_secret *list;
	size_t n;
	int rc = room_secrets_all(s, &a, &list, &n, e);

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (!all && strcmp(list[i].key_id, secret_ring_id(r)) == 0) {
			++*unchanged;
			continue;
		}
		rc = reseal(s, r, &a, &list[i], e);
		++*sealed;
	}
	arena_clear(&a);
	return rc;
}
