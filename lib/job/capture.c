#include "job/capture.h"

#include "base/mem.h"
#include "store/addresses.h"
#include "store/bodies.h"
#include "store/emails.h"
#include "store/sightings.h"
#include "store/threads.h"

#include <stdlib.h>
#include <string.h>

struct capture {
	struct capture_options o;
	struct threads *threads;
	struct addresses *addresses;
	struct bodies *bodies;
};

struct capture *capture_new(const struct capture_options *o)
{
	struct capture *c = mem_alloc(sizeof *c);

	c->o = *o;
	if (c->o.matcher && matcher_is_empty(c->o.matcher))
		c->o.matcher = NULL;
	c->threads = threads_new(o->store);
	c->addresses = addresses_new(o->store);
	c->bodies = bodies_new(o->store);
	return c;
}

void capture_free(struct capture *c)
{
	if (!c)
		return;
	threads_free(c->threads);
	addresses_free(c->addresses);
	bodies_free(c->bodies);
	free(c);
}

void capture_forget(struct capture *c)
{
	threads_forget(c->threads);
	addresses_forget(c->addresses);
	bodies_forget(c->bodies);
}

int capture_flush(struct capture *c, struct err *e)
{
	return bodies_flush(c->bodies, e);
}

/* A message with an id that no key stands for is new: the index of contents need not be asked. */
static int find_known(
    struct capture *c, const struct incoming *in, struct email_found *found, bool *id_is_new, struct err *e)
{
	const struct message *m = &in->message;
	int64_t thread_id = 0;

	*found = (struct email_found){0};
	*id_is_new = false;
	if (m->message_id) {
		if (threads_find(c->threads, in->keys[0], &thread_id, e) != 0)
			return -1;
		*id_is_new = thread_id == 0;
		if (*id_is_new)
			return 0;
	}
	return emails_find(c->o.store, m->message_id, m->body_sha256, in->content_key, found, e);
}

static int match(struct capture *c, struct arena *a, const struct incoming *in, int64_t thread_id,
    struct match_links *links, struct err *e)
{
	struct match_input input = {.parties = in->parties,
	    .count = in->party_count,
	    .thread_id = thread_id,
	    .is_bulk = in->message.bulk,
	    .dmarc = in->message.auth.dmarc};

	*links = (struct match_links){0};
	return c->o.matcher ? matcher_match(c->o.matcher, a, &input, links, e) : 0;
}

static const char *disposition_name(enum disposition d)
{
	static const char *const names[] = {
	    [DISPOSITION_NONE] = NULL, [DISPOSITION_INLINE] = "inline", [DISPOSITION_ATTACHMENT] = "attachment"};

	return names[d];
}

static int keep_attachments(struct capture *c, int64_t id, const struct attachment_list *list, struct err *e)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct attachment *at = &list->items[i];
		struct email_attachment row = {.position = (int64_t)i,
		    .filename = at->filename,
		    .content_type = at->content_type,
		    .disposition = disposition_name(at->disposition),
		    .content_id = at->content_id,
		    .size_bytes = (int64_t)at->size_bytes,
		    .sha256 = at->sha256,
		    .is_stored = (int64_t)at->size_bytes <= c->o.max_attachment_bytes};
		if (row.is_stored && attachment_files_put(c->o.files, at->sha256, at->data, at->size_bytes, e) != 0)
			return -1;
		if (emails_add_attachment(c->o.store, id, &row, e) != 0)
			return -1;
	}
	return 0;
}

static int put_content(struct capture *c, int64_t id, const struct incoming *in, bool is_new, struct err *e)
{
	static const char *const names[] = {[TEXT_NONE] = "none", [TEXT_PLAIN] = "plain", [TEXT_HTML] = "html"};
	const struct message *m = &in->message;
	struct email_text text = {.source = names[m->text_source],
	    .text = m->text ? m->text : "",
	    .text_bytes = m->text ? m->text_bytes : 0,
	    .subject = m->subject ? m->subject : "",
	    .sender = in->sender};

	if (is_new ? bodies_put(c->bodies, id, text.source, text.text, text.text_bytes, e) != 0 ||
	                 emails_index(c->o.store, id, &text, e) != 0
	           : emails_fill_text(c->o.store, id, &text, e) != 0)
		return -1;
	return keep_attachments(c, id, &m->attachments, e);
}

int capture_keep(struct capture *c, int64_t email_id, const struct incoming *in, struct err *e)
{
	return put_content(c, email_id, in, false, e);
}

static int add_recipients(struct capture *c, int64_t id, const struct incoming *in, struct err *e)
{
	int64_t address_id;

	for (size_t i = 0; i < in->party_count; i++)
		if (addresses_id(c->addresses, in->parties[i].address, in->names[i], &address_id, e) != 0 ||
		    emails_add_recipient(c->o.store, id, address_id, in->parties[i].role, e) != 0)
			return -1;
	return 0;
}

static int add_links(struct capture *c, int64_t id, const struct match_links *links, struct err *e)
{
	for (size_t i = 0; i < links->count; i++) {
		const struct match_link *l = &links->items[i];
		struct email_link row = {
		    l->investor_id, match_kind_name(l->kind), match_status_name(l->status), l->address, l->why};
		if (links_insert(c->o.store, id, &row, c->o.now, e) != 0)
			return -1;
	}
	return 0;
}

