/* What a mailbox holds and what has changed in it: getProfile, messages.list, history.list. */
#include "net/gmail_client.h"
#include "net/gmail_json.h"

#include <string.h>

enum { PAGE_SIZE = 500, ANSWER_CAP_BYTES = 16 << 20 };

static int no_sense(struct err *e, const char *what)
{
	return err_set(e, ERR_TEMPORARY, "the answer makes no sense: %s is missing", what);
}

struct profile_reader {
	struct arena *a;
	struct gmail_profile *p;
};

static int read_profile(void *arg, struct span body, struct err *e)
{
	struct profile_reader *r = arg;
	json_t *root;

	if (gmail_json_load(body, &root, e) != 0)
		return -1;
	r->p->address = gmail_json_dup(r->a, root, "emailAddress");
	r->p->history_id = gmail_json_dup(r->a, root, "historyId");
	r->p->messages = gmail_json_int(root, "messagesTotal", -1);
	r->p->threads = gmail_json_int(root, "threadsTotal", -1);
	json_decref(root);
	return r->p->address && r->p->history_id ? 0 : no_sense(e, "emailAddress or historyId");
}

int gmail_profile(struct gmail *g, struct arena *a, struct gmail_profile *p, struct err *e)
{
	struct profile_reader r = {a, p};
	struct client_call c = {
	    .method = GMAIL_GET_PROFILE, .target = "/gmail/v1/users/me/profile", .read = read_profile, .arg = &r};
	bool gone;

	*p = (struct gmail_profile){0};
	if (client_run(g, &c, &gone, NULL, e) != 0)
		return -1;
	if (gone)
		return err_set(e, ERR_UNAVAILABLE, "getProfile: there is no Gmail API at %s", g->api_url);
	return 0;
}

struct list_reader {
	struct arena *a;
	struct gmail_page *page;
};

static int read_refs(struct list_reader *r, json_t *messages, struct err *e)
{
	struct gmail_ref *refs = arena_array(r->a, json_array_size(messages), sizeof *refs);
	json_t *m;
	size_t i;

	for (i = 0; (m = json_array_get(messages, i)); i++) {
		refs[i] = (struct gmail_ref){gmail_json_dup(r->a, m, "id"), gmail_json_dup(r->a, m, "threadId")};
		if (!refs[i].id)
			return no_sense(e, "a message's id");
	}
	r->page->refs = refs;
	r->page->n = json_array_size(messages);
	return 0;
}

static int read_page(void *arg, struct span body, struct err *e)
{
	struct list_reader *r = arg;
	json_t *root;
	int rc;

	if (gmail_json_load(body, &root, e) != 0)
		return -1;
	rc = read_refs(r, json_object_get(root, "messages"), e);
	r->page->next_page_token = gmail_json_dup(r->a, root, "nextPageToken");
	r->page->estimate = gmail_json_int(root, "resultSizeEstimate", -1);
	json_decref(root);
	return rc;
}

static void put_page(struct buf *target, int page_size, const char *page_token)
{
	char number[16];

	snprintf(number, sizeof number, "%d", page_size > 0 && page_size < PAGE_SIZE ? page_size : PAGE_SIZE);
	http_put_param(target, "maxResults", number);
	if (page_token)
		http_put_param(target, "pageToken", page_token);
}

int gmail_list(struct gmail *g, const struct gmail_query *q, struct arena *a, struct gmail_page *page, struct err *e)
{
	struct list_reader r = {a, page};
	struct client_call c = {
	    .method = GMAIL_MESSAGES_LIST, .cap_bytes = ANSWER_CAP_BYTES, .read = read_page, .arg = &r};
	struct buf target = {0};
	bool gone;
	int rc;

	*page = (struct gmail_page){.estimate = -1};
	buf_puts(&target, "/gmail/v1/users/me/messages?");
	put_page(&target, q->page_size, q->page_token);
	if (q->q)
		http_put_param(&target, "q", q->q);
	for (const char *const *label = q->label_ids; label && *label; label++)
		http_put_param(&target, "labelIds", *label);
	if (q->include_spam_trash)
		http_put_param(&target, "includeSpamTrash", "true");
	c.target = target.data;
	rc = client_run(g, &c, &gone, NULL, e);
	if (rc == 0 && gone)
		rc = err_set(e, ERR_INPUT, "messages.list: not found: a label that is asked for does not exist");
	buf_clear(&target);
	return rc;
}

