/* digest-build: facts of a period become a message in the outbox. */
#include "cli.h"
#include "digest_json.h"
#include "digest_participants.h"

#include "base/file.h"
#include "base/log.h"
#include "job/digest.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct cli_option team_options[] = {
    {"date", 0, "DAY", "the local day 2026-11-19, today or yesterday (default: yesterday)"},
    {"last", 0, "TIME", "the time up to now: 24h, 7d"},
    {"since", 0, "TIME", "from this moment (2026-11-19, 2026-11-19T09:00, with Z or +01:00 or local)"},
    {"until", 0, "TIME", "with --since: up to this moment, not included (default: now)"},
    {"preview", 0, NULL, "print the text and write nothing"},
    {"html", 0, "FILE", "write the page to FILE (-: standard output) and nothing else"},
    {NULL, 0, NULL, NULL},
};

static struct digest_settings settings(const struct config *c)
{
	return (struct digest_settings){.team = config_text(c, "MAILROOM_TEAM_NAME"),
	    .zone = strcmp(config_text(c, "MAILROOM_TZ"), "localtime") == 0 ? "this machine"
	                                                                    : config_text(c, "MAILROOM_TZ"),
	    .from = config_text(c, "MAILROOM_DIGEST_FROM"),
	    .from_name = config_text(c, "MAILROOM_DIGEST_FROM_NAME"),
	    .config = c};
}

static int write_html(const struct digest *d, const char *path, struct err *e)
{
	if (strcmp(path, "-") == 0) {
		fputs(d->html, stdout);
		return 0;
	}
	return file_write_atomic(path, d->html, strlen(d->html), 0600, e);
}

/* One line, for a person: cron mails whatever is printed, so that there it is said with -v only. */
static void say(const struct cli *cli, struct arena *a, const struct outbox_frozen *f)
{
	const char *what = f->outcome == OUTBOX_SAME ? "unchanged" : "built";
	const char *to = "";

	for (size_t i = 0; i < f->message.recipient_count; i++)
		to = arena_printf(a, "%s%s%s", to, i ? ", " : "", f->message.recipients[i].address);
	if (f->replaced_id)
		what = arena_printf(a, "built in place of %lld", (long long)f->replaced_id);
	const char *line = arena_printf(a, "outbox %lld %s%s: %s: %s, to %s", (long long)f->message.id, what,
	    f->message.state == OUTBOX_HELD ? " (held)" : "", f->path, f->message.subject, to);
	if (isatty(STDOUT_FILENO) && !cli_quiet(cli))
		puts(line);
	else
		log_info("%s", line);
}

static int build(struct cli *cli, struct store *s, struct arena *a, const struct digest *d, struct err *e)
{
	const struct digest_settings set = settings(cli_config(cli));
	struct outbox_frozen frozen;

	if (digest_freeze(s, a, &set, d, cli_now(cli), &frozen, e) != 0)
		return -1;
	say(cli, a, &frozen);
	return 0;
}

static int make(struct cli *cli, struct arena *a, const struct digest_window *w, struct err *e)
{
	const struct digest_settings set = settings(cli_config(cli));
	const char *html = cli_value(cli, "html");
	bool writes = !html && !cli_flag(cli, "preview") && !cli_json(cli) && !cli_dry_run(cli);
	struct narrator n = narrator_plain();
	struct store *s;
	struct digest d;
	int rc;

	if (cli_open_store(cli, writes ? STORE_WRITE : STORE_READ, &s, e) != 0)
		return -1;
	rc = digest_prepare(s, a, &set, w, &n, &d, e);
	if (n.close)
		n.close(n.self);
	if (rc != 0)
		return -1;
	if (html)
		return write_html(&d, html, e);
	if (cli_json(cli))
		digest_json_print(digest_json(&d));
	else if (cli_flag(cli, "preview"))
		fputs(d.text, stdout);
	else if (cli_dry_run(cli))
		printf("would build: %s\n", d.subject);
	else
		return build(cli, s, a, &d, e);
	return 0;
}

static int verb_team(struct cli *cli, int argc, char **argv)
{
	struct digest_asked asked = {
	    cli_value(cli, "since"), cli_value(cli, "until"), cli_value(cli, "last"), cli_value(cli, "date")};
	struct digest_window w;
	struct arena a = {0};
	struct err e = {0};
	int rc;

	(void)argc, (void)argv;
	if (!!cli_value(cli, "html") + cli_flag(cli, "preview") + cli_json(cli) > 1)
		return cli_usage(cli, "--preview, --html and --json print one thing each: give one of them");
	rc = digest_window_find(&asked, cli_now(cli), &w, &e);
	if (rc == 0)
		rc = make(cli, &a, &w, &e);
	arena_clear(&a);
	return rc == 0 ? 0 : cli_fail(&e);
}

static const struct cli_verb verbs[] = {
    {"participants", "", "one update for each active participant of a study", digest_participants_options,
        digest_participants, 0, 0},
    {"team", "", "the team digest: who of the team had which messages with which investors", team_options, verb_team, 0,
        0},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {
	    "digest-build", "facts of a period become a message in the outbox", verbs, NULL};

	return cli_main(&program, argc, argv);
}
