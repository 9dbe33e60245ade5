/* What mailsync prints: counts, status, progress; and the one list it takes from the settings. */
#ifndef CMD_MAILSYNC_PRINT_H
#define CMD_MAILSYNC_PRINT_H

#include "cli.h"
#include "job/mailbox.h"
#include "job/rematch.h"
#include "store/runs.h"

/* A comma-separated setting. items is NULL when there is none, else NULL-terminated. */
struct list {
	const char **items;
	char *text;
};

void list_split(struct list *l, const char *text);
void list_clear(struct list *l);

void print_progress(const struct mailbox_progress *p, void *arg);
/* One line for people or one JSON document; nothing with -q. */
void print_counts(const struct cli *cli, const struct run_counts *c);
void print_rematch(const struct cli *cli, const struct rematch_counts *c);
int print_status(const struct cli *cli, struct store *s, int64_t limit, struct err *e);

#endif
