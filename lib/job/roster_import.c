#include "base/csv_cell.h"
#include "job/display.h"
#include "job/people_import.h"
#include "job/roster_csv.h"

struct importing {
	const struct config *c;
	const struct roster_import_rules *rules;
	struct roster_import *out;
	struct arena *a; /* of what outlives a row */
	struct roster_put_rules put;
	struct roster_erased erased;
	bool is_open;
};

static struct roster_row row_of(const struct csv_row *row)
{
	const char *cells[ROSTER_COLUMNS];

	for (size_t i = 0; i < ROSTER_COLUMNS; i++)
		cells[i] = csv_cell_text(row->cells[i]);
	return (struct roster_row){
	    .did = cells[ROSTER_DID],
	    .email = cells[ROSTER_EMAIL],
	    .status = cells[ROSTER_STATUS],
	    .type = cells[ROSTER_TYPE],
	    .feed_url = cells[ROSTER_FEED_URL],
	    .survey_completed_at = cells[ROSTER_SURVEY_COMPLETED_AT],
	    .prolific_id = cells[ROSTER_PROLIFIC_ID],
	    .study_type = cells[ROSTER_STUDY_TYPE],
	    .audit_timestamp = cells[ROSTER_AUDIT_TIMESTAMP],
	    .language = cells[ROSTER_LANGUAGE],
	};
}

/* What became of the row, told and counted; false: it is no record (any more). */
static bool tell(struct importing *im, size_t line, const struct roster_outcome *o, struct people_import_put *put)
{
	im->out->changes[o->change]++;
	im->out->stays_unsubscribed += o->stays_unsubscribed;
	if (o->change == ROSTER_ERASED) {
		csv_faults_add(&im->out->erased, im->a, line, "%s", o->why);
		return false;
	}
	if ((o->change != ROSTER_UNCHANGED || o->stays_unsubscribed) && im->rules->changed)
		im->rules->changed(line, o, im->rules->arg);
	put->id = o->participant.id;
	put->change = o->change == ROSTER_ADDED     ? PEOPLE_ADDED
	              : o->change == ROSTER_UPDATED ? PEOPLE_CHANGED
	                                            : PEOPLE_UNCHANGED;
	return true;
}

static int put(struct store *s, struct arena *a, const struct csv_row *row, size_t pass, struct people_import_put *put,
    void *arg, struct err *e)
{
	struct importing *im = arg;
	const struct roster_row r = row_of(row);
	struct roster_outcome o;

	(void)pass;
	/* Inside the transaction, so that nobody is erased between the look and the row. */
	if (!im->is_open && roster_erased_open(&im->erased, im->c, s, e) != 0) {
		e->code = ERR_CONFIG; /* no fault of this row */
		return -1;
	}
	im->is_open = true;
	if (roster_put(s, a, &im->erased, &r, &im->put, &o, e) != 0)
		return -1;
	if (o.change == ROSTER_REFUSED)
		return err_set(e, ERR_INPUT, "%s", o.why);
	put->done = tell(im, row->line, &o, put);
	return 0;
}

int roster_import(struct store *s, struct arena *a, const struct config *c, const struct roster_import_rules *rules,
    struct roster_import *out, struct err *e)
{
	static const bool needed[ROSTER_COLUMNS] = {[ROSTER_DID] = true};
	struct importing im = {.c = c, .rules = rules, .out = out, .a = a};
	const struct people_import_rules import = {roster_columns, needed, 1, put, NULL, &im};
	struct people_import done;
	int rc;

	*out = (struct roster_import){0};
	im.put = (struct roster_put_rules){
	    .reason = arena_printf(a, "import-csv %s", display_clean(a, rules->path)),
	    .actor = rules->actor,
	    .now = rules->now,
	};
	rc = people_import(s, a, rules->path, &import, rules->dry_run, &done, e);
	roster_erased_close(&im.erased);
	out->faults = done.faults;
	csv_faults_sort(&out->erased);
	return rc;
}
