#include "mailsync_settings.h"

#include "base/clock.h"
#include "base/log.h"
#include "mailsync_print.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

/* The batch at hand is finished, then the run ends: nothing is lost by it, and nothing would be by a second signal. */
void settings_catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

void settings_read(struct settings *set, struct cli *cli)
{
	const struct config *c = cli_config(cli);

	*set = (struct settings){0};
	message_settings_init(&set->message, &set->arena, c);
	set->o = (struct mailbox_options){.address = cli_value(cli, "account"),
	    .data_dir = config_text(c, "MAILROOM_DATA_DIR"),
	    .keep_all = strcmp(config_text(c, "MAILROOM_KEEP"), "all") == 0,
	    .message = set->message.options,
	    .max_attachment_bytes = config_int(c, "MAILROOM_MAX_ATTACHMENT_MB") << 20,
	    .free_mail = config_text(c, "MAILROOM_FREE_MAIL_DOMAINS"),
	    .now = cli_now(cli),
	    .dry_run = cli_dry_run(cli),
	    .stop = &stop,
	    .progress = log_shows_progress() ? print_progress : NULL};
}

int settings_open_remotes(struct settings *set, struct cli *cli, struct err *e)
{
	int64_t minutes = config_int(cli_config(cli), "MAILROOM_SYNC_DEADLINE_MIN");
	double deadline_s = minutes > 0 ? clock_monotonic_s() + 60 * (double)minutes : 0;

	set->o.deadline_s = deadline_s;
	if (remotes_init(&set->remotes, cli_config(cli), cli_now(cli), deadline_s, e) != 0)
		return -1;
	set->o.remotes = &set->remotes.opener;
	return 0;
}

void settings_clear(struct settings *set)
{
	arena_clear(&set->arena);
}
