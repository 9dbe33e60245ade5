#include "job/send.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/zone.h"
#include "job/outbox.h"
#include "job/outbox_file.h"
#include "job/send_log.h"
#include "job/send_work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STOP_FILE_BYTES = 4096 };

const char *send_what_name(enum send_what what)
{
	static const char *const names[] = {
	    "sent", "simulated", "deferred", "failed", "unknown", "refused", "waiting", "expired"};

	return names[what];
}

int64_t send_now(const struct send_work *w)
{
	return w->o->now + (int64_t)(clock_monotonic_s() - w->started_s);
}

void send_tell(struct send_work *w, const struct outbox_message *m, enum send_what what, const struct send_route *r,
    const char *words)
{
	const struct send_event event = {.message = m,
	    .what = what,
	    .transport = r ? r->kind->name : NULL,
	    .server = r ? r->server : NULL,
	    .words = words,
	    .done = w->done,
	    .total = w->total};

	w->t->messages[what]++;
	if (w->o->told)
		w->o->told(&event, w->o->arg);
}

static void stop(struct send_work *w, const char *why)
{
	snprintf(w->t->buffer, sizeof w->t->buffer, "%s", why);
	w->t->stopped = w->t->buffer;
}

/* The first line of the stop file is the reason. */
const char *send_stop_file(const struct config *c, struct arena *a)
{
	const char *set = config_text(c, "MAILROOM_STOP_FILE"), *said = NULL;
	char *path = set ? mem_strdup(set) : file_join(config_text(c, "MAILROOM_OUTBOX_DIR"), "STOP");
	struct buf text = {0};
	struct err e = {0};
	struct stat st;

	if (lstat(path, &st) != 0) {
		/* What cannot be looked at may be there. */
		if (errno != ENOENT && errno != ENOTDIR)
			said = arena_printf(a, "%s: %s, so that it may be there", path, strerror(errno));
	} else {
		if (outbox_file_read(path, &text, &e) != 0 || text.len > STOP_FILE_BYTES)
			buf_reset(&text);
		char *line = arena_strndup(a, buf_str(&text), strcspn(buf_str(&text), "\r\n"));
		const char *reason = send_log_words(a, line);
		said = arena_printf(a, "%s is there%s%s", path, *reason ? ": " : "", reason);
	}
	buf_clear(&text);
	free(path);
	return said;
}

static bool is_stopped_by_file(struct send_work *w)
{
	struct arena a = {0};
	const char *said = send_stop_file(w->o->config, &a);

	if (said)
		stop(w, said);
	arena_clear(&a);
	return said != NULL;
}

bool send_must_stop(struct send_work *w, size_t recipients)
{
	if (w->t->stopped)
		return true;
	if (w->o->stop && *w->o->stop)
		stop(w, "a signal asked for it");
	else if (is_stopped_by_file(w))
		return true;
	else if (w->day_left >= 0 && (int64_t)recipients > w->day_left)
		stop(w, "MAILROOM_MAX_PER_DAY is reached: the rest goes tomorrow");
	else if (w->run_left >= 0 && (int64_t)recipients > w->run_left) {
		stop(w, "the limit of this run is reached: the rest goes with the next one");
		w->t->stopped_by_run_limit = true;
	}
	return w->t->stopped != NULL;
}

int send_limits_init(struct send_work *w, struct err *e)
{
	int64_t per_run = config_int(w->o->config, "MAILROOM_MAX_PER_RUN");
	int64_t per_day = config_int(w->o->config, "MAILROOM_MAX_PER_DAY"), used;

	w->run_left = per_run ? per_run : -1;
	if (w->o->max && (w->run_left < 0 || w->o->max < w->run_left))
		w->run_left = w->o->max;
	w->day_left = -1;
	if (!per_day)
		return 0;
	if (attempts_count_since(w->o->store, zone_day_start(w->o->now), &used, e) != 0)
		return -1;
	w->day_left = used < per_day ? per_day - used : 0;
	return 0;
}

static int find_due(struct send_work *w, int64_t **ids, size_t *n, struct err *e)
{
	if (!w->o->id)
		return outbox_due(w->o->store, &w->arena, w->o->kind, send_now(w), ids, n, e);
	*ids = arena_alloc(&w->arena, sizeof **ids);
	(*ids)[0] = w->o->id;
	*n = 1;
	return 0;
}

