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

static void put_text(struct json *j, const char *name, const char *text)
{
	json_key(j, name);
	json_str(j, text);
}

void account_out_smtp_json(struct json *j, const struct account *account, const struct account_out_smtp *smtp)
{
	const struct smtp_settings *s = smtp->settings;

	if (!s) {
		json_str(j, NULL);
		return;
	}
	json_open(j, '{');
	put_text(j, "host", s->host);
	json_key(j, "port");
	json_int(j, s->port);
	put_text(j, "security", s->security);
	put_text(j, "auth", s->auth);
	put_text(j, "user", s->user ? s->user : account->address);
	put_text(j, "password", account_smtp_secret_name(smtp->secret));
	put_text(j, "envelope_sender", s->envelope_sender ? s->envelope_sender : account->address);
	put_text(j, "ca_file", s->ca_file);
	json_key(j, "enabled");
	json_bool(j, s->is_enabled);
	put_text(j, "disabled_why", s->disabled_why);
	put_time(j, "last_ok_at", s->last_ok_at);
	put_time(j, "last_error_at", s->last_error_at);
	put_text(j, "last_error", s->last_error);
	json_close(j, '}');
}

void account_out_json(struct json *j, const struct account *account, const struct account_out_smtp *smtp)
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
	if (smtp) {
		json_key(j, "smtp");
		account_out_smtp_json(j, account, smtp);
	}
	json_close(j, '}');
}

static const char *sending(const struct smtp_settings *s)
{
	if (!s)
		return "-";
	if (!s->is_enabled)
		return "off";
	return s->last_error ? "failing" : "sends";
}

void account_out_row(struct table *t, const struct account *account, const struct account_out_smtp *smtp)
{
	table_add(t, account->address);
	table_add(t, account->is_removed ? "removed" : account->sync_enabled ? "on" : "paused");
	table_add(t, account->provider);
	table_add(t, account->last_error ? "failing" : account->last_ok_at ? "ok" : "-");
	table_add(t, sending(smtp->settings));
	people_out_joined(t, account->aliases, account->alias_count);
}

void account_out_change(const struct cli *cli, enum people_change change, const struct account *account)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	if (cli_json(cli)) {
		people_out_change_begin(&j, cli, change, "account");
		account_out_json(&j, account, NULL);
		people_out_end(&j);
	} else {
		people_out_change(cli, change, account->address);
	}
	buf_clear(&out);
}
