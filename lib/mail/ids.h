/* Message identifiers (RFC 5322 section 3.6.4) as other headers name them. */
#ifndef MAIL_IDS_H
#define MAIL_IDS_H

#include "base/span.h"
#include "mail/message.h"

/* Appends the ids in `value` (In-Reply-To, References) without <> to *l: what stands in <>, or, where no <> are, words
 * with an "@". Folds in an id are undone. At most `max` in the list; returns false when there were more. */
bool ids_parse(struct arena *a, struct span value, size_t max, struct string_list *l);

/* The id of a Message-ID header: what stands in <>, else the whole value; NULL when that is empty. */
const char *ids_one(struct arena *a, struct span value);

#endif