static int run(struct send_work *w, struct err *e)
{
	int64_t *ids;

	if (send_recover(w, e) != 0 || send_limits_init(w, e) != 0 || find_due(w, &ids, &w->total, e) != 0)
		return -1;
	for (w->done = 0; w->done < w->total && !send_must_stop(w, 0); w->done++)
		if (send_message(w, ids[w->done], e) != 0)
			return -1;
	return 0;
}

static char *lock_path(const char *dir)
{
	return file_join(dir, "send.lock");
}

int send_run(const struct send_options *o, struct send_totals *t, struct err *e)
{
	const char *dir = config_text(o->config, "MAILROOM_OUTBOX_DIR");
	struct send_work w = {
	    .o = o, .t = t, .dir = dir, .started_s = clock_monotonic_s(), .lock_fd = -1, .log_fd = -1};
	char *lock = lock_path(dir);
	struct err later = {0};
	int rc = -1;

	*t = (struct send_totals){0};
	w.context = (struct transport_context){o->config, o->store, &w.arena, o->now, true, o->kinds};
	if (file_make_dirs(dir, e) == 0 && lock_take(lock, &w.lock_fd, e) == 0 && send_log_open(dir, &w.log_fd, e) == 0)
		rc = run(&w, e);
	/* What was sent is on record, however the run ends. */
	if (send_flush(&w, &later) != 0 && rc == 0) {
		*e = later;
		rc = -1;
	}
	send_routes_close(&w);
	if (w.log_fd >= 0)
		close(w.log_fd);
	lock_release(w.lock_fd);
	for (size_t i = 0; i < 2; i++) {
		arena_clear(&w.items[i].arena);
		buf_clear(&w.items[i].bytes);
	}
	arena_clear(&w.arena);
	free(lock);
	return rc;
}

static int resolve(
    struct store *s, const struct outbox_message *m, bool sent, const char *words, int64_t now, struct err *e)
{
	if (sent && attempts_change(s, m->id, ATTEMPT_UNKNOWN, ATTEMPT_SENT, words, NULL, now, e) != 0)
		return -1;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].state == RECIPIENT_UNKNOWN &&
		    outbox_set_recipient(
		        s, m->id, m->recipients[i].address, sent ? RECIPIENT_SENT : RECIPIENT_WAITING, e) != 0)
			return -1;
	return outbox_settle(s, m->id, m->next_try_at, now, e);
}

static bool has_unknown(const struct outbox_message *m)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].state == RECIPIENT_UNKNOWN)
			return true;
	return false;
}

/* Under the lock of the runs and in one transaction. */
static int resolve_locked(
    struct store *s, struct arena *a, int64_t id, bool sent, const char *who, bool dry_run, int64_t now, struct err *e)
{
	struct outbox_message *m;

	if (outbox_get(s, a, id, &m, e) != 0)
		return -1;
	if (!m)
		return err_set(e, ERR_NO_INPUT, "outbox %lld: there is no such message", (long long)id);
	if (m->state == OUTBOX_SENDING)
		return err_set(e, ERR_REFUSED,
		    "outbox %lld: a run ended in the middle of it: the next `digest-send --live` looks it up first",
		    (long long)id);
	if (!has_unknown(m))
		return err_set(e, ERR_REFUSED, "outbox %lld: it is %s, nothing about it is unknown", (long long)id,
		    outbox_state_name(m->state));
	return dry_run ? 0 : resolve(s, m, sent, arena_printf(a, "%s says that it was sent", who), now, e);
}

int send_resolve(const struct config *c, struct store *s, int64_t id, bool sent, const char *who, bool dry_run,
    int64_t now, struct err *e)
{
	const char *dir = config_text(c, "MAILROOM_OUTBOX_DIR");
	char *lock = lock_path(dir);
	struct arena a = {0};
	int fd = -1, rc = -1;

	if (file_make_dirs(dir, e) == 0 && lock_take(lock, &fd, e) == 0 && store_begin(s, e) == 0 &&
	    resolve_locked(s, &a, id, sent, who, dry_run, now, e) == 0)
		rc = store_commit(s, e);
	store_rollback(s);
	lock_release(fd);
	arena_clear(&a);
	free(lock);
	return rc;
}
