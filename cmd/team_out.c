#include "team_out.h"

#include "base/log.h"
#include "people_out.h"
#include "table.h"

static void put_json(struct json *j, const struct user *u)
{
	json_open(j, '{');
	json_key(j, "name");
	json_str(j, u->name);
	json_key(j, "address");
	json_str(j, u->address);
	json_key(j, "aliases");
	people_out_words(j, u->aliases, u->alias_count);
	json_key(j, "role");
	json_str(j, u->is_admin ? "admin" : "member");
	json_key(j, "active");
	json_bool(j, u->is_active);
	json_key(j, "removed");
	json_bool(j, u->is_removed);
	json_close(j, '}');
}

int team_out_warnings(struct store *s, bool no_recipient)
{
	struct err e = {0};

	if (no_recipient)
		log_warning("no active admin is left: the team digest has no recipient");
	return people_out_shadowed(s, &e) == 0 ? 0 : cli_fail(&e);
}

int team_out_outcome(struct cli *cli, struct store *s, const struct team_outcome *o)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	if (cli_json(cli)) {
		people_out_change_begin(&j, cli, o->change, "member");
		put_json(&j, &o->user);
		people_out_end(&j);
	} else {
		buf_printf(&out, "%s <%s>", o->user.name, o->user.address ? o->user.address : "");
		people_out_change(cli, o->change, buf_str(&out));
	}
	buf_clear(&out);
	return team_out_warnings(s, o->no_recipient);
}

struct listing {
	struct json *json; /* NULL: a table */
	struct table *table;
};

static int list_one(const struct user *u, void *arg)
{
	struct listing *l = arg;

	if (l->json) {
		put_json(l->json, u);
		return 0;
	}
	table_add(l->table, u->name);
	table_add(l->table, u->is_admin ? "admin" : "member");
	table_add(l->table, u->is_removed ? "removed" : u->is_active ? "active" : "inactive");
	table_add(l->table, u->address);
	people_out_joined(l->table, u->aliases, u->alias_count);
	return 0;
}

int team_list(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	struct buf out = {0};
	struct json j = {.out = &out};
	struct table table = {.columns = 5};
	struct listing l = {cli_json(cli) ? &j : NULL, &table};
	struct store *s;
	int status = 0;

	(void)argc, (void)argv;
	if (cli_json(cli))
		people_out_list_begin(&j, "team");
	if (cli_open_store(cli, STORE_READ, &s, &e) != 0 || users_each(s, cli_flag(cli, "all"), list_one, &l, &e) != 0)
		status = cli_fail(&e);
	else if (cli_json(cli))
		people_out_list_end(&j);
	else
		table_print(&table);
	buf_clear(&out);
	return status;
}
