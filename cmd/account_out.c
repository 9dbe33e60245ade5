#include "account_out.h"

#include "base/clock.h"
#include "people_out.h"

static void put_time(struct json *j, const char *name, int64_t t)
{
	char text[CLOCK_TEXT_BYTES];

	json_key(j, name);
	if (t == 0) {
		json_str(j, NULL);
		return;
	}
	clock_format_utc(t, text);
	json_str(j, text);
}

void account_out_json(struct json *j, const struct account *account)
{
	json_open(j, '{');
	json_key(j, "address");
	json_str(j, account->address);
	json_key(j, "aliases");
	people_out_words(j, account->aliases, account->alias_count);
	json_key(j, "sync_enabled");
	json_bool(j, account->sync_enabled);
	json_key(j, "removed");
	json_bool(j, account->is_removed);
	json_key(j, "provider");
	json_str(j, account->provider);
	put_time(j, "last_ok_at", account->last_ok_at);
	put_time(j, "last_error_at", account->last_error_at);
	json_key(j, "last_error");
	json_str(j, account->last_error);
	json_close(j, '}');
}

void account_out_row(struct table *t, const struct account *account)
{
	table_add(t, account->address);
	table_add(t, account->is_removed ? "removed" : account->sync_enabled ? "on" : "paused");
	table_add(t, account->provider);
	table_add(t, account->last_error ? "failing" : account->last_ok_at ? "ok" : "-");
	people_out_joined(t, account->aliases, account->alias_count);
}

void account_out_change(const struct cli *cli, enum people_change change, const struct account *account)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	if (cli_json(cli)) {
		people_out_change_begin(&j, cli, change, "account");
		account_out_json(&j, account);
		people_out_end(&j);
	} else {
		people_out_change(cli, change, account->address);
	}
	buf_clear(&out);
}
