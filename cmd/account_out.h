/* How account prints a mailbox. */
#ifndef CMD_ACCOUNT_OUT_H
#define CMD_ACCOUNT_OUT_H

#include "base/json.h"
#include "cli.h"
#include "job/people.h"
#include "store/accounts.h"
#include "table.h"

enum { ACCOUNT_OUT_COLUMNS = 5 };

void account_out_json(struct json *j, const struct account *account);
/* Address, state, provider, health, aliases. */
void account_out_row(struct table *t, const struct account *account);
/* The outcome of a change, as text or JSON. */
void account_out_change(const struct cli *cli, enum people_change change, const struct account *account);

#endif
