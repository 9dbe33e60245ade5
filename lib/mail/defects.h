/* What was wrong with a message and how it was read: a short list of sentences. */
#ifndef MAIL_DEFECTS_H
#define MAIL_DEFECTS_H

#include "base/arena.h"
#include "mail/message.h"

struct defects {
	struct arena *a;
	struct string_list *list;
};

/* Adds the sentence unless it is there already or a hundred are. */
void defects_add(struct defects *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
