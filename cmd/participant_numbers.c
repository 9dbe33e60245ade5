#include "participant_numbers.h"

#include "participant_numbers_out.h"

#include "base/log.h"
#include "base/stamp.h"

#include <stdio.h>
#include <unistd.h>

enum { MAX_RANGE_DAYS = 3660 };

const struct cli_option participant_aggregate_options[] = {
    {"date", 0, "DAY", "as of the end of this study day, 2026-11-19 (default: as of now)"},
    {"study", 0, "LABEL", "only the participants of this study"},
    {"all", 0, NULL, "those of every status, not the active ones alone"},
    {NULL, 0, NULL, NULL},
};

const struct cli_option participant_snapshot_options[] = {
    {"study", 0, "LABEL", "the study (needed where there are several)"},
    {"from", 0, "DAY", "the first study day (default: the first one of the window that ends with --to)"},
    {"to", 0, "DAY", "the last study day (default: the one that is under way)"},
    {NULL, 0, NULL, NULL},
};

/* What both verbs need. */
struct numbers {
	struct cli *cli;
	struct arena a;
	struct studies studies;
	const struct study *only; /* NULL: all studies */
	const char *compliance_db;
	struct store *s;
	struct reckoning *r;
	size_t without_study;
	struct buf out;
};

static void numbers_clear(struct numbers *n)
{
	reckoning_free(n->r);
	arena_clear(&n->a);
	buf_clear(&n->out);
}

static int find_study(struct numbers *n, bool must_be_one, struct err *e)
{
	const char *label = cli_value(n->cli, "study");

	if (label)
		n->only = studies_find(&n->studies, label);
	else if (n->studies.count == 1)
		n->only = &n->studies.items[0];
	if (label && !n->only)
		return err_set(e, ERR_USAGE, "--study: there is no study \"%s\" (there are: %s)", label,
		    studies_labels(&n->studies, &n->a));
	if (must_be_one && !n->only)
		return err_set(e, ERR_USAGE, "there are several studies: name one by --study (%s)",
		    studies_labels(&n->studies, &n->a));
	return 0;
}

static int load_settings(struct numbers *n, bool one_study, struct err *e)
{
	const struct config *c = cli_config(n->cli);

	n->compliance_db = config_text(c, "MAILROOM_COMPLIANCE_DB");
	if (!n->compliance_db)
		return err_set(e, ERR_CONFIG,
		    "MAILROOM_COMPLIANCE_DB is not set: name the compliance database (mailroom.conf(5))");
	if (studies_load(config_text(c, "MAILROOM_STUDY_FILE"), &n->a, &n->studies, e) != 0)
		return err_prefix(e, "MAILROOM_STUDY_FILE");
	return find_study(n, one_study, e);
}

static int load_roster(struct numbers *n, enum store_mode mode, bool all, struct err *e)
{
	n->r = reckoning_new(cli_now(n->cli), config_text(cli_config(n->cli), "MAILROOM_TZ"));
	if (cli_open_store(n->cli, mode, &n->s, e) != 0)
		return -1;
	return snapshot_add_roster(n->s, n->r, &n->studies, n->only, all, &n->without_study, e);
}

/* The study day of the option, which has begun in the study; *day stays as it is where the option is not given. */
static int read_day(struct numbers *n, const char *option, const struct study *s, int64_t *day, struct err *e)
{
	const char *text = cli_value(n->cli, option);
	char today_text[STAMP_DAY_BYTES];
	int64_t today;

	if (!text)
		return 0;
	if (!stamp_parse_day(text, day))
		return err_set(e, ERR_USAGE, "--%s: \"%s\" is no day: write 2026-11-20", option, text);
	if (reckoning_today(n->r, s, &today, e) != 0)
		return -1;
	if (*day > today)
		return err_set(e, ERR_USAGE, "--%s: %s is still to come: the study day of %s is %s", option, text,
		    s->label, stamp_format_day(today, today_text));
	return 0;
}

static int read_date(struct numbers *n, int64_t *day, struct err *e)
{
	for (size_t i = 0; i < n->studies.count; i++)
		if (!n->only || n->only == &n->studies.items[i])
			if (read_day(n, "date", &n->studies.items[i], day, e) != 0)
				return -1;
	return 0;
}