struct history_reader {
	struct arena *a;
	struct gmail_history *h;
	struct gmail_change *changes;
	size_t n, cap;
	unsigned kinds;
};

static const struct {
	enum gmail_change_kind kind;
	const char *type, *member;
} kinds_of_change[] = {
    {GMAIL_ADDED, "messageAdded", "messagesAdded"},
    {GMAIL_DELETED, "messageDeleted", "messagesDeleted"},
    {GMAIL_LABELS_ADDED, "labelAdded", "labelsAdded"},
    {GMAIL_LABELS_REMOVED, "labelRemoved", "labelsRemoved"},
};
enum { KINDS = sizeof kinds_of_change / sizeof *kinds_of_change };

static void read_labels(struct arena *a, struct gmail_change *c, const json_t *labels)
{
	const char **out = arena_array(a, json_array_size(labels), sizeof *out);
	const json_t *l;
	size_t i;

	json_array_foreach(labels, i, l) if (json_is_string(l)) out[c->n_labels++] =
	    arena_strdup(a, json_string_value(l));
	c->labels = out;
}

static int read_change(struct history_reader *r, enum gmail_change_kind kind, json_t *entry, struct err *e)
{
	json_t *m = json_object_get(entry, "message");
	struct gmail_change c = {
	    .kind = kind, .id = gmail_json_dup(r->a, m, "id"), .thread_id = gmail_json_dup(r->a, m, "threadId")};

	if (!c.id)
		return no_sense(e, "a changed message's id");
	read_labels(r->a, &c, json_object_get(kind == GMAIL_ADDED || kind == GMAIL_DELETED ? m : entry, "labelIds"));
	if (r->n == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 64;
		r->changes = arena_grow(r->a, r->changes, r->cap * sizeof c, cap * sizeof c);
		r->cap = cap;
	}
	r->changes[r->n++] = c;
	return 0;
}

/* A record's lists are disjoint by Google's account, so their order among each other does not matter. */
static int read_record(struct history_reader *r, const json_t *record, struct err *e)
{
	json_t *entry;
	size_t i;

	for (size_t k = 0; k < KINDS; k++) {
		if (!(r->kinds & kinds_of_change[k].kind))
			continue;
		json_array_foreach(json_object_get(record, kinds_of_change[k].member), i,
		    entry) if (read_change(r, kinds_of_change[k].kind, entry, e) != 0) return -1;
	}
	return 0;
}

static int read_history(void *arg, struct span body, struct err *e)
{
	struct history_reader *r = arg;
	const json_t *record;
	json_t *root;
	size_t i;
	int rc = 0;

	r->changes = NULL;
	r->n = r->cap = 0;
	if (gmail_json_load(body, &root, e) != 0)
		return -1;
	json_array_foreach(json_object_get(root, "history"), i, record) if (rc == 0) rc = read_record(r, record, e);
	r->h->next_page_token = gmail_json_dup(r->a, root, "nextPageToken");
	r->h->history_id = gmail_json_dup(r->a, root, "historyId");
	r->h->changes = r->changes;
	r->h->n = r->n;
	json_decref(root);
	if (rc == 0 && !r->h->history_id && !r->h->next_page_token)
		rc = no_sense(e, "historyId");
	return rc;
}

int gmail_history(struct gmail *g, const char *start_history_id, unsigned kinds, const char *page_token, int page_size,
    struct arena *a, struct gmail_history *h, struct err *e)
{
	struct history_reader r = {.a = a, .h = h, .kinds = kinds ? kinds : ~0U};
	struct client_call c = {
	    .method = GMAIL_HISTORY_LIST, .cap_bytes = ANSWER_CAP_BYTES, .read = read_history, .arg = &r};
	struct buf target = {0};
	bool gone = false;
	int rc;

	*h = (struct gmail_history){0};
	buf_puts(&target, "/gmail/v1/users/me/history?");
	http_put_param(&target, "startHistoryId", start_history_id);
	put_page(&target, page_size, page_token);
	for (size_t k = 0; k < KINDS; k++)
		if (kinds & kinds_of_change[k].kind)
			http_put_param(&target, "historyTypes", kinds_of_change[k].type);
	c.target = target.data;
	rc = client_run(g, &c, &gone, NULL, e);
	if (rc == 0 && gone)
		*h = (struct gmail_history){.expired = true};
	buf_clear(&target);
	return rc;
}
