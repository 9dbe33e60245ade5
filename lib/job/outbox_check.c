#include "job/outbox.h"

#include "base/sha256.h"
#include "job/outbox_file.h"
#include "mail/address.h"
#include "store/attempts.h"
#include "store/digest.h"

#include <string.h>

enum { LINE_BYTES = 998 }; /* RFC 5322 section 2.1.1, without CRLF */

void outbox_problem_add(struct outbox_problems *p, struct arena *a, const char *problem)
{
	p->items = arena_more(a, p->items, p->count, sizeof *p->items);
	p->items[p->count++] = problem;
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static void check_words(struct arena *a, const struct outbox_message *m, struct outbox_problems *p)
{
	if (has_control(m->subject))
		outbox_problem_add(p, a, "the subject holds a control character");
	if (has_control(m->from_address) || has_control(m->message_id))
		outbox_problem_add(p, a, "the sender's address or the Message-ID holds a control character");
	for (size_t i = 0; i < m->recipient_count; i++)
		if (has_control(m->recipients[i].address))
			outbox_problem_add(p, a, "a recipient's address holds a control character");
	if (m->recipient_count == 0)
		outbox_problem_add(p, a, "it has no recipients");
}

/* Lines of at most 998 bytes, ended by CRLF, and no NUL: anything else is changed or refused on the way. */
static bool is_fit_for_the_wire(const char *bytes, size_t n)
{
	size_t line = 0;

	for (size_t i = 0; i < n; i++, line++) {
		if (bytes[i] == '\0' || bytes[i] == '\n' || line > LINE_BYTES)
			return false;
		if (bytes[i] != '\r')
			continue;
		if (i + 1 == n || bytes[i + 1] != '\n' || line > LINE_BYTES)
			return false;
		i++;
		line = (size_t)-1;
	}
	return n > 0 && line == 0;
}

static void add_changed(struct arena *a, const char *path, const struct outbox_message *m,
    const unsigned char digest[static SHA256_BYTES], struct outbox_problems *p)
{
	char is[SHA256_HEX_BYTES], was[SHA256_HEX_BYTES];

	sha256_hex(digest, is);
	sha256_hex(m->sha256, was);
	outbox_problem_add(p, a,
	    arena_printf(a, "%s: was changed: its SHA-256 is another one: %s, reviewed was %s: build it again%s", path,
	        is, was, strcmp(m->kind, "team") == 0 ? " with `digest-build team` for its period" : ""));
}

static void check_file(
    struct arena *a, const char *path, const struct outbox_message *m, struct buf *bytes, struct outbox_problems *p)
{
	unsigned char digest[SHA256_BYTES];
	struct err unreadable = {0};

	if (outbox_file_read(path, bytes, &unreadable) != 0) {
		outbox_problem_add(p, a, arena_printf(a, "%s: build it again", unreadable.text));
		return;
	}
	sha256_of(buf_str(bytes), bytes->len, digest);
	if (bytes->len != m->size_bytes)
		outbox_problem_add(p, a,
		    arena_printf(a, "%s: was changed: it has %zu bytes, the reviewed one had %zu: build it again", path,
		        bytes->len, m->size_bytes));
	else if (memcmp(digest, m->sha256, sizeof digest) != 0)
		add_changed(a, path, m, digest, p);
	else if (!is_fit_for_the_wire(buf_str(bytes), bytes->len))
		outbox_problem_add(p, a, arena_printf(a, "%s: has a line that mail servers do not take", path));
}

static bool is_recipient(const struct outbox_message *m, const char *address)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		if (strcmp(m->recipients[i].address, address) == 0)
			return true;
	return false;
}

static bool is_admin(const struct digest_recipients *r, const char *address)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->items[i].address && strcmp(r->items[i].address, address) == 0)
			return true;
	return false;
}

/* Those who are still to get it. Who had it, or whose address was refused, may have left since. */
static bool is_still_to_get_it(const struct outbox_recipient *r, bool again)
{
	return r->state != RECIPIENT_SENT && r->state != RECIPIENT_UNKNOWN && (again || r->state != RECIPIENT_FAILED);
}

static int check_admins(struct store *s, struct arena *a, const struct outbox_message *m, bool again,
    struct outbox_problems *p, struct err *e)
{
	bool all = strcmp(m->kind, "team") == 0 && !outbox_is_settled(m);
	struct digest_recipients admins;

	if (digest_recipients_load(s, a, &admins, e) != 0)
		return -1;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (is_still_to_get_it(&m->recipients[i], again) && !is_admin(&admins, m->recipients[i].address))
			outbox_problem_add(p, a,
			    arena_printf(
			        a, "%s is no active admin any more: build it again", m->recipients[i].address));
	for (size_t i = 0; all && i < admins.count; i++)
		if (!admins.items[i].address || !is_recipient(m, admins.items[i].address))
			outbox_problem_add(p, a,
			    arena_printf(a, "%s is an active admin now and would not get it: build it again",
			        admins.items[i].address ? admins.items[i].address : admins.items[i].name));
	return 0;
}

static int check_participant(
    struct store *s, struct arena *a, const struct outbox_recipient *r, struct outbox_problems *p, struct err *e)
{
	struct attempt_participant now;
	const char *address, *frozen = address_normalise(a, r->address);
	bool found = false;

	if (r->participant_id && attempts_participant(s, a, r->participant_id, &now, &found, e) != 0)
		return -1;
	if (!found) {
		outbox_problem_add(p, a, arena_printf(a, "%s is no participant: discard it", r->address));
		return 0;
	}
	address = address_normalise(a, now.address);
	if (!now.is_active)
		outbox_problem_add(
		    p, a, arena_printf(a, "%s is no active participant any more: discard it", r->address));
	else if (now.unsubscribed)
		outbox_problem_add(p, a,
		    arena_printf(a, "%s is the address of %s, too, who has unsubscribed: discard it", r->address,
		        now.unsubscribed));
	else if (!address || !frozen || strcmp(address, frozen) != 0)
		outbox_problem_add(
		    p, a, arena_printf(a, "%s is not the participant's address any more: build it again", r->address));
	return 0;
}

static int check_recipients(struct store *s, struct arena *a, const struct outbox_message *m, bool again,
    struct outbox_problems *p, struct err *e)
{
	if (strcmp(m->kind, "participant") != 0)
		return check_admins(s, a, m, again, p, e);
	if (m->recipient_count > 1)
		outbox_problem_add(p, a, "a participant update has one recipient");
	for (size_t i = 0; i < m->recipient_count; i++)
		if (is_still_to_get_it(&m->recipients[i], again) &&
		    check_participant(s, a, &m->recipients[i], p, e) != 0)
			return -1;
	return 0;
}

int outbox_check(struct store *s, struct arena *a, const char *dir, const struct outbox_message *m, bool again,
    struct buf *bytes, struct outbox_problems *p, struct err *e)
{
	*p = (struct outbox_problems){0};
	check_file(a, outbox_path(a, dir, m->id), m, bytes, p);
	check_words(a, m, p);
	return check_recipients(s, a, m, again, p, e);
}
