/* A run of digest-send that sends: what is told of it, and its exit status. */
#ifndef CMD_SEND_LIVE_H
#define CMD_SEND_LIVE_H

#include "cli.h"
#include "job/send.h"

/* UNAVAILABLE unless MAILROOM_LIVE allows it: REFUSED in *e. */
int send_live_allowed(const struct cli *cli, struct err *e);
/* Runs; o's told, arg and stop are set here. Returns the exit status, -1 with *e. */
int send_live(struct cli *cli, struct send_options *o, struct err *e);

#endif
