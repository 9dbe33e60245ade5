#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "job/bounces_act.h"
#include "job/send_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH = 500, TAIL_BYTES = 1 << 20 };

struct notes {
	struct arena a;
	struct buf lines;
	const char *tail; /* what the log ends with: a run that was killed may have written some of it */
	int64_t last;
	size_t count;
};

static void put_text(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

static void put_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

static void put_time(struct json *j, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format_utc(t, text);
	put_text(j, key, text);
}

static const char *status_of(const char *action)
{
	if (strcmp(action, "failed") == 0)
		return "bounced";
	if (strcmp(action, "relayed") == 0 || strcmp(action, "expanded") == 0)
		return "delivered";
	return action;
}

/* A line that was cut off is not there. */
static bool is_logged(const char *tail, const char *begin)
{
	const char *line = tail;

	while ((line = strstr(line, begin))) {
		const char *end = line + strcspn(line, "\n");
		if (*end && end[-2] == '"' && end[-1] == '}')
			return true;
		line = end;
	}
	return false;
}

static void add_line(const struct bounce_note *n, void *arg)
{
	struct notes *w = arg;
	struct json j = {.out = &w->lines};
	char begin[64];

	w->last = n->id;
	w->count++;
	snprintf(begin, sizeof begin, "{\"bounce\": %lld, ", (long long)n->id);
	if (is_logged(w->tail, begin))
		return;
	json_open(&j, '{');
	put_int(&j, "bounce", n->id);
	put_int(&j, "report", n->report_id);
	put_int(&j, "outbox_id", n->outbox_id);
	put_int(&j, "attempt", n->attempt);
	put_text(&j, "recipient", n->recipient);
	put_text(&j, "status", status_of(n->action));
	put_text(&j, "class", n->class);
	put_text(&j, "reason", n->reason);
	put_text(&j, "enhanced", n->status);
	put_text(&j, "words", send_log_words(&w->a, n->diagnostic));
	put_text(&j, "server", n->remote_mta);
	put_text(&j, "effect", n->effect);
	put_text(&j, "did", n->did);
	put_text(&j, "message_id", n->message_id);
	put_time(&j, "bounced_at", n->bounced_at);
	put_time(&j, "seen_at", n->seen_at);
	json_close(&j, '}');
	buf_putc(&w->lines, '\n');
	arena_reset(&w->a);
}

static int read_tail(const char *dir, struct buf *out, struct err *e)
{
	char *path = file_join(dir, "send_log.jsonl");
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc = -1;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0) {
		err_errno(e, "%s", path);
		goto out;
	}
	n = pread(fd, buf_reserve(out, TAIL_BYTES), TAIL_BYTES, st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0);
	if (n < 0) {
		err_errno(e, "%s", path);
		goto out;
	}
	out->len = (size_t)n;
	out->data[n] = '\0';
	rc = 0;
out:
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

static int settle(struct bounces_run *r, struct notes *w, struct err *e)
{
	struct store *s = r->o->store;

	if (w->lines.len > 0 && send_log_append(r->log, &w->lines, e) != 0)
		return -1;
	if (store_begin(s, e) != 0)
		return -1;
	if (bounces_set_logged(s, w->last, e) == 0 && store_commit(s, e) == 0)
		return 0;
	store_rollback(s);
	return -1;
}

int bounces_write_log(struct bounces_run *r, struct err *e)
{
	struct notes w = {.tail = ""};
	struct buf tail = {0};
	int rc = 0;

	/* A run that was killed comes first: what this one wrote itself it knows. */
	if (!r->log_is_known)
		rc = read_tail(config_text(r->o->config, "MAILROOM_OUTBOX_DIR"), &tail, e);
	if (rc == 0)
		w.tail = buf_str(&tail);
	while (rc == 0) {
		w.count = 0;
		buf_reset(&w.lines);
		rc = bounces_each_unlogged(r->o->store, BATCH, add_line, &w, e);
		if (rc != 0 || w.count == 0)
			break;
		rc = settle(r, &w, e);
	}
	r->log_is_known |= rc == 0;
	arena_clear(&w.a);
	buf_clear(&w.lines);
	buf_clear(&tail);
	return rc;
}
