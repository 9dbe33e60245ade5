/* Opens the server of a mailbox as the settings say: Gmail by delegation or by OAuth, IMAP. */
#ifndef JOB_REMOTES_H
#define JOB_REMOTES_H

#include "base/config.h"
#include "base/err.h"
#include "job/remote.h"

#include <stdint.h>

struct remotes {
	const struct config *config; /* borrowed */
	int64_t now;                 /* at started_s */
	double started_s;            /* by clock_monotonic_s */
	double deadline_s;           /* no wait goes beyond it; 0: none */
	struct remote_opener opener; /* for mailbox_options.remotes */
};

/* CONFIG for settings that cannot be. */
int remotes_init(struct remotes *r, const struct config *c, int64_t now, double deadline_s, struct err *e);

#endif
