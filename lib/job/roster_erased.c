#include "job/roster_erased.h"

#include "base/hmac.h"
#include "base/span.h"
#include "mail/address.h"

#include <string.h>

int roster_erased_open(struct roster_erased *x, const struct config *c, struct store *s, struct err *e)
{
	bool found;

	*x = (struct roster_erased){0};
	if (participants_any_erased(s, &x->any, e) != 0)
		return -1;
	if (!x->any)
		return 0;
	if (room_key_get(c, s, ROOM_KEY_ERASED, x->key, &found, e) != 0)
		return err_prefix(e, "who was erased cannot be known again");
	if (!found)
		return err_set(e, ERR_INPUT, "%s: people were erased, but the key \"%s\" that knows them is gone",
		    store_path(s), ROOM_KEY_ERASED);
	return 0;
}

void roster_erased_close(struct roster_erased *x)
{
	explicit_bzero(x->key, sizeof x->key);
	x->any = false;
}

void roster_erased_hash(const unsigned char key[static ROOM_KEY_BYTES], struct arena *a, enum roster_erased_kind kind,
    const char *value, unsigned char hash[static PARTICIPANT_HASH_BYTES])
{
	static const char *const kinds[] = {"did", "email", "prolific_id"};
	const char *normal = kind == ROSTER_ERASED_EMAIL ? address_normalise(a, value) : NULL, *text;

	if (!normal)
		normal = span_lower(a, span_trim(span_of(value)));
	text = arena_printf(a, "%s\n%s", kinds[kind], normal);
	hmac_sha256(key, ROOM_KEY_BYTES, text, strlen(text), hash);
}

int roster_erased_has(const struct roster_erased *x, struct store *s, struct arena *a, enum roster_erased_kind kind,
    const char *value, bool *has, struct err *e)
{
	unsigned char hash[PARTICIPANT_HASH_BYTES];

	*has = false;
	if (!x->any || !value)
		return 0;
	roster_erased_hash(x->key, a, kind, value, hash);
	return participants_is_erased(s, hash, has, e);
}
