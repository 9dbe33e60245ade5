#include "job/doctor_checks.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "job/status.h"
#include "store/audit.h"
#include "store/stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NEWEST_ATTACHMENTS = 1000, MOST_FINDINGS = 20 };
static const unsigned long long GIGABYTE = 1000000000ULL;

void doctor_check_disk(struct doctor *d)
{
	const char *data = config_text(d->config, "MAILROOM_DATA_DIR");
	unsigned long long free_bytes, want;
	struct err e = {0};

	if (file_free_bytes(data, &free_bytes, &e) != 0) {
		doctor_say(d, DOCTOR_WARNING, NULL, "%s", e.text);
		return;
	}
	/* SQLite needs up to the database's own size again to rebuild it. */
	want = (unsigned long long)status_database_bytes(config_text(d->config, "MAILROOM_DB"));
	if (want < GIGABYTE)
		want = GIGABYTE;
	if (free_bytes < want)
		doctor_say(d, DOCTOR_WARNING, "make room, or move the data folder (MAILROOM_DATA_DIR)",
		    "%s: %.1f GB free, at least %.1f GB are wanted", data, (double)free_bytes / 1e9,
		    (double)want / 1e9);
	else
		doctor_say(d, DOCTOR_OK, NULL, "%.1f GB free", (double)free_bytes / 1e9);
}

void doctor_check_schema(struct doctor *d)
{
	struct err e = {0};
	int version;

	if (store_open(config_text(d->config, "MAILROOM_DB"), STORE_READ, &d->store, &e) != 0 ||
	    store_schema_version(d->store, &version, &e) != 0)
		doctor_say(
		    d, DOCTOR_PROBLEM, e.code == ERR_INPUT ? "restore the database from a backup" : NULL, "%s", e.text);
	else
		doctor_say(d, DOCTOR_OK, NULL, "version %d, this program's", version);
}

static void damaged(const char *text, void *arg)
{
	doctor_say(
	    arg, DOCTOR_PROBLEM, "copy the database away, then restore a backup or run sqlite3's .recover", "%s", text);
}

void doctor_check_integrity(struct doctor *d)
{
	struct err e = {0};
	size_t n;

	if (store_check(d->store, damaged, d, &n, &e) != 0)
		damaged(e.text, d);
	else if (n == 0)
		doctor_say(d, DOCTOR_OK, NULL, "the database is sound, and every row it names is there");
}

/* One walk over the files that the database names. */
struct walk {
	struct doctor *d;
	const char *dir, *advice;
	bool read; /* the bytes too, not only the size */
	size_t seen, bad;
};

static void bad_file(struct walk *w, const char *path, const char *what)
{
	if (++w->bad <= MOST_FINDINGS)
		doctor_say(w->d, DOCTOR_PROBLEM, w->advice, "%s: %s", path, what);
}

static void check_bytes(struct walk *w, const char *path, const struct audit_file *f)
{
	unsigned char digest[SHA256_BYTES];
	struct buf b = {0};
	struct err e = {0};

	if (file_read(path, -1, (size_t)f->size_bytes, &b, &e) != 0) {
		bad_file(w, path, e.text);
	} else {
		sha256_of(buf_str(&b), b.len, digest);
		if (memcmp(digest, f->sha256, SHA256_BYTES) != 0)
			bad_file(w, path, "its bytes are not those that the database knows");
	}
	buf_clear(&b);
}

static void check_file(const struct audit_file *f, void *arg)
{
	struct walk *w = arg;
	char hex[SHA256_HEX_BYTES], *path;
	struct stat st;

	sha256_hex(f->sha256, hex);
	path = f->outbox_id ? mem_printf("%s/%lld.eml", w->dir, (long long)f->outbox_id)
	                    : mem_printf("%s/%.2s/%s", w->dir, hex, hex + 2);
	w->seen++;
	if (stat(path, &st) != 0)
		bad_file(w, path, errno == ENOENT ? "is missing" : strerror(errno));
	else if (st.st_size != f->size_bytes)
		bad_file(w, path, "has another size than the database knows");
	else if (w->read)
		check_bytes(w, path, f);
	free(path);
}

static void sum_up(struct walk *w, int rc, const struct err *e, const char *good)
{
	if (rc != 0)
		doctor_say(w->d, DOCTOR_PROBLEM, NULL, "%s", e->text);
	if (w->bad > MOST_FINDINGS)
		doctor_say(w->d, DOCTOR_PROBLEM, w->advice, "and %zu more files", w->bad - MOST_FINDINGS);
	if (rc == 0 && w->bad == 0)
		doctor_say(w->d, DOCTOR_OK, NULL, "%zu %s", w->seen, good);
}

void doctor_check_attachments(struct doctor *d)
{
	char *dir = file_join(config_text(d->config, "MAILROOM_DATA_DIR"), "attachments");
	bool full = d->options->full;
	struct walk w = {
	    .d = d, .dir = dir, .read = full, .advice = "restore it from a backup, or import its mail again"};
	struct err e = {0};
	int rc = audit_attachments_each(d->store, full ? -1 : NEWEST_ATTACHMENTS, check_file, &w, &e);

	sum_up(&w, rc, &e, full ? "read, all as they came" : "of the newest are there (--full reads all)");
	free(dir);
}

void doctor_check_outbox(struct doctor *d)
{
	struct walk w = {.d = d,
	    .dir = config_text(d->config, "MAILROOM_OUTBOX_DIR"),
	    .read = true,
	    .advice = "it will not be sent: discard it with `digest-send discard` and build it again"};
	struct err e = {0};
	int rc = audit_outbox_each(d->store, check_file, &w, &e);

	sum_up(&w, rc, &e, "messages, their files as they were built");
}

void doctor_check_capture(struct doctor *d)
{
	struct stats_counts counts;
	struct err e = {0};

	if (stats_counts_get(d->store, &counts, &e) != 0)
		doctor_say(d, DOCTOR_PROBLEM, NULL, "%s", e.text);
	else if (counts.failed_open)
		doctor_say(d, DOCTOR_WARNING, "see `mailsync status`, then `mailsync retry`",
		    "%lld messages could not be read", (long long)counts.failed_open);
	else
		doctor_say(d, DOCTOR_OK, NULL, "%lld messages, none waits for a retry", (long long)counts.messages);
}
