/* Looks for what is wrong with a mailroom: settings, permissions, schema, disk, database, files. Repairs nothing. */
#ifndef JOB_DOCTOR_H
#define JOB_DOCTOR_H

#include "base/config.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum doctor_level { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_PROBLEM };

struct doctor_finding {
	const char *
	    check; /* "settings", "permissions", "schema", "disk", "integrity", "attachments", "outbox", "sending", "capture",
	                      "credentials" */
	enum doctor_level level;
	const char *text;   /* what was found */
	const char *advice; /* what to do; NULL when there is nothing to do */
};

struct doctor_options {
	const struct err *settings_error; /* why the settings could not be read; NULL: they were */
	int64_t now;
	bool full; /* read every attachment instead of looking for the newest ones */
};

/* Makes the checks one after the other and calls back with each finding as it comes (a check that finds nothing wrong gives
 * one of level DOCTOR_OK), valid until the callback returns. *worst is the highest level. Never fails: what
 * keeps a check from being made is a finding. */
void doctor_run(const struct config *c, const struct doctor_options *options,
    void (*found)(const struct doctor_finding *, void *), void *arg, enum doctor_level *worst);

const char *doctor_level_name(enum doctor_level level);

#endif
