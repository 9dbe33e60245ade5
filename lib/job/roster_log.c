#include "job/roster_log.h"

#include "base/clock.h"
#include "base/csv_cell.h"
#include "base/file.h"
#include "base/lock.h"
#include "job/roster_csv.h"
#include "job/roster_log_file.h"
#include "store/participants.h"
#include "store/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is about to be appended, on record before it is: "<size before> <bytes> <path>", or "". */
static const char pending_key[] = "participant_audit_log_pending";

static int open_file(struct roster_log_file *f, bool dry_run, struct err *e)
{
	struct stat st;

	/* O_NONBLOCK: a FIFO of this name would hold us up for ever. */
	f->fd = open(f->path, (dry_run ? O_RDONLY : O_RDWR | O_APPEND | O_CREAT) | O_CLOEXEC | O_NONBLOCK, 0600);
	if (f->fd < 0 && dry_run && errno == ENOENT)
		return 0;
	if (f->fd < 0) {
		err_errno(e, "%s", f->path);
		if (e->code == ERR_NO_INPUT)
			e->code = ERR_CANNOT_CREATE;
		return -1;
	}
	if (fstat(f->fd, &st) != 0)
		return err_errno(e, "%s", f->path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CANNOT_CREATE, "%s: is there and is no plain file", f->path);
	f->size = st.st_size;
	f->real_path = realpath(f->path, NULL);
	return f->real_path ? 0 : err_errno(e, "%s", f->path);
}

/* A run that was killed while it wrote left less than it meant to: that end is ours alone and goes. What is whole stays: its people
 * are found by their dids. */
static int cut_half_written(struct store *s, struct roster_log_file *f, const struct roster_log *log,
    struct roster_log_result *out, struct err *e)
{
	const char *pending;
	long long start, length;
	int at = 0;

	if (settings_get(s, &f->a, pending_key, &pending, e) != 0)
		return -1;
	if (!pending || !f->real_path || sscanf(pending, "%lld %lld %n", &start, &length, &at) != 2 || at == 0 ||
	    strcmp(pending + at, f->real_path) != 0 || f->size <= start || f->size >= start + length)
		return 0;
	if (!log->dry_run && ftruncate(f->fd, start) != 0)
		return err_errno(e,
		    "%s: a run that was killed left half a row behind byte %lld, which cannot be taken off", f->path,
		    start);
	out->cut_bytes = (size_t)(f->size - start);
	f->size = start;
	return 0;
}

static int load_one(const struct participant *p, void *arg)
{
	struct roster_log_file *f = arg;

	f->people = arena_more(&f->a, f->people, f->count, sizeof *f->people);
	f->people[f->count] = (struct roster_log_person){.id = p->id, .found_at = PARTICIPANT_NEVER};
	for (int i = 0; i < ROSTER_COLUMNS; i++) {
		const char *value = roster_csv_value(&f->a, p, (enum roster_column)i);
		f->people[f->count].values[i] = value ? arena_strdup(&f->a, value) : NULL;
	}
	match_table_add(&f->by_did, f->people[f->count].values[ROSTER_DID])->first = (uint32_t)f->count;
	f->count++;
	return 0;
}

static void compose(struct roster_log_file *f, int64_t now, struct buf *out)
{
	char stamp[CLOCK_TEXT_BYTES];

	clock_format_utc(now, stamp);
	if (!f->has_header)
		roster_log_file_default_header(f, out);
	else if (f->is_unterminated)
		buf_puts(out, f->eol);
	for (size_t i = 0; i < f->count; i++) {
		if (f->people[i].is_found)
			continue;
		f->people[i].values[ROSTER_AUDIT_TIMESTAMP] = stamp;
		for (size_t c = 0; c < f->column_count; c++) {
			if (c)
				buf_putc(out, ',');
			if (f->columns[c] >= 0)
				csv_cell_put(out, f->people[i].values[f->columns[c]]);
		}
		buf_puts(out, f->eol);
		f->people[i].values[ROSTER_AUDIT_TIMESTAMP] = NULL;
	}
}