/* *without counts the participants that have no window. */
static void print_people(struct numbers *n, int64_t day, size_t *without)
{
	bool with_study = !n->only;
	struct table t = {0};
	struct reckoned w;

	*without = 0;
	for (size_t i = 0; i < reckoning_count(n->r); i++) {
		if (!reckoning_get(n->r, i, day, &w)) {
			++*without;
		} else if (cli_json(n->cli)) {
			participant_numbers_out_json(&n->out, &w);
			fwrite(n->out.data, 1, n->out.len, stdout);
		} else {
			if (t.cells == 0)
				participant_numbers_out_heading(&t, with_study);
			participant_numbers_out_row(&t, &w, with_study);
		}
	}
	if (t.cells > 0)
		table_print(&t);
}

/* The last lines of the table, and with -v words on standard error. */
static void print_left_out(struct numbers *n, size_t without_request)
{
	const char *lines[] = {
	    without_request ? participant_numbers_out_without_request(&n->out, without_request) : NULL,
	    NULL,
	};
	struct buf more = {0};

	if (n->without_study)
		lines[1] = participant_numbers_out_without_study(&more, n->without_study);
	for (size_t i = 0; i < 2; i++) {
		if (lines[i] && !cli_json(n->cli))
			puts(lines[i]);
		if (lines[i])
			log_info("%s", lines[i]);
	}
	buf_clear(&more);
}

static int aggregate(struct numbers *n, struct err *e)
{
	struct reckoning_report report;
	int64_t day = RECKONING_TODAY;
	size_t without_request;

	if (load_settings(n, false, e) != 0 || load_roster(n, STORE_READ, cli_flag(n->cli, "all"), e) != 0 ||
	    read_date(n, &day, e) != 0 || reckoning_load(n->r, n->compliance_db, day, day, &report, e) != 0)
		return -1;
	print_people(n, day, &without_request);
	print_left_out(n, without_request);
	return participant_numbers_out_report(n->compliance_db, &report);
}

int participant_aggregate(struct cli *cli, int argc, char **argv)
{
	struct numbers n = {.cli = cli};
	struct err e = {0};
	int status;

	(void)argc, (void)argv;
	status = aggregate(&n, &e);
	numbers_clear(&n);
	return status < 0 ? cli_fail(&e) : status;
}

static int read_range(struct numbers *n, struct snapshot_ask *ask, struct err *e)
{
	if (reckoning_today(n->r, n->only, &ask->last, e) != 0 || read_day(n, "to", n->only, &ask->last, e) != 0)
		return -1;
	ask->first = ask->last - n->only->window_days + 1;
	if (read_day(n, "from", n->only, &ask->first, e) != 0)
		return -1;
	if (ask->first > ask->last)
		return err_set(e, ERR_USAGE, "--from is later than --to: there is no day between them");
	if (ask->last - ask->first >= MAX_RANGE_DAYS)
		return err_set(e, ERR_USAGE, "--from, --to: more than %d days", MAX_RANGE_DAYS);
	return 0;
}

/* Cron mails whatever is printed, so that there it is said with -v only. */
static void say(struct numbers *n, const struct snapshot_ask *ask, const struct snapshot_result *result)
{
	buf_reset(&n->out);
	if (cli_json(n->cli))
		participant_numbers_out_snapshot_json(&n->out, ask, result);
	else
		participant_numbers_out_snapshot(&n->out, ask, result);
	if (cli_json(n->cli) || ask->dry_run || (isatty(STDOUT_FILENO) && !cli_quiet(n->cli)))
		fwrite(n->out.data, 1, n->out.len, stdout);
	else
		log_info("%.*s", (int)n->out.len - 1, n->out.data);
	if (result->without_request)
		log_info("%s", participant_numbers_out_without_request(&n->out, result->without_request));
	if (n->without_study)
		log_info("%s", participant_numbers_out_without_study(&n->out, n->without_study));
}

static int snapshot(struct numbers *n, struct err *e)
{
	struct snapshot_ask ask = {.now = cli_now(n->cli), .dry_run = cli_dry_run(n->cli)};
	struct snapshot_result result;

	if (load_settings(n, true, e) != 0 || load_roster(n, STORE_WRITE, false, e) != 0 || read_range(n, &ask, e) != 0)
		return -1;
	ask.study = n->only;
	ask.compliance_db = n->compliance_db;
	if (snapshot_make(n->s, n->r, &ask, &result, e) != 0)
		return -1;
	say(n, &ask, &result);
	return participant_numbers_out_report(n->compliance_db, &result.report);
}

int participant_snapshot(struct cli *cli, int argc, char **argv)
{
	struct numbers n = {.cli = cli};
	struct err e = {0};
	int status;

	(void)argc, (void)argv;
	status = snapshot(&n, &e);
	numbers_clear(&n);
	return status < 0 ? cli_fail(&e) : status;
}
