#include "job/incoming.h"

#include "store/emails.h"

#include <string.h>
#include <xxhash.h>

/* Apart from the mailboxes' own thread ids, which have no seed. */
enum { SEED_MESSAGE_ID = 'm' };

static int64_t key_of_id(const char *id)
{
	return (int64_t)XXH3_64bits_withSeed(id, strlen(id), SEED_MESSAGE_ID);
}

static void add_list(struct arena *a, struct incoming *in, const struct address_list *list, const char *role)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *given = list->items[i].address;
		const char *address = given ? address_normalise(a, given) : NULL;
		if (!address)
			continue;
		in->parties[in->party_count] = (struct match_party){role, address};
		in->names[in->party_count++] = list->items[i].name;
	}
}

static void add_parties(struct arena *a, struct incoming *in)
{
	const struct message *m = &in->message;
	size_t n = m->from.count + m->sender.count + m->reply_to.count + m->to.count + m->cc.count + m->bcc.count;

	in->parties = arena_array(a, n, sizeof *in->parties);
	in->names = arena_array(a, n, sizeof *in->names);
	add_list(a, in, &m->from, "from");
	if (in->party_count > 0)
		in->from_address = in->parties[0].address;
	if (m->from.count > 0)
		in->from_name = m->from.items[0].name;
	add_list(a, in, &m->sender, "sender");
	add_list(a, in, &m->reply_to, "reply-to");
	add_list(a, in, &m->to, "to");
	add_list(a, in, &m->cc, "cc");
	add_list(a, in, &m->bcc, "bcc");
}

static void add_keys(struct arena *a, struct incoming *in, int64_t account_id)
{
	const struct message *m = &in->message;

	in->keys = arena_array(a, m->references.count + 3, sizeof *in->keys);
	if (m->message_id)
		in->keys[in->key_count++] = key_of_id(m->message_id);
	if (m->in_reply_to.count > 0)
		in->keys[in->key_count++] = key_of_id(m->in_reply_to.items[0]);
	for (size_t i = 0; i < m->references.count; i++)
		in->keys[in->key_count++] = key_of_id(m->references.items[i]);
	if (m->gmail_thread_id) {
		const char *key = arena_printf(a, "g:%lld:%s", (long long)account_id, m->gmail_thread_id);
		in->keys[in->key_count++] = (int64_t)XXH3_64bits(key, strlen(key));
	}
}

int incoming_read(struct message_parser *p, struct arena *a, const char *raw, size_t n,
    const struct message_options *options, int64_t account_id, struct incoming *in, struct err *e)
{
	*in = (struct incoming){0};
	if (message_parse(p, a, raw, n, options, &in->message, e) != 0)
		return -1;
	add_parties(a, in);
	add_keys(a, in, account_id);
	in->content_key = emails_content_key(in->message.message_id, in->message.body_sha256);
	in->sender =
	    arena_printf(a, "%s %s", in->from_name ? in->from_name : "", in->from_address ? in->from_address : "");
	return 0;
}

bool incoming_is_from(const struct incoming *in, const char *address, const char *const *aliases, size_t alias_count)
{
	for (size_t i = 0; i < in->party_count && strcmp(in->parties[i].role, "from") == 0; i++) {
		if (strcmp(in->parties[i].address, address) == 0)
			return true;
		for (size_t j = 0; j < alias_count; j++)
			if (strcmp(in->parties[i].address, aliases[j]) == 0)
				return true;
	}
	return false;
}
