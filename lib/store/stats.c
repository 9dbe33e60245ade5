#include "store/stats.h"

#include "sql.h"
#include "store/db.h"

int stats_counts_get(struct store *s, struct stats_counts *c, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_stats_counts, e);
	bool row;

	if (!st || db_step(s, st, &row, e) != 0)
		return -1;
	*c = (struct stats_counts){
	    .messages = db_int(st, 0),
	    .matched = db_int(st, 1),
	    .kept = db_int(st, 2),
	    .threads = db_int(st, 3),
	    .attachment_files = db_int(st, 4),
	    .attachment_bytes = db_int(st, 5),
	    .attachments_skipped = db_int(st, 6),
	    .failed_open = db_int(st, 7),
	    .people = db_int(st, 8),
	    .investors = db_int(st, 9),
	};
	sqlite3_reset(st);
	return 0;
}

int stats_accounts_each(struct store *s, void (*row)(const struct stats_account *, void *), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_stats_accounts, e);
	bool more;

	if (!st)
		return -1;
	for (;;) {
		if (db_step(s, st, &more, e) != 0)
			return -1;
		if (!more)
			return 0;
		row(&(struct stats_account){db_text(st, 0), db_int(st, 1) != 0, db_int(st, 2), db_int(st, 3)}, arg);
	}
}

static struct stats_run run_of(sqlite3_stmt *st)
{
	return (struct stats_run){
	    .id = db_int(st, 0),
	    .account = db_text(st, 1),
	    .kind = db_text(st, 2),
	    .source = db_text(st, 3),
	    .status = db_text(st, 4),
	    .seen = db_int(st, 5),
	    .stored = db_int(st, 6),
	    .known = db_int(st, 7),
	    .matched = db_int(st, 8),
	    .failed = db_int(st, 9),
	    .attachments = db_int(st, 10),
	    .error = db_text(st, 11),
	    .started_at = db_int(st, 12),
	    .finished_at = db_int(st, 13),
	};
}

int stats_runs_each(struct store *s, int limit, void (*row)(const struct stats_run *, void *), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_stats_runs, e);
	struct stats_run run;
	bool more;

	if (!st)
		return -1;
	db_bind_int(st, ":limit", limit);
	for (;;) {
		if (db_step(s, st, &more, e) != 0)
			return -1;
		if (!more)
			return 0;
		run = run_of(st);
		row(&run, arg);
	}
}

int stats_outbox_each(struct store *s, void (*row)(const char *state, int64_t count, void *), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_stats_outbox, e);
	bool more;

	if (!st)
		return -1;
	for (;;) {
		if (db_step(s, st, &more, e) != 0)
			return -1;
		if (!more)
			return 0;
		row(db_text(st, 0), db_int(st, 1), arg);
	}
}

int stats_outbox_trouble_each(struct store *s, int64_t since,
    void (*row)(const char *state, int64_t count, int64_t first_id, void *), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_outbox_trouble, e);
	bool more;

	if (!st)
		return -1;
	db_bind_int(st, ":since", since);
	for (;;) {
		if (db_step(s, st, &more, e) != 0)
			return -1;
		if (!more)
			return 0;
		row(db_text(st, 0), db_int(st, 1), db_int(st, 2), arg);
	}
}
