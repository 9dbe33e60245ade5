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

static void put_problems(json_t *to, const struct outbox_problems *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->count; i++)
		json_array_append_new(list, jsontext(p->items[i]));
	json_object_set_new(to, "problems", list);
	json_object_set_new(to, "transport", json_null());
}

json_t *outbox_view_json(const struct outbox_message *m, const char *path, const struct outbox_problems *p)
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
	if (p)
		put_problems(j, p);
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

void outbox_view_print_check(struct arena *a, const struct outbox_message *m, const struct outbox_problems *p)
{
	printf("outbox %lld: would %s \"%s\" to %s (%zu bytes; transport: none configured)\n", (long long)m->id,
	    p->count ? "refuse" : "send", display_clean(a, m->subject), recipients(a, m), m->size_bytes);
	print_problems(p);
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
	print_problems(&s->problems);
	printf("\n%s\n%s", s->headers, s->text);
}
