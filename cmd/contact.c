/* contact: whom the team talks to. */
#include "job/contact.h"
#include "cli.h"
#include "contact_out.h"
#include "contact_show.h"
#include "people_out.h"

static const struct cli_option add_options[] = {
    {"name", 'N', "NAME", "name"},
    {"organisation", 'o', "NAME", "the organisation that a contact belongs to"},
    {"fund", 'f', "NAME", "the fund that an organisation or a contact belongs to"},
    {"address", 'a', "ADDRESS", "an address on record (may be given again)"},
    {"alias", 'A', "ADDRESS", "another spelling or forwarding of one (may be given again)"},
    {"domain", 'd', "DOMAIN", "a domain whose every address is theirs (may be given again)"},
    {"notes", 0, "TEXT", "notes"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option set_options[] = {
    {"name", 'N', "NAME", "name"},
    {"organisation", 'o', "NAME", "the organisation that a contact belongs to"},
    {"fund", 'f', "NAME", "the fund that an organisation or a contact belongs to"},
    {"address", 'a', "ADDRESS", "an address on record (may be given again)"},
    {"alias", 'A', "ADDRESS", "another spelling or forwarding of one (may be given again)"},
    {"domain", 'd', "DOMAIN", "a domain whose every address is theirs (may be given again)"},
    {"notes", 0, "TEXT", "notes"},
    {"no-parent", 0, NULL, "take it off its organisation or fund"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option list_options[] = {
    {"kind", 'k', "KIND", "only these: fund, organisation, contact, address"},
    {"all", 0, NULL, "removed ones too"},
    {NULL, 0, NULL, NULL},
};

static int change(struct cli *cli, struct arena *a, struct contact_change *c)
{
	struct err e = {0};
	struct buf out = {0};
	struct json j = {.out = &out};
	struct investor i;
	enum people_change done;
	struct store *s;
	int status = 0;

	c->free_mail = config_text(cli_config(cli), "MAILROOM_FREE_MAIL_DOMAINS");
	c->dry_run = cli_dry_run(cli);
	c->now = cli_now(cli);
	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0 || contact_change(s, a, c, &done, &i, &e) != 0) {
		status = cli_fail(&e);
	} else if (cli_json(cli)) {
		people_out_change_begin(&j, cli, done, "record");
		contact_out_json(&j, &i);
		json_close(&j, '}');
		people_out_end(&j);
	} else {
		buf_printf(&out, "%s %s", investor_kind_name(i.kind), i.name);
		people_out_change(cli, done, buf_str(&out));
	}
	buf_clear(&out);
	arena_clear(a);
	return status;
}

static struct contact_entry entry_given(struct arena *a, const struct cli *cli)
{
	return (struct contact_entry){
	    .name = cli_value(cli, "name"),
	    .organisation = cli_value(cli, "organisation"),
	    .fund = cli_value(cli, "fund"),
	    .notes = cli_value(cli, "notes"),
	    .addresses = people_out_words_given(a, cli, 0, NULL, "address"),
	    .aliases = people_out_words_given(a, cli, 0, NULL, "alias"),
	    .domains = people_out_words_given(a, cli, 0, NULL, "domain"),
	};
}

static int verb_add(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct contact_change c = {.action = CONTACT_ADD, .entry = entry_given(&a, cli)};

	(void)argc;
	if (investor_kind_parse(argv[0], &c.entry.kind))
		return change(cli, &a, &c);
	arena_clear(&a);
	return cli_usage(cli, "%s: a kind is fund, organisation, contact or address", argv[0]);
}

static int verb_set(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct contact_change c = {.action = CONTACT_SET, .record = argv[0], .entry = entry_given(&a, cli)};

	(void)argc;
	c.entry.no_parent = cli_flag(cli, "no-parent");
	return change(cli, &a, &c);
}

static int verb_unset(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct contact_change c = {.action = CONTACT_UNSET, .record = argv[0]};

	c.words = people_out_words_given(&a, cli, argc - 1, argv + 1, NULL);
	return change(cli, &a, &c);
}

static int verb_remove(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct contact_change c = {.action = CONTACT_REMOVE, .record = argv[0]};

	(void)argc;
	return change(cli, &a, &c);
}

static int verb_restore(struct cli *cli, int argc, char **argv)
{
	struct arena a = {0};
	struct contact_change c = {.action = CONTACT_RESTORE, .record = argv[0]};

	(void)argc;
	return change(cli, &a, &c);
}

static int verb_import(struct cli *cli, int argc, char **argv)
{
	const char *free_mail = config_text(cli_config(cli), "MAILROOM_FREE_MAIL_DOMAINS");
	struct err e = {0};
	struct arena a = {0};
	struct people_import import;
	struct store *s;
	int status;

	(void)argc;
	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0 ||
	    contact_import(s, &a, argv[0], free_mail, cli_dry_run(cli), cli_now(cli), &import, &e) != 0)
		status = cli_fail(&e);
	else
		status = people_out_import(cli, argv[0], &import);
	arena_clear(&a);
	return status;
}

static const struct cli_verb verbs[] = {
    {"add", "KIND", "add a fund, an organisation, a contact or an address", add_options, verb_add, 1, 1},
    {"list", "", "list the records", list_options, contact_list, 0, 0},
    {"show", "RECORD", "show one record (by id, address or name) and what belongs to it", NULL, contact_show, 1, 1},
    {"set", "RECORD", "change a record, add addresses and domains", set_options, verb_set, 1, 1},
    {"unset", "RECORD ADDRESS|DOMAIN...", "take addresses and domains away", NULL, verb_unset, 2, -1},
    {"remove", "RECORD", "take a record off; nothing is deleted", NULL, verb_remove, 1, 1},
    {"restore", "RECORD", "take a removed record back", NULL, verb_restore, 1, 1},
    {"import", "FILE", "read a CSV file: kind, name, organisation, fund, addresses, ...", NULL, verb_import, 1, 1},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {"contact", "whom the team talks to", verbs, NULL};

	return cli_main(&program, argc, argv);
}
