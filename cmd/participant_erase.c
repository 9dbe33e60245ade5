/* participant erase. */
#include "base/log.h"
#include "job/roster_erase.h"
#include "participant_out.h"
#include "participant_verbs.h"
#include "people_out.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static void json_count(struct json *j, const char *key, size_t n)
{
	json_key(j, key);
	json_int(j, (int64_t)n);
}

static void print_json(const struct roster_erase *what, const struct roster_erase_result *r)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	json_open(&j, '{');
	json_count(&j, "format", 1);
	json_key(&j, "dry_run");
	json_bool(&j, what->dry_run);
	json_key(&j, "did");
	json_str(&j, r->participant.did);
	json_count(&j, "history", r->rows.history);
	json_count(&j, "snapshots", r->rows.snapshots);
	json_count(&j, "answers", r->rows.answers);
	json_count(&j, "quarantine", r->rows.quarantine);
	json_count(&j, "messages", r->rows.messages);
	json_count(&j, "files", r->files);
	json_key(&j, "in_audit_log");
	json_bool(&j, r->is_in_log);
	json_count(&j, "same_address", r->same_address);
	people_out_end(&j);
	buf_clear(&out);
}

static void print_counts(FILE *to, const char *begin, struct arena *a, const struct roster_erase_result *r)
{
	fprintf(to,
	    "%s%s: history %zu, snapshots %zu, survey answers %zu, in quarantine %zu, messages %zu, files %zu\n", begin,
	    participant_out_name(a, &r->participant), r->rows.history, r->rows.snapshots, r->rows.answers,
	    r->rows.quarantine, r->rows.messages, r->files);
}

/* What is beyond this program's reach, or beyond this person. */
static void warn(const struct roster_erase_result *r, bool done)
{
	if (r->is_in_log)
		log_warning("the audit log has this person: take the row out of its file by hand");
	if (r->same_address)
		log_warning("%zu other participant%s the address: `participant validate` names them", r->same_address,
		    r->same_address == 1 ? " has" : "s have");
	if (done && !r->log_emptied)
		log_warning("another program holds the database's write-ahead log: it is emptied once that has ended");
	if (done)
		log_warning("exports and backups made before still have this person");
}

static int ask(const struct cli *cli, struct arena *a, const struct roster_erase_result *r)
{
	char answer[16];

	if (!isatty(STDIN_FILENO))
		return cli_usage(cli, "not at a terminal: say --yes");
	print_counts(stderr, "To be erased for good: ", a, r);
	fputs("Erase? Type yes: ", stderr);
	if (fgets(answer, sizeof answer, stdin) && strcmp(answer, "yes\n") == 0)
		return 0;
	log_error("nothing was erased");
	return EX_NOPERM;
}

static int erase(struct cli *cli, struct arena *a, struct roster_erase *what)
{
	struct roster_erase_result r;
	struct err e = {0};
	struct store *s;
	int status;

	what->dry_run = cli_dry_run(cli) || !cli_flag(cli, "yes");
	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0 || roster_erase(s, a, cli_config(cli), what, &r, &e) != 0)
		return cli_fail(&e);
	if (what->dry_run && !cli_dry_run(cli)) {
		if ((status = ask(cli, a, &r)) != 0)
			return status;
		what->dry_run = false;
		if (roster_erase(s, a, cli_config(cli), what, &r, &e) != 0)
			return cli_fail(&e);
	}
	if (cli_json(cli))
		print_json(what, &r);
	else if (!cli_quiet(cli))
		print_counts(stdout, what->dry_run ? "would be erased: " : "erased ", a, &r);
	warn(&r, !what->dry_run);
	return 0;
}

int participant_verb_erase(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct roster_erase what = {
	    .did = cli_value(cli, "did"),
	    .outbox_dir = config_text(cli_config(cli), "MAILROOM_OUTBOX_DIR"),
	    .lock_path = participant_out_lock(&a, cli),
	    .now = cli_now(cli),
	};
	int status = what.did ? erase(cli, &a, &what) : cli_usage(cli, "say whom: --did DID");

	(void)argc, (void)argv;
	arena_clear(&a);
	return status;
}
