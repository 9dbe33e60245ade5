#include "digest_participants.h"

#include "participant_numbers_out.h"

#include "base/log.h"
#include "base/stamp.h"
#include "job/updates.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

const struct cli_option digest_participants_options[] = {
    {"date", 0, "DAY", "the study day, 2026-11-20 (default: the one that is under way; one that is over only with -n)"},
    {"did", 0, "DID", "only this participant"},
    {"study", 0, "LABEL", "only the participants of this study"},
    {NULL, 0, NULL, NULL},
};

static const char *const outcome_names[] = {[UPDATE_NEW] = "built",
    [UPDATE_REPLACED] = "replaced",
    [UPDATE_UNCHANGED] = "unchanged",
    [UPDATE_SKIPPED] = "skipped",
    [UPDATE_FAILED] = "failed"};

static const char *outcome_of(const struct cli *cli, const struct updates_item *item)
{
	return item->outcome == UPDATE_NEW && cli_dry_run(cli) ? "would build" : outcome_names[item->outcome];
}

static json_t *item_json(const struct cli *cli, const struct updates_item *item)
{
	char day[STAMP_DAY_BYTES];
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s}", "did", item->did, "study", item->study, "day",
	    stamp_format_day(item->day, day), "outcome", outcome_of(cli, item), "language", item->language);

	if (item->required_active_days > 0) {
		json_object_set_new(j, "variant", json_string(item->action_needed ? "action-needed" : "progress"));
		json_object_set_new(j, "active_days", json_integer(item->active_days));
		json_object_set_new(j, "required_active_days", json_integer(item->required_active_days));
		json_object_set_new(j, "on_track", json_boolean(item->on_track));
	}
	if (item->outbox_id)
		json_object_set_new(j, "outbox_id", json_integer(item->outbox_id));
	if (item->reason)
		json_object_set_new(j, "reason", json_string(item->reason));
	return j;
}

static void print_json(const struct cli *cli, const struct updates_result *r)
{
	json_t *j = json_pack("{s:i, s:s, s:b}", "format", 1, "kind", "participants", "dry_run", cli_dry_run(cli));
	json_t *list = json_array();

	for (int i = UPDATE_NEW; i <= UPDATE_FAILED; i++)
		json_object_set_new(j, outcome_names[i], json_integer((json_int_t)r->counts[i]));
	json_object_set_new(j, "without_study", json_integer((json_int_t)r->without_study));
	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(list, item_json(cli, &r->items[i]));
	json_object_set_new(j, "updates", list);
	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(j);
}

static void say_item(const struct cli *cli, const struct updates_item *item)
{
	const char *outcome = outcome_of(cli, item);

	if (item->outcome == UPDATE_FAILED)
		log_warning("%s: %s", item->did, item->reason);
	else if (item->reason)
		log_info("%s: %s: %s", item->did, outcome, item->reason);
	else if (item->outbox_id)
		log_info("%s: %s: outbox %lld: %s, %u of %u active days, %s", item->did, outcome,
		    (long long)item->outbox_id, item->action_needed ? "action needed" : "progress", item->active_days,
		    item->required_active_days, item->on_track ? "on track" : "not on track");
	else
		log_info("%s: %s: %s, %u of %u active days, %s", item->did, outcome,
		    item->action_needed ? "action needed" : "progress", item->active_days, item->required_active_days,
		    item->on_track ? "on track" : "not on track");
}

/* One line, for a person: cron mails whatever is printed, so that there it is said with -v only. */
static void say_counts(const struct cli *cli, const struct updates_result *r)
{
	char line[200];

	snprintf(line, sizeof line, "%zu %s, %zu replaced, %zu unchanged, %zu skipped, %zu failed, %zu in no study",
	    r->counts[UPDATE_NEW], cli_dry_run(cli) ? "would be built" : "built", r->counts[UPDATE_REPLACED],
	    r->counts[UPDATE_UNCHANGED], r->counts[UPDATE_SKIPPED], r->counts[UPDATE_FAILED], r->without_study);
	if ((isatty(STDOUT_FILENO) || cli_dry_run(cli)) && !cli_quiet(cli))
		puts(line);
	else
		log_info("%s", line);
}

static int say(const struct cli *cli, const struct updates_result *r)
{
	const char *compliance_db = config_text(cli_config(cli), "MAILROOM_COMPLIANCE_DB");
	int unreadable = participant_numbers_out_report(compliance_db, &r->report);

	for (size_t i = 0; i < r->count; i++)
		say_item(cli, &r->items[i]);
	if (cli_json(cli))
		print_json(cli, r);
	else
		say_counts(cli, r);
	return r->counts[UPDATE_FAILED] > 0 || unreadable;
}

int digest_participants(struct cli *cli, int argc, char **argv)
{
	const struct updates_ask ask = {
	    cli_value(cli, "did"), cli_value(cli, "study"), cli_value(cli, "date"), cli_dry_run(cli)};
	struct updates_result result;
	struct updates *u = NULL;
	struct store *s;
	struct err e = {0};
	int rc;

	(void)argc, (void)argv;
	rc = cli_open_store(cli, ask.dry_run ? STORE_READ : STORE_WRITE, &s, &e) ||
	     updates_open(s, cli_config(cli), &ask, cli_now(cli), &u, &e) || updates_build(u, &result, &e);
	rc = rc == 0 ? say(cli, &result) : cli_fail(&e);
	updates_close(u);
	return rc;
}
