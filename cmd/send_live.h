/* A run of digest-send that sends: what is told of it, and its exit status. */
#ifndef CMD_SEND_LIVE_H
#define CMD_SEND_LIVE_H

#include "cli.h"
#include "job/send.h"

/* REFUSED unless MAILROOM_LIVE allows it. */
int send_live_allowed(const struct cli *cli, struct err *e);
/* Runs; told, arg and stop are set here. Returns the exit status, -1 with *e. */
int send_live(struct cli *cli, const struct send_options *given, struct err *e);

#endif
