/* How account prints a mailbox, and its mail server. */
#ifndef CMD_ACCOUNT_OUT_H
#define CMD_ACCOUNT_OUT_H

#include "base/json.h"
#include "cli.h"
#include "job/account_smtp.h"
#include "job/people.h"
#include "store/accounts.h"
#include "table.h"

enum { ACCOUNT_OUT_COLUMNS = 6 };

/* A mailbox's mail server; settings NULL: it has none. */
struct account_out_smtp {
	const struct smtp_settings *settings;
	enum account_smtp_secret secret;
};

/* With the key "smtp" where `smtp` is not NULL. */
void account_out_json(struct json *j, const struct account *account, const struct account_out_smtp *smtp);
/* The value of "smtp": an object without secrets, or null. */
void account_out_smtp_json(struct json *j, const struct account *account, const struct account_out_smtp *smtp);
/* Address, state, provider, health, sending, aliases. */
void account_out_row(struct table *t, const struct account *account, const struct account_out_smtp *smtp);
/* The outcome of a change, as text or JSON. */
void account_out_change(const struct cli *cli, enum people_change change, const struct account *account);

#endif
