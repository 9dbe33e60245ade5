#include "job/doctor_checks.h"

#include "store/bounces.h"

enum { LATELY_S = 7 * 86400, SCAN_S = 2 * 86400 };

static void check_scan(struct doctor *d, int64_t scanned_at)
{
	const char *mailbox = config_text(d->config, "MAILROOM_BOUNCE_MAILBOX");

	if (mailbox && scanned_at < d->options->now - SCAN_S)
		doctor_say(d, DOCTOR_WARNING, "run `bounces-scan` by cron",
		    scanned_at ? "%s was not scanned for delivery reports in the last two days"
		               : "%s was never scanned for delivery reports",
		    mailbox);
}

void doctor_check_bounces(struct doctor *d)
{
	struct bounce_stats st;
	struct err e = {0};

	if (bounces_stats(d->store, d->options->now - LATELY_S, &st, &e) != 0) {
		doctor_say(d, DOCTOR_PROBLEM, NULL, "%s", e.text);
		return;
	}
	if (st.unmatched > 0)
		doctor_say(d, DOCTOR_WARNING, "see `bounces-scan unmatched`, then `bounces-scan resolve`",
		    "%lld delivery reports wait for a person", (long long)st.unmatched);
	if (st.alerts > 0)
		doctor_say(d, DOCTOR_WARNING, "see v_bounce_recipients: effect is alerted",
		    "%lld recipients in the last 7 days refused what we sent, or are team members",
		    (long long)st.alerts);
	check_scan(d, st.scanned_at);
	if (d->worst_of_check == DOCTOR_OK)
		doctor_say(d, DOCTOR_OK, NULL, "no delivery report waits for a person");
}