static int set_pending(struct store *s, const char *value, int64_t now, struct err *e)
{
	return settings_set(s, pending_key, value, now, e);
}

/* In a transaction of its own, on disk before the first byte is written. */
static int announce(struct store *s, struct roster_log_file *f, size_t n, int64_t now, struct err *e)
{
	const char *value = arena_printf(&f->a, "%lld %zu %s", (long long)f->size, n, f->real_path);

	if (store_begin(s, e) != 0)
		return -1;
	if (set_pending(s, value, now, e) == 0 && store_commit(s, e) == 0)
		return 0;
	store_rollback(s);
	return -1;
}

static int append(struct roster_log_file *f, const struct buf *b, struct err *e)
{
	const char *slash = strrchr(f->real_path, '/');
	const char *dir = arena_printf(&f->a, "%.*s/", (int)(slash - f->real_path), f->real_path);
	int rc = file_write_all(f->fd, f->path, b->data, b->len, e);

	if (rc == 0 && fsync(f->fd) != 0)
		rc = err_errno(e, "%s: sync", f->path);
	if (rc == 0 && f->size == 0)
		rc = file_sync_dir(dir, e);
	if (rc != 0 && ftruncate(f->fd, f->size) != 0)
		err_prefix(e, "the end that was half written could not be taken off");
	return rc;
}

static int mark(struct store *s, const struct roster_log_file *f, int64_t now, struct err *e)
{
	int rc = 0;

	if (store_begin(s, e) != 0)
		return -1;
	for (size_t i = 0; i < f->count && rc == 0; i++) {
		const struct roster_log_person *p = &f->people[i];
		rc = participants_set_exported(s, p->id, p->found_at != PARTICIPANT_NEVER ? p->found_at : now, e);
	}
	if (rc == 0)
		rc = set_pending(s, "", now, e);
	if (rc == 0 && store_commit(s, e) == 0)
		return 0;
	store_rollback(s);
	return -1;
}

static int write_new(
    struct store *s, struct roster_log_file *f, const struct roster_log *log, size_t appended, struct err *e)
{
	struct buf b = {0};
	int rc = 0;

	if (appended > 0 || !f->has_header) {
		compose(f, log->now, &b);
		rc = announce(s, f, b.len, log->now, e) == 0 && append(f, &b, e) == 0 ? 0 : -1;
		buf_clear(&b);
	}
	return rc == 0 && f->count > 0 ? mark(s, f, log->now, e) : rc;
}

static int run(struct store *s, struct roster_log_file *f, const struct roster_log *log, struct roster_log_result *out,
    struct err *e)
{
	int64_t elsewhere;

	if (open_file(f, log->dry_run, e) != 0 || cut_half_written(s, f, log, out, e) != 0 ||
	    participants_count_exported(s, &elsewhere, e) != 0 ||
	    participants_each_unexported(s, load_one, f, e) != 0 || roster_log_file_read(f, e) != 0)
		return -1;
	for (size_t i = 0; i < f->count; i++)
		out->found += f->people[i].is_found;
	out->appended = f->count - out->found;
	out->is_new = !f->has_header;
	out->elsewhere = out->is_new ? (size_t)elsewhere : 0;
	return log->dry_run ? 0 : write_new(s, f, log, out->appended, e);
}

int roster_log_append(struct store *s, const struct roster_log *log, struct roster_log_result *out, struct err *e)
{
	struct roster_log_file f = {.path = log->path, .fd = -1, .eol = "\n"};
	int lock = -1, rc;

	*out = (struct roster_log_result){0};
	if (lock_take(log->lock_path, &lock, e) != 0)
		return -1;
	rc = run(s, &f, log, out, e);
	if (f.fd >= 0)
		close(f.fd);
	free(f.real_path);
	match_table_clear(&f.by_did);
	arena_clear(&f.a);
	lock_release(lock);
	return rc;
}
