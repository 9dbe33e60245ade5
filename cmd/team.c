/* team: the people who use Mailroom. */
#include "job/team.h"
#include "cli.h"
#include "people_out.h"
#include "team_out.h"

static const struct cli_option add_options[] = {
    {"name", 'N', "NAME", "name (needed for a new member)"},
    {"role", 'r', "ROLE", "admin or member (a new one: member); admins get the team digest"},
    {"alias", 'a', "ADDRESS", "a further address (may be given again)"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option list_options[] = {
    {"all", 0, NULL, "removed ones too"},
    {NULL, 0, NULL, NULL},
};

/* argv[0] is the member's address, what follows are aliases. */
static int change(struct cli *cli, struct team_change *c, int argc, char **argv)
{
	struct err e = {0};
	struct arena a = {0};
	struct team_outcome o;
	struct store *s;
	int status = 0;

	c->entry.address = argv[0];
	c->entry.aliases = people_out_words_given(&a, cli, argc - 1, argv + 1, "alias");
	c->dry_run = cli_dry_run(cli);
	c->now = cli_now(cli);
	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0 || team_change(s, &a, c, &o, &e) != 0)
		status = cli_fail(&e);
	else
		status = team_out_outcome(cli, s, &o);
	arena_clear(&a);
	return status;
}

static int verb_add(struct cli *cli, int argc, char **argv)
{
	struct team_change c = {
	    .action = TEAM_ADD, .entry = {.name = cli_value(cli, "name"), .role = cli_value(cli, "role")}};

	return change(cli, &c, argc, argv);
}

static int verb_role(struct cli *cli, int argc, char **argv)
{
	struct team_change c = {.action = TEAM_SET, .entry = {.role = argv[1]}};

	(void)argc;
	return change(cli, &c, 1, argv);
}

static int verb_activate(struct cli *cli, int argc, char **argv)
{
	struct team_change c = {.action = TEAM_SET, .entry = {.active = "yes"}};

	return change(cli, &c, argc, argv);
}

static int verb_deactivate(struct cli *cli, int argc, char **argv)
{
	struct team_change c = {.action = TEAM_SET, .entry = {.active = "no"}};

	return change(cli, &c, argc, argv);
}

static int verb_alias(struct cli *cli, int argc, char **argv)
{
	struct team_change c = {.action = TEAM_SET};

	return change(cli, &c, argc, argv);
}

static int verb_unalias(struct cli *cli, int argc, char **argv)
{
	struct team_change c = {.action = TEAM_UNALIAS};

	return change(cli, &c, argc, argv);
}

static int verb_primary(struct cli *cli, int argc, char **argv)
{
	struct team_change c = {.action = TEAM_PRIMARY};

	return change(cli, &c, argc, argv);
}

static int verb_remove(struct cli *cli, int argc, char **argv)
{
	struct team_change c = {.action = TEAM_REMOVE};

	return change(cli, &c, argc, argv);
}

static int verb_restore(struct cli *cli, int argc, char **argv)
{
	struct team_change c = {.action = TEAM_RESTORE};

	return change(cli, &c, argc, argv);
}

static int verb_import(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	struct arena a = {0};
	struct people_import import;
	struct store *s;
	int status;

	(void)argc;
	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0 ||
	    team_import(s, &a, argv[0], cli_dry_run(cli), cli_now(cli), &import, &e) != 0) {
		status = cli_fail(&e);
	} else {
		status = people_out_import(cli, argv[0], &import);
		if (status == 0)
			status = team_out_warnings(s, import.no_recipient);
	}
	arena_clear(&a);
	return status;
}

static const struct cli_verb verbs[] = {
    {"add", "ADDRESS", "add a member, or change the one who has the address", add_options, verb_add, 1, 1},
    {"list", "", "list the team", list_options, team_list, 0, 0},
    {"role", "ADDRESS ROLE", "make a member admin or member", NULL, verb_role, 2, 2},
    {"activate", "ADDRESS", "a member takes part again", NULL, verb_activate, 1, 1},
    {"deactivate", "ADDRESS", "a member gets no digest and no section in it", NULL, verb_deactivate, 1, 1},
    {"alias", "ADDRESS ALIAS...", "add further addresses of a member", NULL, verb_alias, 2, -1},
    {"unalias", "ADDRESS ALIAS...", "take further addresses away", NULL, verb_unalias, 2, -1},
    {"primary", "ADDRESS NEW", "make another address the one that mail goes to", NULL, verb_primary, 2, 2},
    {"remove", "ADDRESS", "take a member off the team; nothing is deleted", NULL, verb_remove, 1, 1},
    {"restore", "ADDRESS", "take a removed member back", NULL, verb_restore, 1, 1},
    {"import", "FILE", "read a CSV file: name, address, aliases, role, active", NULL, verb_import, 1, 1},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {"team", "the people who use Mailroom", verbs, NULL};

	return cli_main(&program, argc, argv);
}
