/* The doctor's checks of the disk, the database and the files it names. For lib/job/doctor.c alone. */
#ifndef JOB_DOCTOR_CHECKS_H
#define JOB_DOCTOR_CHECKS_H

#include "job/doctor.h"
#include "store/store.h"

struct doctor {
	const struct config *config;
	const struct doctor_options *options;
	void (*found)(const struct doctor_finding *, void *);
	void *arg;
	const char *check; /* at work */
	enum doctor_level worst, worst_of_check;
	struct store *store; /* opened by doctor_check_schema when the schema is this version's */
};

/* Reports a finding of the check at work. */
void doctor_say(struct doctor *d, enum doctor_level level, const char *advice, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

void doctor_check_disk(struct doctor *d);
void doctor_check_schema(struct doctor *d);
void doctor_check_integrity(struct doctor *d);
void doctor_check_attachments(struct doctor *d);
void doctor_check_outbox(struct doctor *d);
void doctor_check_sending(struct doctor *d);
void doctor_check_bounces(struct doctor *d);
void doctor_check_capture(struct doctor *d);
void doctor_check_credentials(struct doctor *d);

#endif