static int insert_row(struct capture *c, const struct incoming *in, int64_t thread_id, int64_t duplicate_of,
    bool is_matched, int64_t *id, struct err *e)
{
	const struct message *m = &in->message;
	struct email_row row = {.message_id = m->message_id,
	    .body_sha256 = m->body_sha256,
	    .content_key = in->content_key,
	    .duplicate_of = duplicate_of,
	    .thread_id = thread_id,
	    .sent_at = m->has_date ? m->date : c->o.now,
	    .has_date = m->has_date,
	    .subject = m->subject ? m->subject : "",
	    .from_name = in->from_name,
	    .from_address = in->from_address,
	    .in_reply_to = m->in_reply_to.count ? m->in_reply_to.items[0] : NULL,
	    .list_id = m->list_id,
	    .auto_submitted = m->auto_submitted,
	    .dmarc = m->auth.dmarc,
	    .is_bulk = m->bulk,
	    .is_matched = is_matched,
	    .has_body = c->o.keep_all || is_matched,
	    .size_bytes = (int64_t)m->size_bytes,
	    .attachments = (int64_t)m->attachments.count,
	    .created_at = c->o.now};

	return emails_insert(c->o.store, &row, id, e);
}

/* Only such links make others of the thread match (see match_thread.sql). */
static bool spreads(const struct match_links *links)
{
	for (size_t i = 0; i < links->count; i++)
		if (links->items[i].status == MATCH_CONFIRMED && links->items[i].kind != MATCH_THREAD)
			return true;
	return false;
}

static int store_new(struct capture *c, struct arena *a, const struct incoming *in, bool id_is_new,
    struct capture_result *result, struct err *e)
{
	struct match_links links;
	int64_t thread_id, duplicate_of = 0;

	if (in->message.message_id && !id_is_new &&
	    emails_first_with_id(c->o.store, in->message.message_id, &duplicate_of, e) != 0)
		return -1;
	if (threads_place(c->threads, in->keys, in->key_count, 0, c->o.matcher != NULL, &thread_id, e) != 0 ||
	    match(c, a, in, thread_id, &links, e) != 0 || threads_grow(c->threads, thread_id, e) != 0 ||
	    insert_row(c, in, thread_id, duplicate_of, links.is_matched, &result->email_id, e) != 0 ||
	    add_recipients(c, result->email_id, in, e) != 0 || add_links(c, result->email_id, &links, e) != 0)
		return -1;
	result->is_matched = links.is_matched;
	if (spreads(&links) && threads_mark_rematch(c->o.store, thread_id, e) != 0)
		return -1;
	return c->o.keep_all || links.is_matched ? put_content(c, result->email_id, in, true, e) : 0;
}

static int add_sighting(
    struct capture *c, const struct incoming *in, const struct capture_place *place, int64_t email_id, struct err *e)
{
	const struct account *account = c->o.account;
	struct sighting g = {.account_id = account->id,
	    .email_id = email_id,
	    .labels = in->message.gmail_labels,
	    .remote_thread_id = in->message.gmail_thread_id,
	    .source_id = place->source_id,
	    .source_offset = place->offset,
	    .source_name = place->name,
	    .seen_at = c->o.now,
	    .is_sent = incoming_is_from(in, account->address, account->aliases, account->alias_count)};

	return sightings_insert(c->o.store, &g, e);
}

/* Another mailbox's copy may name other messages (and Gmail's thread there), so its keys count too. */
static int see_again(struct capture *c, const struct incoming *in, const struct email_found *found,
    const struct capture_place *place, struct capture_result *result, struct err *e)
{
	int64_t thread_id;
	bool seen;

	result->email_id = found->id;
	result->is_matched = found->is_matched;
	if (sightings_exists(c->o.store, c->o.account->id, found->id, &seen, e) != 0)
		return -1;
	result->is_stored = !seen;
	if (!seen && (add_sighting(c, in, place, found->id, e) != 0 ||
	                 threads_place(c->threads, in->keys, in->key_count, found->thread_id, c->o.matcher != NULL,
	                     &thread_id, e) != 0))
		return -1;
	/* What was left out under MAILROOM_KEEP=matched is filled in. */
	if (!found->has_body && (c->o.keep_all || found->is_matched))
		return capture_keep(c, found->id, in, e);
	return 0;
}

int capture_store(struct capture *c, struct arena *a, const struct incoming *in, const struct capture_place *place,
    struct capture_result *result, struct err *e)
{
	struct email_found found;
	bool id_is_new;

	*result = (struct capture_result){0};
	if (find_known(c, in, &found, &id_is_new, e) != 0)
		return -1;
	if (found.id)
		return see_again(c, in, &found, place, result, e);
	result->is_stored = true;
	if (store_new(c, a, in, id_is_new, result, e) != 0)
		return -1;
	return add_sighting(c, in, place, result->email_id, e);
}

int capture_preview(
    struct capture *c, struct arena *a, const struct incoming *in, struct capture_result *result, struct err *e)
{
	struct email_found found;
	struct match_links links;
	int64_t thread_id = 0;
	bool id_is_new, seen = false;

	*result = (struct capture_result){0};
	if (find_known(c, in, &found, &id_is_new, e) != 0)
		return -1;
	for (size_t i = 0; i < in->key_count && thread_id == 0; i++)
		if (threads_find(c->threads, in->keys[i], &thread_id, e) != 0)
			return -1;
	if (found.id && sightings_exists(c->o.store, c->o.account->id, found.id, &seen, e) != 0)
		return -1;
	result->is_stored = !seen;
	result->is_matched = found.is_matched;
	if (found.id)
		return 0;
	if (match(c, a, in, thread_id, &links, e) != 0)
		return -1;
	result->is_matched = links.is_matched;
	return 0;
}
