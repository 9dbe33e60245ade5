#include "mail/bounce_json.h"

static void put(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

static void put_recipient(struct json *j, const struct bounce_recipient *r)
{
	json_open(j, '{');
	put(j, "address", r->address);
	put(j, "final_address", r->final_address);
	put(j, "action", bounce_action_name(r->action));
	put(j, "status", r->status);
	put(j, "class", bounce_class_name(r->class));
	put(j, "reason", r->class == BOUNCE_CLASS_NONE ? NULL : bounce_reason_name(r->reason));
	put(j, "diagnostic", r->diagnostic);
	put(j, "remote_mta", r->remote_mta);
	json_close(j, '}');
}

void bounce_json(struct json *j, const char *file, const struct bounce_report *b)
{
	json_open(j, '{');
	put(j, "file", file);
	json_key(j, "format");
	json_int(j, 1);
	put(j, "kind", bounce_kind_name(b->kind));
	json_key(j, "recipients");
	json_open(j, '[');
	for (size_t i = 0; i < b->count; i++)
		put_recipient(j, &b->recipients[i]);
	json_close(j, ']');
	put(j, "original_message_id", b->original_message_id);
	put(j, "returned_to", b->returned_to);
	put(j, "token", b->token);
	put(j, "feedback_type", b->feedback_type);
	put(j, "complained_about", b->complained_about);
	json_key(j, "confidence");
	json_int(j, b->confidence);
	json_close(j, '}');
}
