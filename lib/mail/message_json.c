#include "mail/message_json.h"

#include "base/utf8.h"

#include <string.h>

static void put(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

static void put_strings(struct json *j, const char *key, const struct string_list *l)
{
	json_key(j, key);
	json_open(j, '[');
	for (size_t i = 0; i < l->count; i++)
		json_str(j, l->items[i]);
	json_close(j, ']');
}

static void put_address(struct json *j, const struct address *a)
{
	json_open(j, '{');
	put(j, "name", a->name);
	put(j, "address", a->address);
	json_close(j, '}');
}

static void put_addresses(struct json *j, const char *key, const struct address_list *l)
{
	json_key(j, key);
	json_open(j, '[');
	for (size_t i = 0; i < l->count; i++)
		put_address(j, &l->items[i]);
	json_close(j, ']');
}

static void put_attachment(struct json *j, const struct attachment *x)
{
	static const char *const words[] = {NULL, "inline", "attachment"};
	char hex[SHA256_HEX_BYTES];

	sha256_hex(x->sha256, hex);
	json_open(j, '{');
	put(j, "filename", x->filename);
	put(j, "content_type", x->content_type);
	json_key(j, "size");
	json_int(j, (int64_t)x->size_bytes);
	put(j, "sha256", hex);
	put(j, "disposition", words[x->disposition]);
	put(j, "content_id", x->content_id);
	json_close(j, '}');
}

static void put_attachments(struct json *j, const struct attachment_list *l)
{
	json_key(j, "attachments");
	json_open(j, '[');
	for (size_t i = 0; i < l->count; i++)
		put_attachment(j, &l->items[i]);
	json_close(j, ']');
}

static void put_authentication(struct json *j, const struct auth_results *r)
{
	json_key(j, "authentication");
	json_open(j, '{');
	put(j, "authserv_id", r->authserv_id);
	put(j, "spf", r->spf);
	put(j, "dkim", r->dkim);
	put(j, "dmarc", r->dmarc);
	json_close(j, '}');
}

static void put_recipients(struct json *j, const struct message *m)
{
	put_addresses(j, "from", &m->from);
	json_key(j, "sender");
	if (m->sender.count)
		put_address(j, &m->sender.items[0]);
	else
		json_nil(j);
	put_addresses(j, "reply_to", &m->reply_to);
	put_addresses(j, "to", &m->to);
	put_addresses(j, "cc", &m->cc);
	put_addresses(j, "bcc", &m->bcc);
}

static void put_text(struct json *j, const char *key, const char *text, size_t n)
{
	json_key(j, key);
	if (text)
		json_text(j, text, n);
	else
		json_nil(j);
}

/* A file name need not be UTF-8; the output is. */
static void put_file(struct json *j, const char *file)
{
	json_key(j, "file");
	if (file && utf8_is_valid(file, strlen(file)))
		json_str(j, file);
	else if (file)
		json_text(j, file, utf8_valid_prefix(file, strlen(file)));
	else
		json_nil(j);
}

void message_json(struct json *j, const char *file, const struct message *m, bool with_html)
{
	static const char *const sources[] = {NULL, "plain", "html"};

	json_open(j, '{');
	put_file(j, file);
	json_key(j, "format");
	json_int(j, 1);
	put(j, "message_id", m->message_id);
	put_strings(j, "in_reply_to", &m->in_reply_to);
	put_strings(j, "references", &m->references);
	json_key(j, "date");
	if (m->has_date)
		json_int(j, m->date);
	else
		json_nil(j);
	put(j, "subject", m->subject);
	put_recipients(j, m);
	put(j, "list_id", m->list_id);
	put(j, "auto_submitted", m->auto_submitted);
	json_key(j, "bulk");
	json_bool(j, m->bulk);
	put_authentication(j, &m->auth);
	put_text(j, "text", m->text, m->text_bytes);
	put(j, "text_source", sources[m->text_source]);
	if (with_html)
		put_text(j, "html", m->html, m->html_bytes);
	put_attachments(j, &m->attachments);
	put_strings(j, "defects", &m->defects);
}
