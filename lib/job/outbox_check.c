#include "job/outbox.h"

#include "base/sha256.h"
#include "job/outbox_file.h"
#include "store/digest.h"

#include <string.h>

enum { LINE_BYTES = 998 }; /* RFC 5322 section 2.1.1, without CRLF */

static void add(struct outbox_problems *p, struct arena *a, const char *problem)
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
		add(p, a, "the subject holds a control character");
	if (has_control(m->from_address) || has_control(m->message_id))
		add(p, a, "the sender's address or the Message-ID holds a control character");
	for (size_t i = 0; i < m->recipient_count; i++)
		if (has_control(m->recipients[i].address))
			add(p, a, "a recipient's address holds a control character");
	if (m->recipient_count == 0)
		add(p, a, "it has no recipients");
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

static void check_file(
    struct arena *a, const char *path, const struct outbox_message *m, struct buf *bytes, struct outbox_problems *p)
{
	unsigned char digest[SHA256_BYTES];
	struct err unreadable = {0};

	if (outbox_file_read(path, bytes, &unreadable) != 0) {
		add(p, a, arena_printf(a, "%s: build it again", unreadable.text));
		return;
	}
	sha256_of(buf_str(bytes), bytes->len, digest);
	if (bytes->len != m->size_bytes)
		add(p, a,
		    arena_printf(a, "%s: was changed: it has %zu bytes, the reviewed one had %zu: build it again", path,
		        bytes->len, m->size_bytes));
	else if (memcmp(digest, m->sha256, sizeof digest) != 0)
		add(p, a, arena_printf(a, "%s: was changed: its SHA-256 is another one: build it again", path));
	else if (!is_fit_for_the_wire(buf_str(bytes), bytes->len))
		add(p, a, arena_printf(a, "%s: has a line that mail servers do not take", path));
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

static void check_recipients(
    struct arena *a, const struct outbox_message *m, const struct digest_recipients *admins, struct outbox_problems *p)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		if (!is_admin(admins, m->recipients[i].address))
			add(p, a,
			    arena_printf(
			        a, "%s is no active admin any more: build it again", m->recipients[i].address));
	for (size_t i = 0; i < admins->count; i++)
		if (!admins->items[i].address || !is_recipient(m, admins->items[i].address))
			add(p, a,
			    arena_printf(a, "%s is an active admin now and would not get it: build it again",
			        admins->items[i].address ? admins->items[i].address : admins->items[i].name));
}

int outbox_check(struct store *s, struct arena *a, const char *dir, const struct outbox_message *m, struct buf *bytes,
    struct outbox_problems *p, struct err *e)
{
	struct digest_recipients admins;

	*p = (struct outbox_problems){0};
	if (digest_recipients_load(s, a, &admins, e) != 0)
		return -1;
	check_file(a, outbox_path(a, dir, m->id), m, bytes, p);
	check_words(a, m, p);
	check_recipients(a, m, &admins, p);
	return 0;
}
