#include "job/bounces_read.h"

#include "base/mem.h"
#include "job/message_settings.h"

#include <stdlib.h>
#include <string.h>

struct bounces_reader {
	struct bounce_reader *reader;
	struct arena scratch, settings_arena;
	struct message_settings settings;
	struct sha256 *sha;
};

struct bounces_reader *bounces_reader_new(const struct config *c)
{
	struct bounces_reader *r = mem_alloc(sizeof *r);

	r->reader = bounce_reader_new();
	r->sha = sha256_new();
	message_settings_init(&r->settings, &r->settings_arena, c);
	return r;
}

void bounces_reader_free(struct bounces_reader *r)
{
	if (!r)
		return;
	bounce_reader_free(r->reader);
	sha256_free(r->sha);
	arena_clear(&r->scratch);
	arena_clear(&r->settings_arena);
	free(r);
}

static const char *kept(struct arena *a, const char *s)
{
	return s ? arena_strdup(a, s) : NULL;
}

static void keep_report(struct arena *a, const struct bounce_report *from, struct bounce_report *to)
{
	*to = *from;
	to->recipients = arena_array(a, from->count, sizeof *to->recipients);
	for (size_t i = 0; i < from->count; i++) {
		struct bounce_recipient *b = &to->recipients[i];
		*b = from->recipients[i];
		b->address = kept(a, b->address);
		b->final_address = kept(a, b->final_address);
		b->status = kept(a, b->status);
		b->diagnostic = kept(a, b->diagnostic);
		b->remote_mta = kept(a, b->remote_mta);
	}
	to->original_message_id = kept(a, from->original_message_id);
	to->token = kept(a, from->token);
	to->envelope_id = kept(a, from->envelope_id);
	to->feedback_type = kept(a, from->feedback_type);
	to->complained_about = kept(a, from->complained_about);
	to->from = kept(a, from->from);
	to->message_id = kept(a, from->message_id);
	to->reporting_mta = kept(a, from->reporting_mta);
}

/* Behind the first empty line. */
static size_t body_at(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *line = memchr(bytes + i, '\n', n - i);
		if (!line)
			return n;
		i = (size_t)(line - bytes);
		if (i + 1 < n && bytes[i + 1] == '\n')
			return i + 2;
		if (i + 2 < n && bytes[i + 1] == '\r' && bytes[i + 2] == '\n')
			return i + 3;
	}
	return n;
}

static void hash_of(struct bounces_reader *r, const struct bounce_report *b, const char *bytes, size_t n,
    unsigned char hash[static SHA256_BYTES])
{
	size_t at = body_at(bytes, n);
	int64_t date = b->has_date ? b->date : 0;

	sha256_start(r->sha);
	if (b->message_id) {
		sha256_add(r->sha, b->message_id, strlen(b->message_id) + 1);
	} else {
		sha256_add(r->sha, &date, sizeof date);
		sha256_add(r->sha, b->from ? b->from : "", b->from ? strlen(b->from) + 1 : 1);
	}
	sha256_add(r->sha, bytes + at, n - at);
	sha256_finish(r->sha, hash);
}

int bounces_read(struct bounces_reader *r, struct arena *a, const char *bytes, size_t n, struct bounces_item *out,
    bool *is_report, struct err *e)
{
	struct bounce_report b;
	int rc = bounce_read(r->reader, &r->scratch, bytes, n, &r->settings.limits, &b, e);

	*is_report = rc == 0 && bounces_concerns(b.kind);
	if (*is_report) {
		*out = (struct bounces_item){.source = "imap"};
		keep_report(a, &b, &out->report);
		hash_of(r, &b, bytes, n, out->hash);
	}
	arena_reset(&r->scratch);
	return rc;
}
