#include "outbox_view.h"
#include "jsontext.h"

#include "base/clock.h"
#include "base/sha256.h"
#include "base/zone.h"
#include "job/display.h"

#include <stdio.h>

static const char *recipients(struct arena *a, const struct outbox_message *m)
{
	const char *to = "";

	for (size_t i = 0; i < m->recipient_count; i++)
		to = arena_printf(a, "%s%s%s", to, i ? ", " : "", m->recipients[i].address);
	return to;
}

static json_t *instant(int64_t t)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format_utc(t, text);
	return json_string(text);
}

static void put_problems(json_t *to, const struct outbox_problems *p, const struct transport_offer *transport)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->count; i++)
		json_array_append_new(list, jsontext(p->items[i]));
	json_object_set_new(to, "problems", list);
	json_object_set_new(to, "transport", transport ? json_string(transport->kind->name) : json_null());
	if (transport && transport->ready != TRANSPORT_READY)
		json_object_set_new(to, "waits_for", jsontext(transport->why));
}

static json_t *instant_or_null(int64_t t)
{
	return t ? instant(t) : json_null();
}

static json_t *recipients_json(const struct outbox_message *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->recipient_count; i++)
		json_array_append_new(list, json_pack("{s:o, s:s}", "address", jsontext(m->recipients[i].address),
		                                "state", recipient_state_name(m->recipients[i].state)));
	return list;
}

static void put_delivery(json_t *to, const struct outbox_message *m)
{
	json_object_set_new(to, "recipients", recipients_json(m));
	json_object_set_new(to, "token", m->token ? jsontext(m->token) : json_null());
	json_object_set_new(to, "attempts", json_integer(m->attempts));
	json_object_set_new(to, "next_try_at", instant_or_null(m->next_try_at));
	json_object_set_new(to, "stale_at", instant(outbox_stale_at(m)));
}

json_t *outbox_view_json(const struct outbox_message *m, const char *path, const struct outbox_problems *p,
    const struct transport_offer *transport)
{
	json_t *to = json_array(), *j;
	char hex[SHA256_HEX_BYTES];

	for (size_t i = 0; i < m->recipient_count; i++)
		json_array_append_new(to, jsontext(m->recipients[i].address));
	sha256_hex(m->sha256, hex);
	j = json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:s, s:o, s:o}", "id", (json_int_t)m->id,
	    "kind", m->kind, "state", outbox_state_name(m->state), "subject", jsontext(m->subject), "from",
	    jsontext(m->from_address), "to", to, "message_id", jsontext(m->message_id), "period_start",
	    instant(m->period_start), "period_end", instant(m->period_end), "path", jsontext(path), "size_bytes",
	    (json_int_t)m->size_bytes, "sha256", hex, "created_at", instant(m->created_at), "updated_at",
	    instant(m->updated_at));
	put_delivery(j, m);
	if (p)
		put_problems(j, p, transport);
	return j;
}

void outbox_view_print_json(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(j);
}

void outbox_view_print_row(struct arena *a, const struct outbox_message *m)
{
	char at[ZONE_TEXT_BYTES];

	printf("%6lld  %-9s  %s  %7zu  %s  (to %s)\n", (long long)m->id, outbox_state_name(m->state),
	    zone_format(m->created_at, ZONE_DATE_TIME, at), m->size_bytes, display_clean(a, m->subject),
	    recipients(a, m));
}

static void print_problems(const struct outbox_problems *p)
{
	for (size_t i = 0; i < p->count; i++)
		printf("  refused: %s\n", p->items[i]);
}

void outbox_view_print_check(struct arena *a, const struct outbox_message *m, const struct outbox_problems *p,
    const struct transport_offer *transport)
{
	bool waits = !transport || transport->ready != TRANSPORT_READY;
	const char *does = p->count ? "refuse" : waits ? "keep" : "send";

	printf("outbox %lld: would %s \"%s\" to %s (%zu bytes; transport: %s)\n", (long long)m->id, does,
	    display_clean(a, m->subject), recipients(a, m), m->size_bytes, transport ? transport->kind->name : "none");
	print_problems(p);
	if (waits)
		printf("  waits: %s\n", transport ? display_clean(a, transport->why) : "no transport is set up");
}

static void print_recipients(const struct outbox_message *m)
{
	char at[ZONE_TEXT_BYTES];

	if (m->attempts == 0)
		return;
	for (size_t i = 0; i < m->recipient_count; i++)
		printf("  %s: %s\n", m->recipients[i].address, recipient_state_name(m->recipients[i].state));
	printf("  %d attempt%s%s%s\n", m->attempts, m->attempts == 1 ? "" : "s",
	    m->next_try_at ? m->state == OUTBOX_UNKNOWN ? ", next look at " : ", next try at " : "",
	    m->next_try_at ? zone_format(m->next_try_at, ZONE_DATE_TIME, at) : "");
}

void outbox_view_print_shown(const struct outbox_shown *s)
{
	const char *state = s->message->state == OUTBOX_DISCARDED ? "removed"
	                    : s->is_whole                         ? "SHA-256 as reviewed"
	                                                          : "not as reviewed";
	char at[ZONE_TEXT_BYTES];

	printf("Outbox %lld is %s, built %s, %zu bytes\n%s: %s\n", (long long)s->message->id,
	    outbox_state_name(s->message->state), zone_format(s->message->created_at, ZONE_DATE_TIME, at),
	    s->message->size_bytes, s->path, state);
	print_recipients(s->message);
	print_problems(&s->problems);
	printf("\n%s\n%s", s->headers, s->text);
}
