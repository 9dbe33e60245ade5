/* Texts of new messages, written in the order in which they fill the database's pages best. A row may not be cut between two
 * pages but only spill as a whole, so texts in the order of arrival leave an eighth of their pages empty; a choice among the last few
 * dozen leaves next to nothing. Only the size of the file hangs on it. */
#ifndef STORE_BODIES_H
#define STORE_BODIES_H

#include "base/err.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/* One per connection that writes. */
struct bodies;
struct bodies *bodies_new(struct store *s);
void bodies_free(struct bodies *b);
/* After a rollback: what waits is dropped. */
void bodies_forget(struct bodies *b);

/* Keeps the text of a message (copied; `source` as email_bodies has it, static). It is written now or with a later one; all of
 * them are after bodies_flush, before the commit. */
int bodies_put(struct bodies *b, int64_t email_id, const char *source, const char *text, size_t n, struct err *e);
int bodies_flush(struct bodies *b, struct err *e);

/* The same for a single text, at once. */
int bodies_write(struct store *s, int64_t email_id, const char *source, const char *text, size_t n, struct err *e);

#endif
