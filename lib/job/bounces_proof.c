#include "job/bounces_act.h"
#include "mail/address.h"
#include "mail/message_token.h"

#include <string.h>

enum { MESSAGE_ID_DAYS = 30, REMOTE_ID_DAYS = 90, DAY_S = 86400 };

static int by_token(struct bounces_run *r, struct arena *a, const char *token, struct bounces_proof *out, struct err *e)
{
	int64_t id;

	if (!r->has_key || !message_token_verify(r->key, token, &id)) {
		out->why = "its token is forged, or of another mailroom";
		return 0;
	}
	if (bounces_recipients_of(r->o->store, a, id, &out->list, &out->count, e) != 0)
		return -1;
	if (out->count == 0)
		out->why = "its token is of a message that is not there any more";
	else
		out->how = "token";
	return 0;
}

static int by_message_id(
    struct bounces_run *r, struct arena *a, const char *id, struct bounces_proof *out, struct err *e)
{
	int64_t since = r->o->now - (int64_t)MESSAGE_ID_DAYS * DAY_S;

	if (bounces_by_message_id(r->o->store, a, id, since, &out->list, &out->count, e) != 0)
		return -1;
	if (out->count == 0)
		out->why = "its Message-ID is of no message that we sent in the last 30 days";
	else
		out->how = "message-id";
	return 0;
}

static int by_remote_id(
    struct bounces_run *r, struct arena *a, const char *id, struct bounces_proof *out, struct err *e)
{
	int64_t since = r->o->now - (int64_t)REMOTE_ID_DAYS * DAY_S;

	if (bounces_by_remote_id(r->o->store, a, id, since, &out->list, &out->count, e) != 0)
		return -1;
	if (out->count == 0)
		out->why = "the service tells of a message that is none of ours";
	else
		out->how = "api";
	return 0;
}

int bounces_prove(
    struct bounces_run *r, struct arena *a, const struct bounces_item *item, struct bounces_proof *out, struct err *e)
{
	const struct bounce_report *b = &item->report;
	int rc = 0;

	*out = (struct bounces_proof){0};
	if (item->question)
		out->why = item->question;
	else if (item->remote_id)
		rc = by_remote_id(r, a, item->remote_id, out, e);
	else if (b->token)
		rc = by_token(r, a, b->token, out, e);
	else if (b->original_message_id)
		rc = by_message_id(r, a, b->original_message_id, out, e);
	else
		out->why = "nothing in it tells which message it is about";
	if (out->how)
		out->outbox_id = out->list[0].outbox_id;
	return rc;
}

const struct bounce_attempt *bounces_find_recipient(struct arena *a, const struct bounces_proof *p, const char *address)
{
	const char *wanted = address ? address_normalise(a, address) : NULL;

	for (size_t i = 0; wanted && i < p->count; i++) {
		const char *have = address_normalise(a, p->list[i].recipient);
		if (have && strcmp(have, wanted) == 0)
			return &p->list[i];
	}
	return NULL;
}
