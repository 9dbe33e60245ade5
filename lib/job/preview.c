#include "job/preview.h"

#include "base/mem.h"
#include "store/emails.h"
#include "store/investors.h"
#include "store/threads.h"

#include <stdlib.h>

struct previewer {
	struct store *store;
	struct matcher *matcher;
	struct threads *threads;
};

int previewer_new(struct store *s, const char *free_mail, struct previewer **out, struct err *e)
{
	struct previewer *p = mem_alloc(sizeof *p);

	p->store = s;
	if (matcher_new(s, free_mail, &p->matcher, e) != 0) {
		free(p);
		return -1;
	}
	p->threads = threads_new(s);
	*out = p;
	return 0;
}

void previewer_free(struct previewer *p)
{
	if (!p)
		return;
	matcher_free(p->matcher);
	threads_free(p->threads);
	free(p);
}

/* The thread of the first key that stands for one; several would be joined. */
static int find_thread(struct previewer *p, const struct incoming *in, int64_t *thread_id, struct err *e)
{
	*thread_id = 0;
	for (size_t i = 0; i < in->key_count && *thread_id == 0; i++)
		if (threads_find(p->threads, in->keys[i], thread_id, e) != 0)
			return -1;
	return 0;
}

static int name_investors(struct previewer *p, struct arena *a, struct preview *out, struct err *e)
{
	out->names = arena_array(a, out->links.count + 1, sizeof *out->names);
	out->kinds = arena_array(a, out->links.count + 1, sizeof *out->kinds);
	for (size_t i = 0; i < out->links.count; i++) {
		struct investor investor;
		bool found;
		if (investors_get(p->store, a, out->links.items[i].investor_id, &investor, &found, e) != 0)
			return -1;
		out->names[i] = found ? investor.name : NULL;
		out->kinds[i] = found ? investor_kind_name(investor.kind) : NULL;
	}
	return 0;
}

static enum preview_direction direction_of(const struct previewer *p, const struct incoming *in)
{
	size_t own = 0;

	if (!in->from_address || !matcher_is_own(p->matcher, in->from_address))
		return PREVIEW_IN;
	for (size_t i = 0; i < in->party_count; i++)
		own += matcher_is_own(p->matcher, in->parties[i].address);
	return own == in->party_count ? PREVIEW_INTERNAL : PREVIEW_OUT;
}

int previewer_look(struct previewer *p, struct arena *a, const struct incoming *in, struct preview *out, struct err *e)
{
	const struct message *m = &in->message;
	struct email_found found;
	struct match_input input = {
	    .parties = in->parties, .count = in->party_count, .is_bulk = m->bulk, .dmarc = m->auth.dmarc};

	*out = (struct preview){0};
	if (emails_find(p->store, m->message_id, m->body_sha256, in->content_key, &found, e) != 0 ||
	    find_thread(p, in, &out->thread_id, e) != 0)
		return -1;
	out->direction = direction_of(p, in);
	out->email_id = found.id;
	input.thread_id = out->thread_id;
	input.email_id = found.id;
	if (matcher_match(p->matcher, a, &input, &out->links, e) != 0)
		return -1;
	return name_investors(p, a, out, e);
}
