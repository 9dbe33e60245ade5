/* How messages are read, as the settings say: the caps and whose Authentication-Results count. */
#ifndef JOB_MESSAGE_SETTINGS_H
#define JOB_MESSAGE_SETTINGS_H

#include "base/arena.h"
#include "base/config.h"
#include "mail/message.h"

struct message_settings {
	struct message_limits limits;
	struct message_options options; /* points to `limits` and into the arena: do not move the struct */
};

/* Fills *r from the MAILROOM_MAX_* settings and MAILROOM_TRUSTED_AUTHSERV. */
void message_settings_init(struct message_settings *r, struct arena *a, const struct config *c);

/* The words of a comma-separated list, NULL-terminated, without white space around them; NULL when `text` is NULL or holds none. */
const char *const *message_settings_list(struct arena *a, const char *text);

#endif
