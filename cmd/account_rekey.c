/* account rekey: another key for the secrets in the database. */
#include "job/account_rekey.h"
#include "account_verbs.h"
#include "base/json.h"
#include "people_out.h"

#include <stdio.h>

const struct cli_option account_rekey_options[] = {
    {"old-key", 0, "FILE", "the key file is a new one already; FILE holds the key before"},
    {NULL, 0, NULL, NULL},
};

static void print_json(struct cli *cli, const struct account_rekey_result *r)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	json_open(&j, '{');
	json_key(&j, "format");
	json_int(&j, 1);
	json_key(&j, "dry_run");
	json_bool(&j, cli_dry_run(cli));
	json_key(&j, "key_id");
	json_str(&j, *r->key_id ? r->key_id : NULL);
	json_key(&j, "sealed");
	json_int(&j, (int64_t)r->sealed);
	json_key(&j, "unchanged");
	json_int(&j, (int64_t)r->unchanged);
	people_out_end(&j);
	buf_clear(&out);
}

static void print(struct cli *cli, const struct account_rekey_result *r)
{
	const char *s = r->sealed == 1 ? "" : "s";

	if (cli_dry_run(cli)) {
		printf("would be sealed anew: %zu secret%s\n", r->sealed, s);
		return;
	}
	printf("%zu secret%s sealed with the key %s\n", r->sealed, s, r->key_id);
	if (r->replaced)
		printf("the key before is %s.old: delete it once no backup of the database needs it\n",
		    config_text(cli_config(cli), "MAILROOM_SECRET_KEY_FILE"));
}

int account_rekey_verb(struct cli *cli, int argc, char **argv)
{
	struct account_rekey_result result;
	struct err e = {0};
	struct store *s;

	(void)argc, (void)argv;
	if (cli_open_store(cli, STORE_WRITE, &s, &e) != 0 ||
	    account_rekey(cli_config(cli), s, cli_value(cli, "old-key"), cli_dry_run(cli), &result, &e) != 0)
		return cli_fail(&e);
	if (cli_json(cli))
		print_json(cli, &result);
	else if (!cli_quiet(cli))
		print(cli, &result);
	return 0;
}
