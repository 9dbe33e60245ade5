/* Drafts and sending: drafts.create and messages.send. Neither may happen twice. */
#include "net/base64url.h"
#include "net/gmail_client.h"
#include "net/gmail_json.h"

#include "base/json.h"

struct send_reader {
	struct arena *a;
	const char **draft_id; /* NULL: the answer is the message itself */
	struct gmail_ref *message;
};

static int read_sent(void *arg, struct span body, struct err *e)
{
	struct send_reader *r = arg;
	json_t *root, *message;

	if (gmail_json_load(body, &root, e) != 0)
		return -1;
	message = r->draft_id ? json_object_get(root, "message") : root;
	if (r->draft_id)
		*r->draft_id = gmail_json_dup(r->a, root, "id");
	*r->message =
	    (struct gmail_ref){gmail_json_dup(r->a, message, "id"), gmail_json_dup(r->a, message, "threadId")};
	json_decref(root);
	if (!r->message->id || (r->draft_id && !*r->draft_id))
		return err_set(e, ERR_TEMPORARY, "the answer makes no sense: it names no message");
	return 0;
}

static void put_message(struct json *j, const void *bytes, size_t n, const char *thread_id)
{
	struct buf raw = {0};

	base64url_encode(bytes, n, &raw);
	json_open(j, '{');
	if (thread_id) {
		json_key(j, "threadId");
		json_str(j, thread_id);
	}
	json_key(j, "raw");
	json_text(j, buf_str(&raw), raw.len);
	json_close(j, '}');
	buf_clear(&raw);
}

int gmail_draft_create(struct gmail *g, const void *bytes, size_t n, const char *thread_id, struct arena *a,
    const char **draft_id, struct gmail_ref *message, struct err *e)
{
	struct send_reader r = {a, draft_id, message};
	struct buf body = {0};
	struct json j = {.out = &body};
	struct client_call c = {.method = GMAIL_DRAFTS_CREATE,
	    .target = "/gmail/v1/users/me/drafts",
	    .once = true,
	    .read = read_sent,
	    .arg = &r};
	bool gone, maybe = false;
	int rc;

	*draft_id = NULL;
	*message = (struct gmail_ref){0};
	json_open(&j, '{');
	json_key(&j, "message");
	put_message(&j, bytes, n, thread_id);
	json_close(&j, '}');
	c.body = body.data;
	c.body_len = body.len;
	rc = client_run(g, &c, &gone, &maybe, e);
	if (rc == 0 && gone)
		rc = err_set(e, ERR_INPUT, "drafts.create: the thread to reply in is not there");
	else if (rc != 0 && maybe)
		err_prefix(e, "the draft may be there all the same, look before trying again");
	buf_clear(&body);
	return rc;
}

enum gmail_sent gmail_send(struct gmail *g, const void *bytes, size_t n, const char *thread_id, struct arena *a,
    struct gmail_ref *message, struct err *e)
{
	struct send_reader r = {a, NULL, message};
	struct buf body = {0};
	struct json j = {.out = &body};
	struct client_call c = {.method = GMAIL_MESSAGES_SEND,
	    .target = "/gmail/v1/users/me/messages/send",
	    .once = true,
	    .read = read_sent,
	    .arg = &r};
	bool gone, maybe = false;
	int rc;

	*message = (struct gmail_ref){0};
	put_message(&j, bytes, n, thread_id);
	c.body = body.data;
	c.body_len = body.len;
	rc = client_run(g, &c, &gone, &maybe, e);
	buf_clear(&body);
	if (rc == 0 && gone) {
		err_set(e, ERR_INPUT, "messages.send: the thread to reply in is not there");
		return GMAIL_SENT_PERMANENT;
	}
	if (rc == 0)
		return GMAIL_SENT;
	if (maybe)
		return GMAIL_SENT_UNKNOWN;
	return e->code == ERR_TEMPORARY ? GMAIL_SENT_TEMPORARY : GMAIL_SENT_PERMANENT;
}
