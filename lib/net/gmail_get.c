/* One message or one attachment: messages.get in all formats, messages.attachments.get. */
#include "net/base64url.h"
#include "net/gmail_client.h"
#include "net/gmail_json.h"

#include <string.h>

enum { ANSWER_EXTRA_BYTES = 4 << 20, PARTS_CAP = 10000 };

static const char *const format_names[] = {
    [GMAIL_RAW] = "raw",
    [GMAIL_FULL] = "full",
    [GMAIL_METADATA] = "metadata",
    [GMAIL_MINIMAL] = "minimal",
};

static void read_labels(struct arena *a, struct gmail_message *m, const json_t *labels)
{
	const char **out = arena_array(a, json_array_size(labels), sizeof *out);
	const json_t *l;
	size_t i;

	json_array_foreach(labels, i, l) if (json_is_string(l)) out[m->n_labels++] =
	    arena_strdup(a, json_string_value(l));
	m->labels = out;
}

static void read_headers(struct arena *a, struct gmail_message *m, const json_t *headers)
{
	struct gmail_header *out = arena_array(a, json_array_size(headers), sizeof *out);
	const json_t *h;
	size_t i;

	for (i = 0; (h = json_array_get(headers, i)); i++) {
		const char *name = json_string_value(json_object_get(h, "name"));
		const char *value = json_string_value(json_object_get(h, "value"));
		if (name && value)
			out[m->n_headers++] = (struct gmail_header){arena_strdup(a, name), arena_strdup(a, value)};
	}
	m->headers = out;
}

static int read_part(struct arena *a, json_t *part, struct gmail_part *out, struct err *e)
{
	json_t *body = json_object_get(part, "body");
	const json_t *data = json_object_get(body, "data");
	struct buf bytes = {0};

	*out = (struct gmail_part){
	    .part_id = gmail_json_dup(a, part, "partId"),
	    .mime_type = gmail_json_dup(a, part, "mimeType"),
	    .filename = gmail_json_dup(a, part, "filename"),
	    .attachment_id = gmail_json_dup(a, body, "attachmentId"),
	    .size_bytes = gmail_json_int(body, "size", 0),
	};
	if (!json_is_string(data))
		return 0;
	if (!base64url_decode(json_string_value(data), json_string_length(data), &bytes)) {
		buf_clear(&bytes);
		return err_set(e, ERR_TEMPORARY, "a part that was answered is no base64url");
	}
	out->data = arena_strndup(a, buf_str(&bytes), bytes.len);
	out->data_len = bytes.len;
	buf_clear(&bytes);
	return 0;
}

/* A part whose own parts are still to be read. */
struct pending {
	json_t *part;
};

/* Depth first with a stack of our own; gmail_json_load has capped the depth, PARTS_CAP the number. */
static int read_parts(struct arena *a, struct gmail_message *m, json_t *payload, struct err *e)
{
	struct pending *stack = arena_array(a, PARTS_CAP, sizeof *stack);
	size_t depth = 0, n = 0, cap = 16;
	struct gmail_part *out = arena_array(a, cap, sizeof *out);

	if (json_is_object(payload))
		stack[depth++].part = payload;
	while (depth > 0) {
		json_t *part = stack[--depth].part, *inner = json_object_get(part, "parts");
		if (n == cap) {
			out = arena_grow(a, out, cap * sizeof *out, 2 * cap * sizeof *out);
			cap *= 2;
		}
		if (read_part(a, part, &out[n++], e) != 0)
			return -1;
		if (json_array_size(inner) > PARTS_CAP - depth || n > PARTS_CAP)
			return err_set(e, ERR_INPUT, "the message has more than %d parts", PARTS_CAP);
		for (size_t i = json_array_size(inner); i > 0; i--)
			stack[depth++].part = json_array_get(inner, i - 1);
	}
	m->parts = out;
	m->n_parts = n;
	return 0;
}

struct get_reader {
	struct arena *a;
	struct gmail_message *m;
	enum gmail_format format;
};

static int read_message(void *arg, struct span body, struct err *e)
{
	struct get_reader *r = arg;
	struct gmail_message *m = r->m;
	struct buf raw = {0};
	json_t *root = NULL, *payload;
	bool has_raw = false;
	int rc;

	*m = (struct gmail_message){0};
	rc = r->format == GMAIL_RAW ? gmail_json_load_raw(body, &root, &raw, &has_raw, e)
	                            : gmail_json_load(body, &root, e);
	if (rc != 0)
		goto out;
	m->id = gmail_json_dup(r->a, root, "id");
	m->thread_id = gmail_json_dup(r->a, root, "threadId");
	m->history_id = gmail_json_dup(r->a, root, "historyId");
	m->internal_date_ms = gmail_json_int(root, "internalDate", -1);
	read_labels(r->a, m, json_object_get(root, "labelIds"));
	if (has_raw) {
		m->raw = arena_strndup(r->a, buf_str(&raw), raw.len);
		m->raw_len = raw.len;
	}
	payload = json_object_get(root, "payload");
	read_headers(r->a, m, json_object_get(payload, "headers"));
	if (r->format == GMAIL_FULL && read_parts(r->a, m, payload, e) != 0)
		rc = -1;
	else if (!m->id || (r->format == GMAIL_RAW && !has_raw))
		rc = err_set(e, ERR_TEMPORARY, "the answer makes no sense: the message is missing");
out:
	json_decref(root);
	buf_clear(&raw);
	return rc;
}

/* In base64 and JSON. */
static size_t answer_cap(const struct gmail *g)
{
	return g->o.max_message_bytes / 3 * 4 + ANSWER_EXTRA_BYTES;
}

int gmail_get(struct gmail *g, const char *id, enum gmail_format format, struct arena *a, struct gmail_message *m,
    bool *gone, struct err *e)
{
	struct get_reader r = {a, m, format};
	struct client_call c = {
	    .method = GMAIL_MESSAGES_GET, .object = id, .cap_bytes = answer_cap(g), .read = read_message, .arg = &r};
	struct buf target = {0};
	int rc;

	*m = (struct gmail_message){0};
	*gone = false;
	buf_puts(&target, "/gmail/v1/users/me/messages/");
	http_escape(&target, id);
	buf_printf(&target, "?format=%s", format_names[format]);
	c.target = target.data;
	rc = client_run(g, &c, gone, NULL, e);
	buf_clear(&target);
	return rc;
}

static int read_attachment(void *arg, struct span body, struct err *e)
{
	struct buf *out = arg;
	const json_t *data;
	json_t *root;
	int rc = 0;

	if (gmail_json_load(body, &root, e) != 0)
		return -1;
	data = json_object_get(root, "data");
	if (!json_is_string(data) || !base64url_decode(json_string_value(data), json_string_length(data), out))
		rc = err_set(e, ERR_TEMPORARY, "the answer makes no sense: the attachment is missing or no base64url");
	json_decref(root);
	return rc;
}

int gmail_attachment(
    struct gmail *g, const char *message_id, const char *attachment_id, struct buf *out, bool *gone, struct err *e)
{
	struct client_call c = {.method = GMAIL_ATTACHMENTS_GET,
	    .object = message_id,
	    .cap_bytes = answer_cap(g),
	    .read = read_attachment,
	    .arg = out};
	struct buf target = {0};
	int rc;

	*gone = false;
	buf_puts(&target, "/gmail/v1/users/me/messages/");
	http_escape(&target, message_id);
	buf_puts(&target, "/attachments/");
	http_escape(&target, attachment_id);
	c.target = target.data;
	rc = client_run(g, &c, gone, NULL, e);
	buf_clear(&target);
	return rc;
}
