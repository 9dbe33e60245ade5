#include "store/sync_stats.h"

#include "sql.h"
#include "store/db.h"

static struct sync_stats stats_of(sqlite3_stmt *st)
{
	return (struct sync_stats){.address = db_text(st, 0),
	    .provider = db_text(st, 1),
	    .enabled = db_int(st, 2) != 0,
	    .last_error_at = db_int(st, 3),
	    .last_error = db_text(st, 4),
	    .phase = db_text(st, 5),
	    .listed = db_int(st, 6),
	    .total = sqlite3_column_type(st, 7) == SQLITE_NULL ? -1 : db_int(st, 7),
	    .begun_at = db_int(st, 8),
	    .finished_at = db_int(st, 9),
	    .in_step_at = db_int(st, 10),
	    .failures = db_int(st, 11),
	    .next_at = db_int(st, 12),
	    .messages = db_int(st, 13),
	    .unmatched = db_int(st, 14),
	    .failed = db_int(st, 15),
	    .units_day = db_int(st, 16),
	    .last_run = {.id = db_int(st, 17),
	        .kind = db_text(st, 18),
	        .status = db_text(st, 19),
	        .started_at = db_int(st, 20),
	        .finished_at = db_int(st, 21),
	        .units = db_int(st, 22),
	        .error = db_text(st, 23)}};
}

int sync_stats_each(
    struct store *s, int64_t now, void (*row)(const struct sync_stats *, void *), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_sync_stats, e);
	struct sync_stats stats;
	bool more;

	if (!st)
		return -1;
	db_bind_int(st, ":now", now);
	for (;;) {
		if (db_step(s, st, &more, e) != 0)
			return -1;
		if (!more)
			return 0;
		stats = stats_of(st);
		row(&stats, arg);
	}
}

int64_t sync_stats_end_at(const struct sync_stats *s, int64_t now)
{
	double left, per_message;

	if (!s->phase || s->finished_at || s->listed <= 0 || s->total < 0 || now <= s->begun_at)
		return 0;
	left = s->total > s->listed ? (double)(s->total - s->listed) : 0;
	per_message = (double)(now - s->begun_at) / (double)s->listed;
	return now + (int64_t)(left * per_message);
}
