/* mailroom status. */
#include "base/zone.h"
#include "job/status.h"
#include "jsontext.h"
#include "mailroom.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static json_t *time_or_null(int64_t t)
{
	return t ? json_integer(t) : json_null();
}

static json_t *accounts_json(const struct status *st)
{
	json_t *list = json_array();

	for (size_t i = 0; i < st->account_count; i++) {
		const struct stats_account *a = &st->accounts[i];
		json_array_append_new(
		    list, json_pack("{s:o, s:b, s:I, s:o}", "address", jsontext(a->address), "enabled", a->enabled,
		              "messages", (json_int_t)a->messages, "last_run_at", time_or_null(a->last_run_at)));
	}
	return list;
}

static json_t *senders_json(const struct status *st)
{
	json_t *list = json_array();

	for (size_t i = 0; i < st->sender_count; i++) {
		const struct status_sender *s = &st->senders[i];
		json_array_append_new(
		    list, json_pack("{s:o, s:o, s:b, s:o, s:o, s:o}", "address", jsontext(s->address), "server",
		              jsontext(s->server), "enabled", s->is_enabled, "disabled_why", jsontext(s->disabled_why),
		              "last_error", jsontext(s->last_error), "last_ok_at", time_or_null(s->last_ok_at)));
	}
	return list;
}

static json_t *runs_json(const struct status *st)
{
	json_t *list = json_array();

	for (size_t i = 0; i < st->run_count; i++) {
		const struct stats_run *r = &st->runs[i];
		json_t *o = json_pack("{s:I, s:o, s:s, s:o, s:s, s:o}", "id", (json_int_t)r->id, "account",
		    jsontext(r->account), "kind", r->kind, "source", jsontext(r->source), "status", r->status, "error",
		    jsontext(r->error));
		json_object_set_new(o, "messages_seen", json_integer(r->seen));
		json_object_set_new(o, "messages_stored", json_integer(r->stored));
		json_object_set_new(o, "messages_known", json_integer(r->known));
		json_object_set_new(o, "messages_matched", json_integer(r->matched));
		json_object_set_new(o, "messages_failed", json_integer(r->failed));
		json_object_set_new(o, "attachments_saved", json_integer(r->attachments));
		json_object_set_new(o, "started_at", json_integer(r->started_at));
		json_object_set_new(o, "finished_at", time_or_null(r->finished_at));
		json_array_append_new(list, o);
	}
	return list;
}

