/* account: the mailboxes that Mailroom reads, and the addresses it sends from. */
#include "job/account.h"
#include "account_out.h"
#include "account_verbs.h"
#include "cli.h"
#include "people_out.h"
#include "table.h"

static const struct cli_option add_options[] = {
    {"alias", 'a', "ADDRESS", "a further address of the mailbox (may be given again)"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option list_options[] = {
    {"all", 0, NULL, "removed ones too"},
    {NULL, 0, NULL, NULL},
};

static int change(struct cli *cli, enum account_action action, int argc, char **argv)
{
	struct err e = {0};
	struct arena a = {0};
	struct account account = {0};
	struct account_change c = {action, argv[0], {0}, cli_dry_run(cli), cli_now(cli)};
	enum people_change done;
	struct store *s;
	int status = 0;

	c.aliases = people_out_words_given(&a, cli, argc - 1, argv + 1, "alias");
	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0 || account_change(s, &a, &c, &done, &account, &e) != 0) {
		status = cli_fail(&e);
	} else {
		account_out_change(cli, done, &account);
	}
	if (status == 0 && people_out_shadowed(s, &e) != 0)
		status = cli_fail(&e);
	arena_clear(&a);
	return status;
}

static int verb_add(struct cli *cli, int argc, char **argv)
{
	return change(cli, ACCOUNT_ADD, argc, argv);
}

static int verb_alias(struct cli *cli, int argc, char **argv)
{
	return change(cli, ACCOUNT_ALIAS, argc, argv);
}

static int verb_unalias(struct cli *cli, int argc, char **argv)
{
	return change(cli, ACCOUNT_UNALIAS, argc, argv);
}

static int verb_remove(struct cli *cli, int argc, char **argv)
{
	return change(cli, ACCOUNT_REMOVE, argc, argv);
}

static int verb_restore(struct cli *cli, int argc, char **argv)
{
	return change(cli, ACCOUNT_RESTORE, argc, argv);
}

struct listing {
	struct store *store;
	struct json *json; /* NULL: a table */
	struct table *table;
	struct err *e;
};

static int list_one(const struct account *account, void *arg)
{
	struct listing *l = arg;
	struct arena a = {0};
	struct smtp_settings settings;
	struct account_out_smtp smtp = {&settings, ACCOUNT_SMTP_NOTHING};
	bool has;
	int rc = account_smtp_get(l->store, &a, account, &settings, &has, &smtp.secret, l->e);

	if (!has)
		smtp.settings = NULL;
	if (rc == 0 && l->json)
		account_out_json(l->json, account, &smtp);
	else if (rc == 0)
		account_out_row(l->table, account, &smtp);
	arena_clear(&a);
	return rc;
}

static int verb_list(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	struct buf out = {0};
	struct json j = {.out = &out};
	struct table table = {.columns = ACCOUNT_OUT_COLUMNS};
	struct listing l = {NULL, cli_json(cli) ? &j : NULL, &table, &e};
	int status = 0;

	(void)argc, (void)argv;
	if (cli_json(cli))
		people_out_list_begin(&j, "accounts");
	if (cli_open_store(cli, STORE_READ, &l.store, &e) != 0 ||
	    accounts_each(l.store, cli_flag(cli, "all"), list_one, &l, &e) != 0)
		status = cli_fail(&e);
	else if (cli_json(cli))
		people_out_list_end(&j);
	else
		table_print(&table);
	buf_clear(&out);
	return status;
}

static const struct cli_verb verbs[] = {
    {"add", "ADDRESS", "add a mailbox, or aliases to one that is there", add_options, verb_add, 1, 1},
    {"list", "", "list the mailboxes", list_options, verb_list, 0, 0},
    {"alias", "ADDRESS ALIAS...", "add further addresses of a mailbox", NULL, verb_alias, 2, -1},
    {"unalias", "ADDRESS ALIAS...", "take further addresses away", NULL, verb_unalias, 2, -1},
    {"remove", "ADDRESS", "stop reading a mailbox; what was read stays", NULL, verb_remove, 1, 1},
    {"restore", "ADDRESS", "take a removed mailbox back", NULL, verb_restore, 1, 1},
    {"enroll", "ADDRESS", "capture a Gmail mailbox by the Workspace's delegation", NULL, account_enroll, 1, 1},
    {"enroll-all", "", "enroll every active team member of the Workspace", NULL, account_enroll_all, 0, 0},
    {"login", "ADDRESS", "capture a Gmail mailbox by its owner's consent", account_login_options, account_login, 1, 1},
    {"imap", "ADDRESS", "capture a mailbox by IMAP, or change how", account_imap_options, account_imap_verb, 1, 1},
    {"smtp", "ADDRESS", "give a sending address its mail server, or change it", account_smtp_options, account_smtp_verb,
        1, 1},
    {"test", "ADDRESS", "see whether the servers of a mailbox let us in", account_test_options, account_test, 1, 1},
    {"enable", "ADDRESS", "test its mail server, and let mail out by it", account_enable_options, account_enable, 1, 1},
    {"disable", "ADDRESS", "let no mail out by its mail server", account_enable_options, account_disable, 1, 1},
    {"pause", "ADDRESS", "leave a mailbox out of the capture for now", NULL, account_pause, 1, 1},
    {"resume", "ADDRESS", "capture a paused mailbox again", NULL, account_resume, 1, 1},
    {"rekey", "", "seal the stored secrets with a new key", account_rekey_options, account_rekey_verb, 0, 0},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {
	    "account", "the mailboxes that Mailroom reads and sends from", verbs, NULL};

	return cli_main(&program, argc, argv);
}
