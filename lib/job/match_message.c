#include "job/match_message.h"

#include "store/investors.h"
#include "store/match_data.h"

struct parties {
	struct match_party *items;
	size_t count;
};

static void add(struct arena *a, struct parties *p, const char *role, const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *address = list->items[i].address ? address_normalise(a, list->items[i].address) : NULL;
		if (address)
			p->items[p->count++] = (struct match_party){role, address};
	}
}

static struct parties parties_of(struct arena *a, const struct message *m)
{
	const struct {
		const char *role;
		const struct address_list *list;
	} all[] = {{"from", &m->from}, {"sender", &m->sender}, {"reply-to", &m->reply_to}, {"to", &m->to},
	    {"cc", &m->cc}, {"bcc", &m->bcc}};
	struct parties p = {0};
	size_t n = 0;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		n += all[i].list->count;
	p.items = arena_array(a, n + 1, sizeof *p.items);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		add(a, &p, all[i].role, all[i].list);
	return p;
}

static enum match_direction direction_of(const struct matcher *m, const struct parties *p)
{
	size_t own = 0;

	for (size_t i = 0; i < p->count; i++)
		own += matcher_is_own(m, p->items[i].address);
	if (p->count == 0 || !matcher_is_own(m, p->items[0].address))
		return MATCH_INBOUND;
	return own == p->count ? MATCH_INTERNAL : MATCH_OUTBOUND;
}

/* The nearest ancestor that is there: itself, what it answers first of all, then its references from the last. */
static int find_thread(struct store *s, const struct message *m, int64_t *thread_id, struct err *e)
{
	*thread_id = 0;
	if (m->message_id && match_data_thread_of(s, m->message_id, thread_id, e) != 0)
		return -1;
	if (*thread_id == 0 && m->in_reply_to.count &&
	    match_data_thread_of(s, m->in_reply_to.items[0], thread_id, e) != 0)
		return -1;
	for (size_t i = m->references.count; i-- > 0 && *thread_id == 0;)
		if (match_data_thread_of(s, m->references.items[i], thread_id, e) != 0)
			return -1;
	return 0;
}

int match_message(struct matcher *m, struct store *s, struct arena *a, const struct message *message,
    struct match_result *out, struct err *e)
{
	struct parties p = parties_of(a, message);
	struct match_input in = {p.items, p.count, .is_bulk = message->bulk, .dmarc = message->auth.dmarc};

	*out = (struct match_result){.direction = direction_of(m, &p)};
	if (find_thread(s, message, &out->thread_id, e) != 0)
		return -1;
	in.thread_id = out->thread_id;
	return matcher_match(m, a, &in, &out->links, e);
}

static int link_json(struct store *s, struct json *j, const struct match_link *link, struct err *e)
{
	struct arena a = {0};
	struct investor i = {0};
	bool found;
	int rc = investors_get(s, &a, link->investor_id, &i, &found, e);

	json_open(j, '{');
	json_key(j, "investor_id");
	json_int(j, link->investor_id);
	json_key(j, "investor");
	json_str(j, i.name);
	json_key(j, "kind");
	json_str(j, investor_kind_name(i.kind));
	json_key(j, "match_kind");
	json_str(j, match_kind_name(link->kind));
	json_key(j, "status");
	json_str(j, match_status_name(link->status));
	json_key(j, "address");
	json_str(j, link->address);
	json_key(j, "why");
	json_str(j, link->why);
	json_close(j, '}');
	arena_clear(&a);
	return rc;
}

int match_message_json(struct store *s, struct json *j, const struct match_result *r, struct err *e)
{
	static const char *const directions[] = {"in", "out", "internal"};
	int rc = 0;

	json_key(j, "direction");
	json_str(j, directions[r->direction]);
	json_key(j, "thread_id");
	if (r->thread_id)
		json_int(j, r->thread_id);
	else
		json_null(j);
	json_key(j, "matches");
	json_open(j, '[');
	for (size_t i = 0; i < r->links.count && rc == 0; i++)
		rc = link_json(s, j, &r->links.items[i], e);
	json_close(j, ']');
	return rc;
}
