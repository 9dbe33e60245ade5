#include "job/status.h"

#include "base/mem.h"
#include "store/bounces.h"
#include "store/smtp_settings.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { LAST_RUNS = 10 };

struct gather {
	struct arena *a;
	struct status *out;
};

static const char *kept(struct arena *a, const char *s)
{
	return s ? arena_strdup(a, s) : NULL;
}

static void take_account(const struct stats_account *row, void *arg)
{
	struct gather *g = arg;
	struct status *out = g->out;
	size_t n = out->account_count++;

	out->accounts = arena_grow(g->a, out->accounts, n * sizeof *row, (n + 1) * sizeof *row);
	out->accounts[n] = *row;
	out->accounts[n].address = kept(g->a, row->address);
}

static void take_run(const struct stats_run *row, void *arg)
{
	struct gather *g = arg;
	struct status *out = g->out;
	struct stats_run *run;
	size_t n = out->run_count++;

	out->runs = arena_grow(g->a, out->runs, n * sizeof *run, (n + 1) * sizeof *run);
	run = &out->runs[n];
	*run = *row;
	run->account = kept(g->a, row->account);
	run->kind = kept(g->a, row->kind);
	run->source = kept(g->a, row->source);
	run->status = kept(g->a, row->status);
	run->error = kept(g->a, row->error);
}

static void take_outbox(const char *state, int64_t count, void *arg)
{
	struct gather *g = arg;
	struct status *out = g->out;
	size_t n = out->outbox_count++;

	out->outbox = arena_grow(g->a, out->outbox, n * sizeof *out->outbox, (n + 1) * sizeof *out->outbox);
	out->outbox[n] = (struct status_outbox){kept(g->a, state), count};
}

static int take_sender(const char *address, const struct smtp_settings *s, void *arg)
{
	struct gather *g = arg;
	struct status *out = g->out;

	out->senders = arena_more(g->a, out->senders, out->sender_count, sizeof *out->senders);
	out->senders[out->sender_count++] = (struct status_sender){
	    .address = kept(g->a, address),
	    .server = arena_printf(g->a, "%s:%d", s->host, s->port),
	    .is_enabled = s->is_enabled,
	    .disabled_why = kept(g->a, s->disabled_why),
	    .last_error = kept(g->a, s->last_error),
	    .last_ok_at = s->last_ok_at,
	};
	return 0;
}

static int64_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

int64_t status_database_bytes(const char *path)
{
	char *wal = mem_printf("%s-wal", path);
	int64_t n = size_of(path) + size_of(wal);

	free(wal);
	return n;
}

int status_gather(struct store *s, struct arena *a, struct status *out, struct err *e)
{
	struct gather g = {a, out};
	struct bounce_stats bounces;

	*out = (struct status){.database = arena_strdup(a, store_path(s))};
	out->database_bytes = status_database_bytes(out->database);
	if (store_schema_version(s, &out->schema_version, e) != 0 || stats_counts_get(s, &out->counts, e) != 0 ||
	    stats_accounts_each(s, take_account, &g, e) != 0 || stats_runs_each(s, LAST_RUNS, take_run, &g, e) != 0 ||
	    smtp_settings_each(s, take_sender, &g, e) != 0 || stats_outbox_each(s, take_outbox, &g, e) != 0 ||
	    bounces_stats(s, INT64_MAX, &bounces, e) != 0)
		return -1;
	out->bounces_unmatched = bounces.unmatched;
	out->bounces_scanned_at = bounces.scanned_at;
	return 0;
}
