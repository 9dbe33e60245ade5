/* What the settings say, as the capture's jobs take it; and the signals that end a run. */
#ifndef CMD_MAILSYNC_SETTINGS_H
#define CMD_MAILSYNC_SETTINGS_H

#include "cli.h"
#include "job/mailbox.h"
#include "job/message_settings.h"
#include "job/remotes.h"

struct settings {
	struct mailbox_options o;
	struct message_settings message;
	struct arena arena;
	struct remotes remotes;
};

/* Options and settings of the program; o.store is left to the caller. */
void settings_read(struct settings *set, struct cli *cli);
/* Lets the jobs ask the mailboxes' servers, until MAILROOM_SYNC_DEADLINE_MIN have passed. */
int settings_open_remotes(struct settings *set, struct cli *cli, struct err *e);
void settings_clear(struct settings *set);

/* The batch at hand is finished, then the run ends. */
void settings_catch_signals(void);

#endif
