#include "job/doctor.h"

#include "base/mem.h"
#include "job/doctor_checks.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *doctor_level_name(enum doctor_level level)
{
	static const char *const names[] = {"ok", "warning", "problem"};

	return names[level];
}

void doctor_say(struct doctor *d, enum doctor_level level, const char *advice, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		mem_out_of_memory();
	va_end(ap);
	if (level > d->worst_of_check)
		d->worst_of_check = level;
	if (level > d->worst)
		d->worst = level;
	d->found(&(struct doctor_finding){d->check, level, text, advice}, d->arg);
	free(text);
}

static void check_settings(struct doctor *d)
{
	const char *file = config_file(d->config);

	if (d->options->settings_error)
		doctor_say(d, DOCTOR_PROBLEM, "correct it; mailroom.conf(5) lists the settings", "%s",
		    d->options->settings_error->text);
	else if (file)
		doctor_say(d, DOCTOR_OK, NULL, "%s; days of time zone %s", file, config_text(d->config, "MAILROOM_TZ"));
	else
		doctor_say(d, DOCTOR_OK, NULL, "no configuration file, defaults and environment; days of time zone %s",
		    config_text(d->config, "MAILROOM_TZ"));
}

/* Others may not read what is private (mode & 077) nor change what decides (mode & 022). */
static void check_mode(struct doctor *d, const char *path, mode_t forbidden, bool must_be_there)
{
	struct stat st;
	char *advice;

	if (stat(path, &st) != 0) {
		if (must_be_there && errno == ENOENT)
			doctor_say(d, DOCTOR_PROBLEM, "run `mailroom init`", "%s: is not there", path);
		else if (must_be_there)
			doctor_say(d, DOCTOR_PROBLEM, NULL, "%s: %s", path, strerror(errno));
		return;
	}
	if (st.st_uid != geteuid() && st.st_uid != 0) {
		advice = mem_printf("chown it to the user that runs Mailroom (user id %ld)", (long)geteuid());
		doctor_say(d, DOCTOR_PROBLEM, advice, "%s: belongs to another user (id %ld)", path, (long)st.st_uid);
		free(advice);
	}
	if (st.st_mode & forbidden) {
		advice = mem_printf("chmod %o %s", (unsigned)(st.st_mode & ~forbidden & 0777), path);
		doctor_say(d, DOCTOR_PROBLEM, advice, "%s: others may %s it (mode %04o)", path,
		    st.st_mode & forbidden & 022 ? "change" : "read", (unsigned)(st.st_mode & 07777));
		free(advice);
	}
}

static void check_permissions(struct doctor *d)
{
	static const char *const beside[] = {"-wal", "-shm"};
	const char *db = config_text(d->config, "MAILROOM_DB"), *data = config_text(d->config, "MAILROOM_DATA_DIR");
	char *attachments = mem_printf("%s/attachments", data);

	if (config_file(d->config))
		check_mode(d, config_file(d->config), 022, false);
	check_mode(d, data, 077, true);
	check_mode(d, attachments, 077, true);
	check_mode(d, config_text(d->config, "MAILROOM_OUTBOX_DIR"), 077, true);
	check_mode(d, db, 077, true);
	check_mode(d, config_text(d->config, "MAILROOM_SECRET_KEY_FILE"), 037, false);
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
		char *path = mem_printf("%s%s", db, beside[i]);
		check_mode(d, path, 077, false);
		free(path);
	}
	free(attachments);
	if (d->worst_of_check == DOCTOR_OK)
		doctor_say(d, DOCTOR_OK, NULL, "the data folder, the database and the outbox are the owner's alone");
}

static void make_check(struct doctor *d, const char *name, void (*check)(struct doctor *))
{
	d->check = name;
	d->worst_of_check = DOCTOR_OK;
	check(d);
}

void doctor_run(const struct config *c, const struct doctor_options *options,
    void (*found)(const struct doctor_finding *, void *), void *arg, enum doctor_level *worst)
{
	struct doctor d = {.config = c, .options = options, .found = found, .arg = arg};

	make_check(&d, "settings", check_settings);
	/* Without a data folder there is nowhere to look. */
	if (config_text(c, "MAILROOM_DATA_DIR") && config_text(c, "MAILROOM_DB")) {
		make_check(&d, "permissions", check_permissions);
		make_check(&d, "disk", doctor_check_disk);
		make_check(&d, "schema", doctor_check_schema);
	}
	if (d.store) {
		make_check(&d, "integrity", doctor_check_integrity);
		make_check(&d, "attachments", doctor_check_attachments);
		make_check(&d, "outbox", doctor_check_outbox);
		make_check(&d, "sending", doctor_check_sending);
		make_check(&d, "bounces", doctor_check_bounces);
		make_check(&d, "capture", doctor_check_capture);
		make_check(&d, "credentials", doctor_check_credentials);
	}
	store_close(d.store);
	*worst = d.worst;
}
