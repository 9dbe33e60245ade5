/* participant add, update, set-status: one person at a time, by hand. */
#include "participant_out.h"
#include "participant_verbs.h"

#include <stdio.h>
#include <sysexits.h>

static struct roster_row row_of(const struct cli *cli)
{
	return (struct roster_row){
	    .did = cli_value(cli, "did"),
	    .email = cli_value(cli, "email"),
	    .status = cli_value(cli, "status"),
	    .type = cli_value(cli, "type"),
	    .feed_url = cli_value(cli, "feed-url"),
	    .survey_completed_at = cli_value(cli, "survey-completed-at"),
	    .prolific_id = cli_value(cli, "prolific-id"),
	    .study_type = cli_value(cli, "study-type"),
	    .language = cli_value(cli, "language"),
	};
}

static void print_change_json(const struct cli *cli, const char *change, const struct roster_outcome *o)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	json_open(&j, '{');
	json_key(&j, "format");
	json_int(&j, 1);
	json_key(&j, "change");
	json_str(&j, change);
	json_key(&j, "dry_run");
	json_bool(&j, cli_dry_run(cli));
	participant_out_json_fields(&j, o);
	json_key(&j, "participant");
	participant_out_json(&j, &o->participant);
	json_close(&j, '}');
	json_close(&j, '}');
	puts(buf_str(&out));
	buf_clear(&out);
}

static void print_change(const struct cli *cli, struct arena *a, const char *change, const struct roster_outcome *o)
{
	if (cli_json(cli))
		print_change_json(cli, change, o);
	else if (!cli_quiet(cli))
		printf("%s%s %s%s%s\n", cli_dry_run(cli) ? "would be " : "", change,
		    participant_out_name(a, &o->participant), o->field_count ? "; " : "", participant_out_fields(a, o));
}

static int change(struct cli *cli, enum roster_expect expect, const char *reason)
{
	struct arena a = {0};
	struct err e = {0};
	const struct roster_row row = row_of(cli);
	const struct roster_put_rules rules = {.reason = reason,
	    .actor = participant_out_actor(&a),
	    .now = cli_now(cli),
	    .empties = true,
	    .expect = expect};
	struct roster_outcome o;
	struct store *s;
	int status = 0;

	if (!row.did)
		status = cli_usage(cli, "say whom: --did DID");
	else if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0 ||
	         roster_change(s, &a, cli_config(cli), &row, &rules, cli_dry_run(cli), &o, &e) != 0)
		status = cli_fail(&e);
	else
		print_change(cli, &a, roster_change_name(o.change), &o);
	arena_clear(&a);
	return status;
}

int participant_verb_add(struct cli *cli, int argc, char **argv)
{
	(void)argc, (void)argv;
	return change(cli, ROSTER_NEW, "add");
}

int participant_verb_update(struct cli *cli, int argc, char **argv)
{
	(void)argc, (void)argv;
	return change(cli, ROSTER_KNOWN, "update");
}

static int set_status(struct cli *cli, struct arena *a, struct roster_status_change *c)
{
	struct roster_outcome o = {.change = ROSTER_UNCHANGED};
	enum participant_status was;
	struct err e = {0};
	struct store *s;

	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0 || roster_set_status(s, a, c, &o.participant, &was, &e) != 0)
		return cli_fail(&e);
	if (was != c->to) {
		o.change = ROSTER_UPDATED;
		o.fields[o.field_count++] =
		    (struct roster_field){"status", participant_status_name(was), participant_status_name(c->to)};
	}
	print_change(cli, a, roster_change_name(o.change), &o);
	return 0;
}

int participant_verb_set_status(struct cli *cli, int argc, char **argv)
{
	const char *word = cli_value(cli, "status");
	struct arena a = {0};
	struct roster_status_change c = {
	    .reason = cli_value(cli, "reason"), .now = cli_now(cli), .dry_run = cli_dry_run(cli)};
	int status;

	(void)argc, (void)argv;
	if (!word || !participant_status_parse(word, &c.to))
		return cli_usage(cli, "say --status active, inactive or unsubscribed");
	if (!participant_out_whom(cli, &c.did, &c.email))
		return EX_USAGE;
	c.actor = participant_out_actor(&a);
	status = set_status(cli, &a, &c);
	arena_clear(&a);
	return status;
}
