/* account test, enable, disable: whether the servers of a mailbox let us in, and whether mail goes out. */
#include "account_out.h"
#include "account_verbs.h"
#include "job/account_gmail.h"
#include "job/account_imap.h"
#include "job/account_smtp.h"
#include "people_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct cli_option account_test_options[] = {
    {"smtp", 0, NULL, "its mail server for sending"},
    {"imap", 0, NULL, "its IMAP server"},
    {"gmail", 0, NULL, "Gmail"},
    {NULL, 0, NULL, NULL},
};
const struct cli_option account_enable_options[] = {
    {"smtp", 0, NULL, "its mail server: there is nothing else yet, so it need not be said"},
    {NULL, 0, NULL, NULL},
};

/* One run of the verb. */
struct test {
	struct cli *cli;
	struct store *store;
	struct arena arena;
	struct account account;
	struct json *json; /* NULL: a line for each */
	int status;        /* of the first failure */
};

static void fail(struct test *t, const struct err *e)
{
	int status = cli_fail(e);

	if (t->status == 0)
		t->status = status;
}

static void put_int(struct json *j, const char *name, int64_t n)
{
	json_key(j, name);
	json_int(j, n);
}

static void try_gmail(struct test *t)
{
	struct account_gmail g = {cli_config(t->cli), t->store, cli_dry_run(t->cli), cli_now(t->cli)};
	struct http *http = http_new(&(struct http_options){0});
	struct gmail_profile p;
	struct err e = {0};

	if (account_gmail_test(&g, http, &t->arena, &t->account, &p, &e) != 0) {
		fail(t, &e);
	} else if (t->json) {
		put_int(t->json, "messages", p.messages);
		put_int(t->json, "threads", p.threads);
	} else if (!cli_quiet(t->cli)) {
		printf("%s: good (%s, %" PRId64 " messages, %" PRId64 " threads)\n", t->account.address,
		    t->account.provider, p.messages, p.threads);
	}
	http_free(http);
}

static void try_imap(struct test *t)
{
	struct account_imap g = {cli_config(t->cli), t->store, cli_dry_run(t->cli), cli_now(t->cli)};
	struct account_imap_health h;
	struct err e = {0};

	if (account_imap_test(&g, &t->arena, &t->account, &h, &e) != 0) {
		fail(t, &e);
	} else if (t->json) {
		put_int(t->json, "messages", h.messages);
		put_int(t->json, "folders", (int64_t)h.folders);
	} else if (!cli_quiet(t->cli)) {
		printf("%s: good (imap, %" PRId64 " messages in %zu folders)\n", t->account.address, h.messages,
		    h.folders);
	}
}

static void print_smtp(struct test *t, const struct smtp_settings *s)
{
	bool dry = cli_dry_run(t->cli);

	if (cli_quiet(t->cli))
		return;
	printf("%s: good (smtp, %s:%d, %s, auth %s): ", t->account.address, s->host, s->port, s->security, s->auth);
	if (s->is_enabled)
		puts(dry ? "mail would go out" : "mail goes out");
	else
		printf("nothing %s out, %s\n", dry ? "would go" : "goes", s->disabled_why);
}

static void try_smtp(struct test *t, bool enable)
{
	struct account_smtp g = {cli_config(t->cli), t->store, cli_dry_run(t->cli), cli_now(t->cli)};
	struct account_smtp_health h;
	struct smtp_settings settings;
	struct account_out_smtp out = {&settings, ACCOUNT_SMTP_NOTHING};
	bool has;
	struct err e = {0};

	if (account_smtp_test(&g, &t->arena, &t->account, enable, &h, &e) == 0 && h.stale)
		err_set(&e, ERR_TEMPORARY, "%s: its mail server was changed during the test: test it again",
		    t->account.address);
	if (e.code == ERR_NONE)
		account_smtp_get(t->store, &t->arena, &t->account, &settings, &has, &out.secret, &e);
	if (e.code != ERR_NONE) {
		fail(t, &e);
	} else if (t->json) {
		out.settings = &h.settings;
		json_key(t->json, "smtp");
		account_out_smtp_json(t->json, &t->account, &out);
	} else {
		print_smtp(t, &h.settings);
	}
}

static int begin(struct test *t, struct cli *cli, const char *address, struct json *j, struct err *e)
{
	*t = (struct test){.cli = cli, .json = cli_json(cli) ? j : NULL};
	if (cli_open_store(cli, STORE_WRITE, &t->store, e) != 0 ||
	    account_gmail_find(t->store, &t->arena, address, &t->account, e) != 0)
		return -1;
	if (!t->json)
		return 0;
	json_open(j, '{');
	put_int(j, "format", 1);
	json_key(j, "address");
	json_str(j, t->account.address);
	json_key(j, "provider");
	json_str(j, t->account.provider);
	return 0;
}

/* Everything it has, or what is named. Nothing: Gmail's answer says what can be done. */
static int try_all(struct test *t, struct err *e)
{
	bool smtp = cli_flag(t->cli, "smtp"), imap = cli_flag(t->cli, "imap"), gmail = cli_flag(t->cli, "gmail");
	bool is_imap = strcmp(t->account.provider, ACCOUNTS_IMAP) == 0;
	bool is_file = strcmp(t->account.provider, ACCOUNTS_FILE) == 0, has;
	struct smtp_settings settings;
	enum account_smtp_secret secret;

	if (account_smtp_get(t->store, &t->arena, &t->account, &settings, &has, &secret, e) != 0)
		return -1;
	if (!smtp && !imap && !gmail) {
		smtp = has;
		imap = is_imap;
		gmail = !is_imap && !(is_file && has);
	}
	if (gmail && is_imap)
		return err_set(e, ERR_CONFIG, "%s: is an IMAP mailbox, not a Gmail one", t->account.address);
	if (gmail)
		try_gmail(t);
	if (imap)
		try_imap(t);
	if (smtp)
		try_smtp(t, false);
	return 0;
}

static int end(struct test *t, struct buf *out, const struct err *e)
{
	int status = e->code != ERR_NONE ? cli_fail(e) : t->status;

	if (status == 0 && t->json)
		people_out_end(t->json);
	buf_clear(out);
	arena_clear(&t->arena);
	return status;
}

int account_test(struct cli *cli, int argc, char **argv)
{
	struct buf out = {0};
	struct json j = {.out = &out};
	struct err e = {0};
	struct test t;

	(void)argc;
	if (begin(&t, cli, argv[0], &j, &e) == 0)
		try_all(&t, &e);
	return end(&t, &out, &e);
}

int account_enable(struct cli *cli, int argc, char **argv)
{
	struct buf out = {0};
	struct json j = {.out = &out};
	struct err e = {0};
	struct test t;

	(void)argc;
	if (begin(&t, cli, argv[0], &j, &e) == 0)
		try_smtp(&t, true);
	return end(&t, &out, &e);
}

int account_disable(struct cli *cli, int argc, char **argv)
{
	struct account_smtp g = {.config = cli_config(cli), .dry_run = cli_dry_run(cli), .now = cli_now(cli)};
	struct account account;
	struct arena a = {0};
	enum people_change change;
	struct err e = {0};
	int status = 0;

	(void)argc;
	if (cli_open_store(cli, STORE_WRITE, &g.store, &e) != 0 ||
	    account_gmail_find(g.store, &a, argv[0], &account, &e) != 0 ||
	    account_smtp_disable(&g, &a, &account, &change, &e) != 0)
		status = cli_fail(&e);
	else
		account_out_change(cli, change, &account);
	arena_clear(&a);
	return status;
}
