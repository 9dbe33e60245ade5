/* mailroom: the room itself. */
#include "cli.h"
#include "job/setup.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static int verb_init(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	bool made;
	int migrated;

	(void)argc, (void)argv;
	if (setup_run(cli_config(cli), &made, &migrated, &e) != 0)
		return cli_fail(&e);
	if (!cli_quiet(cli))
		printf("%s: %s\n", config_text(cli_config(cli), "MAILROOM_DB"), made ? "new database" : "was there already");
	return 0;
}

static int verb_migrate(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	struct store *s;
	int applied;

	(void)argc, (void)argv;
	if (cli_open_store(cli, STORE_UPGRADE, &s, &e) != 0 || store_migrate(s, &applied, &e) != 0)
		return cli_fail(&e);
	if (!cli_quiet(cli))
		printf("%s: schema version %d, %d step%s taken\n", store_path(s), store_schema_latest(), applied, applied == 1 ? "" : "s");
	return 0;
}

static const struct cli_verb verbs[] = {
    {"init", "", "make the data folder, the database and the outbox", NULL, verb_init, 0, 0},
    {"migrate", "", "bring the database to this version's schema", NULL, verb_migrate, 0, 0},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {"mailroom", "the room itself: set-up, settings, health", verbs, NULL};

	return cli_main(&program, argc, argv);
}
