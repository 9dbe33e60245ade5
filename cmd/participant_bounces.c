#include "participant_bounces.h"

#include "base/zone.h"
#include "job/display.h"
#include "participant_out.h"
#include "store/bounces.h"
#include "table.h"

#include <stdio.h>

enum { SHOWN = 10, WORDS_COLUMNS = 60 };

struct listing {
	struct table table;
	struct arena a;
};

static void add_row(const struct bounce_line *b, void *arg)
{
	struct listing *l = arg;
	char when[ZONE_TEXT_BYTES];

	if (l->table.cells == 0)
		puts("\nreports:");
	table_add(&l->table, zone_format(b->at, ZONE_DATE_TIME, when));
	table_add(&l->table, b->action);
	table_add(&l->table, b->class);
	table_add(&l->table, b->reason);
	table_add(&l->table, b->effect);
	table_add(&l->table, display_cut(&l->a, display_clean(&l->a, b->diagnostic), WORDS_COLUMNS));
	arena_reset(&l->a);
}

int participant_bounces_print(struct store *s, int64_t participant_id, struct err *e)
{
	struct listing l = {.table = {.columns = 6}};
	int rc = bounces_each_of(s, participant_id, SHOWN, add_row, &l, e);

	table_print(&l.table);
	arena_clear(&l.a);
	return rc;
}

static void put(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

static void add_object(const struct bounce_line *b, void *arg)
{
	struct json *j = arg;

	json_open(j, '{');
	json_key(j, "report");
	json_int(j, b->report_id);
	put(j, "kind", b->kind);
	participant_out_json_time(j, "bounced_at", b->at);
	put(j, "address", b->address);
	put(j, "action", b->action);
	put(j, "class", b->class);
	put(j, "reason", b->reason);
	put(j, "status", b->status);
	put(j, "diagnostic", b->diagnostic);
	put(j, "effect", b->effect);
	json_close(j, '}');
}

int participant_bounces_json(struct store *s, int64_t participant_id, struct json *j, struct err *e)
{
	int rc;

	json_key(j, "bounces");
	json_open(j, '[');
	rc = bounces_each_of(s, participant_id, SHOWN, add_object, j, e);
	json_close(j, ']');
	return rc;
}
