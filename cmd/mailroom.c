/* mailroom: the room itself. */
#include "mailroom.h"

#include "cli.h"
#include "job/setup.h"

#include <stdio.h>

static void print_next_steps(const struct config *c)
{
	printf("outbox: %s\n\nWhat comes next:\n"
	       "  account add ADDRESS                  the mailboxes to capture\n"
	       "  team add, team import FILE           who works here\n"
	       "  contact import FILE                  whom they talk to\n"
	       "  mailsync import --account ADDRESS PATH\n"
	       "  digest-build team\n"
	       "mailroom(7) tells the whole way; `mailroom doctor` says what is not right.\n",
	    config_text(c, "MAILROOM_OUTBOX_DIR"));
}

static int verb_init(struct cli *cli, int argc, char **argv)
{
	const struct config *c = cli_config(cli);
	struct err e = {0};
	bool made;
	int migrated;

	(void)argc, (void)argv;
	if (cli_dry_run(cli)) {
		printf("would make %s and %s where they are not there\n", config_text(c, "MAILROOM_DB"),
		    config_text(c, "MAILROOM_OUTBOX_DIR"));
		return 0;
	}
	if (setup_run(c, &made, &migrated, &e) != 0)
		return cli_fail(&e);
	if (cli_quiet(cli))
		return 0;
	printf("%s: %s\n", config_text(c, "MAILROOM_DB"), made ? "new database" : "was there already");
	if (made)
		print_next_steps(c);
	return 0;
}

static int verb_migrate(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	struct store *s;
	int version, applied = 0;

	(void)argc, (void)argv;
	if (cli_open_store(cli, STORE_UPGRADE, &s, &e) != 0 || store_schema_version(s, &version, &e) != 0 ||
	    (!cli_dry_run(cli) && store_migrate(s, &applied, &e) != 0))
		return cli_fail(&e);
	if (cli_quiet(cli))
		return 0;
	if (cli_dry_run(cli))
		printf("%s: schema version %d, would become %d\n", store_path(s), version, store_schema_latest());
	else
		printf("%s: schema version %d, %d step%s taken\n", store_path(s), store_schema_latest(), applied,
		    applied == 1 ? "" : "s");
	return 0;
}

static const struct cli_option doctor_options[] = {
    {"full", 0, NULL, "read every attachment file, not only look for the newest ones"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_verb verbs[] = {
    {"init", "", "make the data folder, the database and the outbox", NULL, verb_init, 0, 0},
    {"migrate", "", "bring the database to this version's schema", NULL, verb_migrate, 0, 0},
    {"config", "", "show each setting and where its value comes from", NULL, mailroom_config, 0, 0},
    {"status", "", "show what is in the database and what happened last", NULL, mailroom_status, 0, 0},
    {"doctor", "", "look for what is wrong, and say what to do", doctor_options, mailroom_doctor, 0, 0},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {
	    "mailroom", "the room itself: set-up, settings, health", verbs, NULL};

	return cli_main_tolerant(&program, "doctor", argc, argv);
}
