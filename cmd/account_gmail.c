/* account: enroll, enroll-all, pause, resume. */
#include "job/account_gmail.h"
#include "account_out.h"
#include "account_verbs.h"
#include "base/log.h"
#include "people_out.h"

#include <stdio.h>

static int open_store(struct cli *cli, struct account_gmail *g, struct err *e)
{
	*g = (struct account_gmail){.config = cli_config(cli), .dry_run = cli_dry_run(cli), .now = cli_now(cli)};
	return cli_open_store(cli, STORE_WRITE, &g->store, e);
}

int account_enroll(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	struct arena a = {0};
	struct account account;
	struct account_gmail g;
	enum people_change done;
	int status = 0;

	(void)argc;
	if (open_store(cli, &g, &e) != 0 || account_gmail_enroll(&g, &a, argv[0], &done, &account, &e) != 0)
		status = cli_fail(&e);
	else
		account_out_change(cli, done, &account);
	arena_clear(&a);
	return status;
}

struct members {
	struct cli *cli;
	struct json *json; /* NULL: lines */
};

static void put_member(struct json *j, const struct account_gmail_member *m)
{
	json_open(j, '{');
	json_key(j, "name");
	json_str(j, m->name);
	json_key(j, "address");
	json_str(j, m->address);
	json_key(j, "enrolled");
	json_bool(j, m->why == NULL);
	json_key(j, "change");
	json_str(j, people_change_name(m->change));
	json_key(j, "why");
	json_str(j, m->why);
	json_close(j, '}');
}

static void show_member(const struct account_gmail_member *m, void *arg)
{
	const struct members *l = arg;

	if (l->json)
		put_member(l->json, m);
	else if (!m->why)
		people_out_change(l->cli, m->change, m->address);
	else if (!cli_quiet(l->cli))
		printf("left out %s: %s\n", m->address ? m->address : m->name, m->why);
}

int account_enroll_all(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	struct buf out = {0};
	struct json j = {.out = &out};
	struct members l = {cli, cli_json(cli) ? &j : NULL};
	struct account_gmail g;
	int status = 0;

	(void)argc, (void)argv;
	if (cli_json(cli))
		people_out_list_begin(&j, "members");
	if (open_store(cli, &g, &e) != 0 || account_gmail_enroll_all(&g, show_member, &l, &e) != 0)
		status = cli_fail(&e);
	else if (cli_json(cli))
		people_out_list_end(&j);
	buf_clear(&out);
	return status;
}

static int set_sync(struct cli *cli, const char *address, bool enabled)
{
	struct err e = {0};
	struct arena a = {0};
	struct account account;
	struct account_gmail g;
	enum people_change done;
	int status = 0;

	if (open_store(cli, &g, &e) != 0 || account_gmail_set_sync(&g, &a, address, enabled, &done, &account, &e) != 0)
		status = cli_fail(&e);
	else
		account_out_change(cli, done, &account);
	arena_clear(&a);
	return status;
}

int account_pause(struct cli *cli, int argc, char **argv)
{
	(void)argc;
	return set_sync(cli, argv[0], false);
}

int account_resume(struct cli *cli, int argc, char **argv)
{
	(void)argc;
	return set_sync(cli, argv[0], true);
}
