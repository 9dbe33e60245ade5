#include "job/doctor_checks.h"

#include "job/send.h"
#include "store/stats.h"

#include <string.h>

enum { LATELY_S = 7 * 86400 };

/* What the states mean to a person. */
static const struct {
	const char *state;
	enum doctor_level level;
	const char *what, *advice;
} states[] = {
    {"deferred", DOCTOR_OK, "wait for their next try", NULL},
    {"expired", DOCTOR_WARNING, "were not sent while they were fresh, in the last 7 days",
        "see why with `digest-send status`; does cron run `digest-send --live`?"},
    {"failed", DOCTOR_WARNING, "failed in the last 7 days", "see `digest-send status`"},
    {"sending", DOCTOR_OK, "are under way, or a run was killed: the next one looks", NULL},
    {"unknown", DOCTOR_WARNING, "may have gone out, nobody knows",
        "find out whether they arrived, then `digest-send resolve ID --sent` or `--retry`"},
};

static void take(const char *state, int64_t count, int64_t first_id, void *arg)
{
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i].state, state) == 0)
			doctor_say(arg, states[i].level, states[i].advice, "%lld %s: %s (the first is %lld)",
			    (long long)count, state, states[i].what, (long long)first_id);
}

void doctor_check_sending(struct doctor *d)
{
	struct arena a = {0};
	const char *stop = send_stop_file(d->config, &a);
	struct err e = {0};

	if (stop)
		doctor_say(d, DOCTOR_WARNING, "remove it when sending may go on", "nothing is sent: %s", stop);
	if (stats_outbox_trouble_each(d->store, d->options->now - LATELY_S, take, d, &e) != 0)
		doctor_say(d, DOCTOR_PROBLEM, NULL, "%s", e.text);
	else if (d->worst_of_check == DOCTOR_OK)
		doctor_say(d, DOCTOR_OK, NULL, "no message needs a person");
	arena_clear(&a);
}
