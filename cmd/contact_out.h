/* How contact shows records. */
#ifndef CMD_CONTACT_OUT_H
#define CMD_CONTACT_OUT_H

#include "base/json.h"
#include "store/investors.h"
#include "table.h"

enum { CONTACT_OUT_COLUMNS = 5 };

/* The keys of a record, the object left open. */
void contact_out_json(struct json *j, const struct investor *i);
/* One row: id, kind, name, parent, addresses and domains. */
void contact_out_row(struct table *t, const struct investor *i);
/* All of a record, a line a value. */
void contact_out_text(const struct investor *i);

#endif