static void print_json(const struct status *st)
{
	const struct stats_counts *c = &st->counts;
	json_t *outbox = json_object(), *root;

	for (size_t i = 0; i < st->outbox_count; i++)
		json_object_set_new(outbox, st->outbox[i].state, json_integer(st->outbox[i].count));
	root = json_pack(
	    "{s:i, s:{s:o, s:I, s:i}, s:{s:I, s:I, s:I}, s:I, s:{s:I, s:I, s:I}, s:I, s:I, s:I, s:o, s:o, s:o}",
	    "format", 1, "database", "path", jsontext(st->database), "bytes", (json_int_t)st->database_bytes,
	    "schema_version", st->schema_version, "messages", "total", (json_int_t)c->messages, "matched",
	    (json_int_t)c->matched, "kept", (json_int_t)c->kept, "threads", (json_int_t)c->threads, "attachments",
	    "files", (json_int_t)c->attachment_files, "bytes", (json_int_t)c->attachment_bytes, "skipped",
	    (json_int_t)c->attachments_skipped, "failed_items", (json_int_t)c->failed_open, "people",
	    (json_int_t)c->people, "investors", (json_int_t)c->investors, "accounts", accounts_json(st), "runs",
	    runs_json(st), "outbox", outbox);
	json_object_set_new(root, "senders", senders_json(st));
	json_object_set_new(root, "bounces",
	    json_pack("{s:I, s:o}", "unmatched", (json_int_t)st->bounces_unmatched, "scanned_at",
	        time_or_null(st->bounces_scanned_at)));
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

/* "17 bytes", "2.3 kB", "41.0 MB". */
static void print_size(int64_t bytes)
{
	if (bytes < 1000)
		printf("%lld bytes", (long long)bytes);
	else if (bytes < 1000000)
		printf("%.1f kB", (double)bytes / 1e3);
	else
		printf("%.1f MB", (double)bytes / 1e6);
}

static void print_counts(const struct status *st)
{
	const struct stats_counts *c = &st->counts;

	printf("database     %s, ", st->database);
	print_size(st->database_bytes);
	printf(", schema version %d\n", st->schema_version);
	printf("messages     %lld, %lld of them matched, %lld with their text\n", (long long)c->messages,
	    (long long)c->matched, (long long)c->kept);
	printf("threads      %lld\n", (long long)c->threads);
	printf("attachments  %lld files, ", (long long)c->attachment_files);
	print_size(c->attachment_bytes);
	if (c->attachments_skipped)
		printf(", %lld over the size cap", (long long)c->attachments_skipped);
	printf("\npeople       %lld on the team, %lld investors\n", (long long)c->people, (long long)c->investors);
	if (c->failed_open)
		printf("to retry     %lld messages (mailsync retry)\n", (long long)c->failed_open);
}

/* Behind the states that need a person. */
static const char *what_to_do(const char *state)
{
	if (strcmp(state, "unknown") == 0)
		return " (digest-send list --state unknown, then resolve)";
	return strcmp(state, "failed") == 0 ? " (digest-send status)" : "";
}

static void print_lists(const struct status *st)
{
	char when[ZONE_TEXT_BYTES];

	for (size_t i = 0; i < st->account_count; i++) {
		const struct stats_account *a = &st->accounts[i];
		printf("mailbox      %s, %lld messages, last run %s%s\n", a->address, (long long)a->messages,
		    a->last_run_at ? zone_format(a->last_run_at, ZONE_DATE_TIME, when) : "never",
		    a->enabled ? "" : ", paused");
	}
	for (size_t i = 0; i < st->sender_count; i++) {
		const struct status_sender *s = &st->senders[i];
		printf("sender       %s by %s%s%s%s\n", s->address, s->server,
		    s->is_enabled ? "" : ", off: ", s->is_enabled ? "" : s->disabled_why,
		    s->is_enabled && s->last_error ? ", failing (account list --json)" : "");
	}
	for (size_t i = 0; i < st->run_count; i++) {
		const struct stats_run *r = &st->runs[i];
		printf("run          %s %s %s: %lld seen, %lld stored, %lld known, %lld matched, %lld failed%s%s\n",
		    zone_format(r->started_at, ZONE_DATE_TIME, when), r->kind, r->status, (long long)r->seen,
		    (long long)r->stored, (long long)r->known, (long long)r->matched, (long long)r->failed,
		    r->error ? ": " : "", r->error ? r->error : "");
	}
	for (size_t i = 0; i < st->outbox_count; i++)
		printf("outbox       %lld %s%s\n", (long long)st->outbox[i].count, st->outbox[i].state,
		    what_to_do(st->outbox[i].state));
	if (st->bounces_unmatched || st->bounces_scanned_at)
		printf("reports      last scan %s, %lld wait for a person%s\n",
		    st->bounces_scanned_at ? zone_format(st->bounces_scanned_at, ZONE_DATE_TIME, when) : "never",
		    (long long)st->bounces_unmatched, st->bounces_unmatched ? " (bounces-scan unmatched)" : "");
}

int mailroom_status(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct status st;
	struct store *s;
	struct err e = {0};
	int status = 0;

	(void)argc, (void)argv;
	if (cli_open_store(cli, STORE_READ, &s, &e) != 0 || status_gather(s, &a, &st, &e) != 0) {
		status = cli_fail(&e);
	} else if (cli_json(cli)) {
		print_json(&st);
	} else {
		print_counts(&st);
		print_lists(&st);
	}
	arena_clear(&a);
	return status;
}
